import { expect, test } from 'vitest'
import { byteText, ownBytes } from '../byte-path.ts'
import { type Entry, packManifest } from './manifest.ts'
import { quickCheck } from './quick-check.ts'

const FILE: Entry = {
  path: 'file',
  type: 'file',
  mode: 0o644,
  size: 1000,
  mtimeNs: 1_700_000_000_987_654_321n,
  ctimeNs: 1n,
  inode: 1n,
  isRacy: false,
  isUnproven: false,
  target: '',
}
const FOLDER: Entry = { ...FILE, path: 'dir', type: 'dir', mode: 0o755, size: 0, mtimeNs: 0n }
const LINK: Entry = { ...FOLDER, path: 'link', type: 'link', mode: 0o777, target: 'dir' }
const WHOLE = '81a4 1000 1700000000\n'

/** The paths that are missing of those asked about, by the host's answer. */
async function missing(entries: Entry[], answer: string): Promise<string[]> {
  const manifest = packManifest([...entries]).bytes
  const asked = ownBytes(entries.map(({ path }) => `${path}\0`).join(''))
  const list = await quickCheck({ manifest, asked, answer: ownBytes(answer) })
  const paths = byteText(list.paths).split('\0').slice(0, -1)
  const found = paths.map(path => entries.find(entry => entry.path === path))
  expect(list).toMatchObject({ count: paths.length, totalBytes: found.reduce((sum, entry) => sum + (entry?.size ?? 0), 0) })
  return paths
}

test('a file is there when its kind, mode, size and second are right', async () => {
  expect(await missing([FILE], WHOLE)).toEqual([])
  expect(await missing([{ ...FILE, mode: 0o4755 }], '89ed 1000 1700000000\n')).toEqual([])
})

test.each([
  ['a part of it', '81a4 999 1700000000\n'],
  ['one of another second', '81a4 1000 1700000001\n'],
  ['one that had no time set yet', '81a4 1000 1800000000\n'],
  ['another mode', '8180 1000 1700000000\n'],
  ['a folder', '41a4 1000 1700000000\n'],
  ['a link', 'a1a4 1000 1700000000\n'],
  ['nothing', '21b6 0 1700000000\n'],
  ['a time before 1970', '81a4 1000 -1\n'],
])('%s in place of a file is not the file', async (_what, answer) => {
  expect(await missing([FILE], answer)).toEqual(['file'])
})

test('a folder is there with its mode, whatever its size and time; one closed to its user and a link are always sent', async () => {
  expect(await missing([FOLDER], '41ed 4096 1800000000\n')).toEqual([])
  expect(await missing([FOLDER], '41c0 4096 1800000000\n')).toEqual(['dir'])
  expect(await missing([{ ...FOLDER, mode: 0o555 }], '416d 4096 1800000000\n')).toEqual(['dir'])
  expect(await missing([LINK], 'a1ff 3 1800000000\n')).toEqual(['link'])
})

test('each line is for the path asked about in its place; names of any bytes', async () => {
  const names = ['a\nb', 'c', 'd\xff', 'e']
  const entries = names.map((path, index) => ({ ...FILE, path, size: index }))
  const answer = '81a4 0 1700000000\n81a4 0 1700000000\n81a4 2 1700000000\n21b6 0 1\n'
  expect(await missing(entries, answer)).toEqual(['c', 'e'])
})

test('from a host that cannot tell, all is missing', async () => {
  expect(await missing([FOLDER, FILE, LINK], '')).toEqual(['dir', 'file', 'link'])
})

test.each([
  ['too few lines', '21b6 0 1\n'],
  ['too many lines', `${WHOLE.repeat(3)}`],
  ['a line without end', `${WHOLE}81a4 1000 1700000000`],
  ['more after the last line', `${WHOLE}${WHOLE}x`],
  ['an empty line', `${WHOLE}\n`],
  ['a name behind', `${WHOLE}81a4 1000 1700000000 x\n`],
  ['parts of a second', `${WHOLE}81a4 1000 1700000000.5\n`],
  ['a carriage return', `${WHOLE}81a4 1000 1700000000\r\n`],
  ['a number without end', `${WHOLE}81a4 ${'1'.repeat(21)} 1700000000\n`],
  ['words', `${WHOLE}stat: cannot stat\n`],
])('%s is no answer', async (_what, answer) => {
  await expect(missing([FILE, { ...FILE, path: 'other' }], answer)).rejects.toMatchObject({ code: 'PROTOCOL' })
})
