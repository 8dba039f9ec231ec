/** On a disk that is full: SQLite's own limit on the file stands for it. */
import { expect, test } from 'vitest'
import { jobRow } from '../../../test/helpers/job-row.ts'
import { temporaryStore } from '../../../test/helpers/temporary-store.ts'
import { openStore, type Store } from './store.ts'

const LONG = 'x'.repeat(1_000_000)

function fill({ database }: Store): void {
  database.sqlite.pragma(`max_page_count = ${Number(database.sqlite.pragma('page_count', { simple: true }))}`)
}
function free({ database }: Store): void {
  database.sqlite.pragma('max_page_count = 1000000')
}

test('what happened to a job holds at once, in every way to ask for it, and is written when there is room', () => {
  const store = temporaryStore()
  for (const id of ['aa', 'ab']) store.jobs.insert(jobRow({ id, host: 'box', state: 'running' }))
  fill(store)
  const end = { state: 'ended', outcome: 'exited', exitCode: 3, reason: LONG } as const
  expect(store.jobs.update('aa', end)).toMatchObject(end)
  expect(store.late.problem).toMatchObject({ code: 'DISK_FULL' })
  expect(store.jobs.get('aa')).toMatchObject(end)
  expect(store.jobs.findByPrefix('aa')).toMatchObject([end])
  expect(store.jobs.list({ limit: 10 }).find(({ id }) => id === 'aa')).toMatchObject(end)
  expect(store.jobs.listByHost('box').find(({ id }) => id === 'aa')).toMatchObject(end)
  expect(store.jobs.listUnfinished().map(({ id }) => id)).toEqual(['ab'])
  expect([store.jobs.countUnfinishedOn('box'), store.jobs.listUnfinishedOn('box').map(({ id }) => id)]).toEqual([1, ['ab']])
  expect(store.jobs.update('ab', { stopRequestedAt: 5, reason: LONG })).toMatchObject({ stopRequestedAt: 5 })
  free(store)
  store.late.flush()
  expect(store.late.problem).toBeNull()
  const stored = store.database.sqlite.prepare('SELECT id, exit_code, stop_requested_at FROM job ORDER BY id').all()
  expect(stored).toEqual([
    { id: 'aa', exit_code: 3, stop_requested_at: null },
    { id: 'ab', exit_code: null, stop_requested_at: 5 },
  ])
})

test('what was brought back is not owed any more, though there is no room to write it', () => {
  const store = temporaryStore()
  const end = { state: 'ended', outcome: 'exited', startedAt: 1 } as const
  store.jobs.insert(jobRow({ id: 'aa', host: 'box', pull: ['x'], ...end }))
  fill(store)
  store.jobs.update('aa', { pullResults: [{ pattern: 'x', files: 1, error: null }], reason: LONG })
  expect(store.late.problem).toMatchObject({ code: 'DISK_FULL' })
  expect(store.jobs.listOwing('box')).toEqual([])
  free(store)
})

test('a job is neither taken on nor sent to a host that cannot be written down', () => {
  const store = temporaryStore()
  store.jobs.insert(jobRow({ id: 'aa' }))
  fill(store)
  expect(() => store.jobs.insert(jobRow({ id: 'ab', reason: LONG }))).toThrow(/full/)
  expect(() => store.jobs.update('aa', { host: 'box', reason: LONG })).toThrow(/full/)
  expect(store.jobs.get('aa')).toMatchObject({ host: null, reason: null })
})

test('what is only of use waits as well, up to a limit, and closing is its last chance', () => {
  const store = temporaryStore()
  fill(store)
  for (let index = 0; index < 1_100; index++) store.hosts.update(`host-${index}`, { transportReason: LONG.slice(0, 9_000) })
  expect(store.late.problem).not.toBeNull()
  free(store)
  const { path } = store.database
  store.close()
  const again = openStore(path)
  expect(again.hosts.list()).toHaveLength(1_000)
  again.close()
})
