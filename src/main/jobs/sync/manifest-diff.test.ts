/** What is removed, sent in any case and asked about: for rsync, which works in place, and for tar, which replaces. */
import { describe, expect, test } from 'vitest'
import { byteText } from '../byte-path.ts'
import { type Entry, packManifest, unpackManifest } from './manifest.ts'
import { diffManifests } from './manifest-diff.ts'

const SECOND = 1_000_000_000n

function file(path: string, more: Partial<Entry> = {}): Entry {
  const times = { mtimeNs: 5n * SECOND, ctimeNs: 5n * SECOND, inode: 7n }
  return { path, type: 'file', mode: 0o644, size: 3, ...times, isRacy: false, isUnproven: false, target: '', ...more }
}

async function diff(before: Entry[], after: Entry[], how: { isComplete: boolean; replaces: boolean }) {
  const result = await diffManifests({ before: packManifest(before).bytes, after: packManifest(after).bytes, ...how })
  const paths = (bytes: Uint8Array) => byteText(bytes).split('\0').slice(0, -1)
  const unproven = unpackManifest(result.manifest).entries.filter(entry => entry.isUnproven)
  return {
    removed: paths(result.removed),
    changed: paths(result.changed.paths),
    doubtful: paths(result.doubtful.paths),
    unproven: unproven.map(({ path }) => path),
  }
}

const same = file('same')
const before = [same, file('changed'), file('gone'), file('kind')]
const after = [
  same,
  file('changed', { mtimeNs: 5n * SECOND + 1n }),
  file('new'),
  { ...file('kind'), type: 'dir' as const, size: 0 },
]

test('from a whole copy: what changed is sent, in place or removed before', async () => {
  expect(await diff(before, after, { isComplete: true, replaces: false })).toEqual({
    removed: ['kind', 'gone'],
    changed: ['changed', 'kind', 'new'],
    doubtful: [],
    unproven: ['changed'],
  })
  expect(await diff(before, after, { isComplete: true, replaces: true })).toEqual({
    removed: ['kind', 'gone', 'changed'],
    changed: ['changed', 'kind', 'new'],
    doubtful: [],
    unproven: [],
  })
})

test('from a copy whose sync was cut off: what is the same may be there, and who replaces is asked about nothing else', async () => {
  expect(await diff(before, after, { isComplete: false, replaces: false })).toMatchObject({
    changed: ['changed'],
    doubtful: ['kind', 'new', 'same'],
  })
  expect(await diff(before, after, { isComplete: false, replaces: true })).toMatchObject({
    changed: ['changed', 'kind', 'new'],
    doubtful: ['same'],
  })
})

describe.each([
  ['edited within the same second', file('f', { mtimeNs: 5n * SECOND + 1n, ctimeNs: 5n * SECOND + 1n }), {}],
  ['whose times were set back', file('f', { ctimeNs: 9n * SECOND }), {}],
  ['that another one took the place of', file('f', { inode: 8n }), {}],
  ['that may have changed without a trace since it was sent', file('f'), { isRacy: true }],
  ['whose content was not proven', file('f'), { isUnproven: true }],
])('a file %s', (_what, now, mark) => {
  test('is never left to size and second', async () => {
    const old = file('f', mark)
    expect(await diff([old], [now], { isComplete: false, replaces: true })).toEqual({
      removed: ['f'],
      changed: ['f'],
      doubtful: [],
      unproven: [],
    })
    expect(await diff([old], [now], { isComplete: false, replaces: false })).toEqual({
      removed: [],
      changed: ['f'],
      doubtful: [],
      unproven: ['f'],
    })
  })
})

test('a closed folder is sent again when something is removed from it or sent into it', async () => {
  const folder = { ...file('dir'), type: 'dir' as const, mode: 0o555, size: 0, mtimeNs: 0n, ctimeNs: 0n, inode: 0n }
  const changed = file('dir/f', { size: 4 })
  expect(await diff([folder, file('dir/f')], [folder, changed], { isComplete: true, replaces: true })).toMatchObject({
    removed: ['dir/f'],
    changed: ['dir/f', 'dir'],
  })
})
