/** The smaller tables, each on a real file. */
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../test/helpers/temporary-folder.ts'
import { temporaryStore } from '../../../test/helpers/temporary-store.ts'
import type { HistoryEntry } from './history-table.ts'
import { computerId } from './identity.ts'
import { openStore } from './store.ts'

test('of an unknown host everything is null, and an update keeps what it does not name', () => {
  const { hosts } = temporaryStore()
  expect(hosts.get('box')).toMatchObject({ name: 'box', transport: null, eventOffset: null })
  hosts.update('box', { transport: 'openssh', transportReason: 'a certificate' })
  hosts.update('box', { eventGeneration: 'g1', eventOffset: 2 ** 40, lastSeenAt: 5 })
  expect(hosts.get('box')).toEqual({
    name: 'box',
    transport: 'openssh',
    transportReason: 'a certificate',
    linkBytesPerSecond: null,
    eventGeneration: 'g1',
    eventOffset: 2 ** 40,
    lastSeenAt: 5,
    importedFrom: null,
  })
  hosts.update('a', { importedFrom: 'p' })
  expect(hosts.list().map(row => row.name)).toEqual(['a', 'box'])
  hosts.remove('box')
  expect(hosts.get('box').transport).toBeNull()
})

test('the speed of a link follows its transfers slowly, and small ones say nothing', () => {
  const { hosts } = temporaryStore()
  hosts.noteTransfer('box', { bytes: 1000, tookMs: 1 })
  hosts.noteTransfer('box', { bytes: 10_000_000, tookMs: 5 })
  expect(hosts.get('box').linkBytesPerSecond).toBeNull()
  hosts.noteTransfer('box', { bytes: 10_000_000, tookMs: 1000 })
  expect(hosts.get('box').linkBytesPerSecond).toBe(10_000_000)
  hosts.noteTransfer('box', { bytes: 20_000_000, tookMs: 1000 })
  expect(hosts.get('box').linkBytesPerSecond).toBeCloseTo(13_000_000)
})

const run = (change: Partial<HistoryEntry>): HistoryEntry => ({
  commandKey: 'k',
  host: 'box',
  folder: '/p',
  endedAt: 1,
  peakMemoryBytes: 100,
  durationMs: 10,
  exitCode: 0,
  ...change,
})

test('memory and time come from the last twenty runs that have them', () => {
  const { history } = temporaryStore()
  history.append(run({ endedAt: 0, peakMemoryBytes: 9_999, durationMs: 9_999 }))
  for (let index = 1; index <= 20; index++) {
    history.append(run({ endedAt: index, peakMemoryBytes: index === 20 ? null : index, durationMs: index * 10 }))
  }
  expect(history.stats('k', '/p').byHost.get('box')).toEqual({
    runs: 20,
    medianMemoryBytes: 10,
    peakMemoryBytes: 19,
    medianDurationMs: 100,
    lastNotFoundAt: null,
  })
})

test('of an unknown command nothing is known', () => {
  const { history } = temporaryStore()
  const nothing = { runs: 0, medianMemoryBytes: null, peakMemoryBytes: null, medianDurationMs: null, lastNotFoundAt: null }
  expect(history.stats('k', null)).toEqual({ byHost: new Map(), lastHost: null, overall: nothing })
})

test('the same command in another folder has its own figures; without any of its own it takes them all', () => {
  const { history } = temporaryStore()
  history.append(run({ folder: '/big', peakMemoryBytes: 1_000 }))
  history.append(run({ folder: '/small', peakMemoryBytes: 1 }))
  const peak = (folder: string | null) => history.stats('k', folder).overall.peakMemoryBytes
  expect([peak('/big'), peak('/small'), peak('/new'), peak(null)]).toEqual([1_000, 1, 1_000, 1_000])
})

test('a command is not found on a host while its newest run there says so, whatever folder it came from', () => {
  const { history } = temporaryStore()
  history.append(run({ endedAt: 1, exitCode: 127, folder: '/a' }))
  history.append(run({ endedAt: 1, host: 'other' }))
  const notFoundAt = () => history.stats('k', '/b').byHost.get('box')?.lastNotFoundAt
  expect(notFoundAt()).toBe(1)
  expect(history.stats('k', '/b').byHost.get('other')?.lastNotFoundAt).toBeNull()
  history.append(run({ endedAt: 2, exitCode: 1 }))
  expect(notFoundAt()).toBeNull()
})

test('history stays small: a hundred runs of a command on a host, half a year', () => {
  const { history, database } = temporaryStore()
  const count = () => database.sqlite.prepare('SELECT count(*) FROM command_history').pluck().get()
  for (let index = 0; index < 120; index++) history.append(run({ endedAt: index }))
  history.append(run({ host: 'other', endedAt: 200 * 86_400_000 }))
  expect(count()).toBe(101)
  history.trim(200 * 86_400_000)
  expect(count()).toBe(1)
})

test('a copy of a folder is known by host and key, and goes with its host', () => {
  const { folders } = temporaryStore()
  const copy = { host: 'box', folderKey: 'f', folder: '/p', manifestHash: 'h', bytes: 5, files: 2, syncedAt: 9 }
  folders.put(copy)
  folders.put({ ...copy, host: 'other' })
  folders.put({ ...copy, manifestHash: 'h2' })
  expect(folders.get('box', 'f')).toEqual({ ...copy, manifestHash: 'h2' })
  expect([...folders.copiesOf('f').keys()].sort()).toEqual(['box', 'other'])
  expect(folders.get('box', 'g')).toBeUndefined()
  folders.removeHost('box')
  expect([...folders.copiesOf('f').keys()]).toEqual(['other'])
  folders.remove('other', 'f')
  expect(folders.listByHost('other')).toEqual([])
})

test('imports are recorded by file, the newest first', () => {
  const { imports } = temporaryStore()
  expect(imports.lastImportedAt('p', '/x')).toBeNull()
  imports.append({ source: 'p', path: '/x', importedAt: 1, names: ['a', 'b'] })
  imports.append({ source: 'p', path: '/x', importedAt: 2, names: [] })
  expect(imports.lastImportedAt('p', '/x')).toBe(2)
  expect(imports.lastImportedAt('p', '/y')).toBeNull()
  expect(imports.list().map(record => record.names)).toEqual([[], ['a', 'b']])
})

test('a computer has one id for ever', () => {
  const { database, computerId: made } = temporaryStore()
  expect(made).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/)
  expect(computerId(database, () => 'another')).toBe(made)
})

test('whatever is told in whatever order, what is said of past runs is what the file says', () => {
  const path = temporaryFolder()
  const anyRun = fc.record({
    host: fc.constantFrom('a', 'b', 'c'),
    folder: fc.constantFrom('/p', '/q', null),
    endedAt: fc.nat(50),
    peakMemoryBytes: fc.option(fc.nat(1000)),
    durationMs: fc.option(fc.nat(1000)),
    exitCode: fc.constantFrom(0, 127),
  })
  let file = 0
  fc.assert(
    fc.property(fc.array(anyRun, { maxLength: 30 }), fc.nat(30), (runs, asked) => {
      const name = join(path, `${file++}.db`)
      const store = openStore(name)
      for (const [index, run] of runs.entries()) {
        if (index === asked) store.history.stats('k', '/p')
        store.history.append({ commandKey: 'k', ...run })
      }
      const [said, saidOfNone] = [store.history.stats('k', '/p'), store.history.stats('k', null)]
      const { byHost, overall, lastHost } = structuredClone({
        byHost: said.byHost,
        overall: said.overall,
        lastHost: said.lastHost,
      })
      store.close()
      const again = openStore(name)
      const read = again.history.stats('k', '/p')
      expect({ byHost: Object.fromEntries(byHost), overall, lastHost }).toEqual({
        byHost: Object.fromEntries(read.byHost),
        overall: read.overall,
        lastHost: read.lastHost,
      })
      expect(saidOfNone.overall).toEqual(again.history.stats('k', null).overall)
      again.close()
    }),
    { numRuns: 40 },
  )
})
