import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { jobRow } from '../../../test/helpers/job-row.ts'
import { temporaryStore } from '../../../test/helpers/temporary-store.ts'
import { type JobRow, OLDER, OWING, RECENT, UNFINISHED_ON } from './job-table.ts'

const FULL: JobRow = {
  id: 'aaaaaaaa-0000-4000-8000-000000000000',
  kind: 'push',
  host: 'box',
  command: { line: `echo "ü" 'q' $(x) \n` },
  folder: '/home/me/a folder\nwith a line',
  isSynced: true,
  workdir: '/home/me/.drover/workdirs/x',
  hasTerminal: true,
  columns: 80,
  rows: 24,
  needs: ['gpu'],
  env: { A: "it's", EMPTY: '' },
  pull: ['out/*', 'a b'],
  pullResults: [{ pattern: 'out/*', files: 2, error: { code: 'CONFLICT', message: 'in the way', details: { count: 1 } } }],
  state: 'ended',
  outcome: 'exited',
  exitCode: 0,
  signal: null,
  reason: 'why',
  unknownSince: 5,
  createdAt: 1_700_000_000_000,
  startedAt: 1_700_000_000_001,
  endedAt: 1_700_000_000_002,
  logBytes: 5_000_000_000_000,
  peakMemoryBytes: 2 ** 40,
  cpuMs: 0,
  placement: { host: 'box', reason: 'r', score: 1.5, candidates: [{ host: 'box', score: null, refused: 'x' }] },
  stopRequestedAt: 9,
  pendingStop: { signal: 'INT', graceMs: 500 },
  app: {
    way: 'waypipe',
    desktop: { WAYLAND_DISPLAY: 'wayland-1' },
    link: { id: '1a2b', remoteSocket: '/home/me/.drover/display/s1a2b', compression: 'lz4' },
    startFolder: null,
  },
  process: { id: 'bbbbbbbb-0000-4000-8000-000000000000', run: 3 },
}

test('a row comes back as it was stored, with every field set and with every field null', () => {
  const { jobs } = temporaryStore()
  const bare = jobRow({ id: 'b' })
  jobs.insert(FULL)
  jobs.insert(bare)
  expect(jobs.get(FULL.id)).toEqual(FULL)
  expect(jobs.get('b')).toEqual(bare)
  expect(jobs.get('c')).toBeUndefined()
})

test('an id is taken once', () => {
  const { jobs } = temporaryStore()
  jobs.insert(jobRow({ id: 'a', folder: '/first' }))
  expect(() => jobs.insert(jobRow({ id: 'a', folder: '/second' }))).toThrow(/UNIQUE/)
  expect(jobs.get('a')?.folder).toBe('/first')
})

test('an update changes what it names and nothing else', () => {
  const { jobs } = temporaryStore()
  jobs.insert(FULL)
  jobs.insert(jobRow({ id: 'other' }))
  const patch = { reason: null, logBytes: 7, isSynced: false, pull: [] as string[] }
  expect(jobs.update(FULL.id, patch)).toEqual({ ...FULL, ...patch })
  expect(jobs.get(FULL.id)).toEqual({ ...FULL, ...patch })
  expect(jobs.get('other')).toEqual(jobRow({ id: 'other' }))
  expect(jobs.update(FULL.id, {})).toEqual({ ...FULL, ...patch })
  expect(jobs.update('none', patch)).toBeUndefined()
})

test('a fraction left by a clock offset is stored as a whole number', () => {
  const { jobs } = temporaryStore()
  jobs.insert(jobRow({ id: 'a' }))
  expect(jobs.update('a', { startedAt: 1000.4 })?.startedAt).toBe(1000)
})

test('a field that is no column is a mistake of ours', () => {
  const { jobs } = temporaryStore()
  jobs.insert(jobRow({ id: 'a' }))
  const patch: object = { "id = 'x' --": 1 }
  expect(() => jobs.update('a', patch)).toThrow(TypeError)
})

test('only an ended job has an outcome, and every ended job has one', () => {
  const { jobs } = temporaryStore()
  jobs.insert(jobRow({ id: 'a' }))
  expect(() => jobs.update('a', { state: 'ended' })).toThrow(/CHECK/)
  expect(() => jobs.update('a', { outcome: 'exited' })).toThrow(/CHECK/)
  expect(jobs.update('a', { state: 'ended', outcome: 'lost' })?.outcome).toBe('lost')
})

test('a prefix finds none, one, or the newest twenty of many', () => {
  const { jobs } = temporaryStore()
  for (let index = 0; index < 25; index++) jobs.insert(jobRow({ id: `ab${String(index).padStart(2, '0')}`, createdAt: index }))
  jobs.insert(jobRow({ id: 'ac-1' }))
  expect(jobs.findByPrefix('ad')).toEqual([])
  expect(jobs.findByPrefix('ac').map(row => row.id)).toEqual(['ac-1'])
  expect(jobs.findByPrefix('ab07').map(row => row.id)).toEqual(['ab07'])
  const many = jobs.findByPrefix('ab').map(row => row.id)
  expect(many).toHaveLength(20)
  expect(many[0]).toBe('ab24')
  expect(jobs.findByPrefix('')).toHaveLength(20)
  for (const wild of ['%', '_', '*', '?', "'"]) expect(jobs.findByPrefix(wild)).toEqual([])
})

test('lists are newest first, those made in the same millisecond by the order they came; unfinished ones oldest first', () => {
  const { jobs } = temporaryStore()
  const made: [string, number, boolean][] = [
    ['a', 1, false],
    ['b', 3, true],
    ['c', 3, false],
    ['d', 2, false],
  ]
  for (const [id, createdAt, isEnded] of made) {
    jobs.insert(
      jobRow({ id, createdAt, host: id === 'd' ? 'far' : 'near', ...(isEnded && { state: 'ended', outcome: 'exited' }) }),
    )
  }
  const ids = (rows: JobRow[]) => rows.map(row => row.id).join('')
  expect(ids(jobs.list({ limit: 10 }))).toBe('cbda')
  expect(ids(jobs.list({ limit: 2 }))).toBe('cb')
  jobs.insert(jobRow({ id: 'e', createdAt: 2, state: 'ended', outcome: 'exited' }))
  expect(ids(jobs.list({ limit: 10, ended: 5 }))).toBe('cbeda')
  expect(ids(jobs.list({ limit: 10, ended: 1 }))).toBe('cbda')
  expect(ids(jobs.list({ limit: 10, ended: 0 }))).toBe('cda')
  expect(ids(jobs.listUnfinished())).toBe('adc')
  expect(ids(jobs.listByHost('near'))).toBe('cba')
  expect(ids(jobs.listByHost('near', { limit: 1 }))).toBe('c')
})

test('older ones are had page by page, each once, also where many were made in one millisecond or the last seen was removed', () => {
  const { jobs } = temporaryStore()
  for (let index = 0; index < 25; index++)
    jobs.insert(jobRow({ id: `j${index}`, createdAt: Math.floor(index / 10), state: 'ended', outcome: 'exited' }))
  jobs.insert(jobRow({ id: 'runs', createdAt: 1 }))
  const all = jobs.list({ limit: 100 }).filter(row => row.state === 'ended')
  const seen = all.slice(0, 3)
  for (let last = seen.at(-1); last; ) {
    const page = jobs.listOlder(last, 4)
    seen.push(...page)
    last = page.at(-1)
  }
  expect(seen.map(row => row.id)).toEqual(all.map(row => row.id))
  jobs.remove('j15')
  expect(jobs.listOlder({ createdAt: 1, id: 'j15' }, 100).map(row => row.id)).toEqual(
    all.filter(row => row.createdAt <= 1 && row.id !== 'j15').map(row => row.id),
  )
})

test('a job owes what it declared and has no result of, once it has run and ended', () => {
  const { jobs } = temporaryStore()
  const owing = { host: 'box', pull: ['x', 'y'], state: 'ended', outcome: 'exited', startedAt: 5 } as const
  const came = { pattern: 'y', files: 1, error: null }
  const failed = { pattern: 'x', files: 0, error: { code: 'CONFLICT', message: 'in the way', details: {} } } as const
  const rows: Record<string, Partial<JobRow>> = {
    all: owing,
    some: { ...owing, pullResults: [came] },
    nothing: { ...owing, pullResults: [came, failed] },
    'what it declared twice': { ...owing, pull: ['y', 'y'], pullResults: [came] },
    'nothing, as it declared nothing': { ...owing, pull: [] },
    'nothing yet': { ...owing, state: 'running', outcome: null },
    'nothing, as it never ran': { ...owing, outcome: 'cancelled', startedAt: null },
    'nothing, as there is no folder for it': { ...owing, folder: null },
    elsewhere: { ...owing, host: 'far' },
  }
  for (const [id, row] of Object.entries(rows)) jobs.insert(jobRow({ id, ...row }))
  const ids = (host: string) => jobs.listOwing(host).map(({ id }) => id)
  expect([ids('box'), ids('far')]).toEqual([['all', 'some'], ['elsewhere']])
  jobs.update('some', { pullResults: [came, failed] })
  expect(ids('box')).toEqual(['all'])
})

test('unfinished jobs of a host are counted and listed, oldest first', () => {
  const { jobs } = temporaryStore()
  const ended = { state: 'ended', outcome: 'exited' } as const
  const rows: Partial<JobRow>[] = [
    { id: 'late', host: 'box', createdAt: 2 },
    { id: 'early', host: 'box', state: 'running', createdAt: 1 },
    { id: 'over', host: 'box', ...ended },
    { id: 'far', host: 'far' },
    { id: 'nowhere', host: null },
  ]
  for (const row of rows) jobs.insert(jobRow({ id: '', ...row }))
  const seen = (host: string) => [jobs.countUnfinishedOn(host), jobs.listUnfinishedOn(host).map(({ id }) => id)]
  expect([seen('box'), seen('far'), seen('none')]).toEqual([
    [2, ['early', 'late']],
    [1, ['far']],
    [0, []],
  ])
  jobs.update('early', ended)
  jobs.update('nowhere', { host: 'box' })
  expect(seen('box')).toEqual([2, ['late', 'nowhere']])
})

test('a removed job is gone', () => {
  const { jobs } = temporaryStore()
  jobs.insert(jobRow({ id: 'a' }))
  expect(jobs.remove('a')).toBe(true)
  expect(jobs.remove('a')).toBe(false)
  expect(jobs.list({ limit: 10 })).toEqual([])
})

test('each question is answered from an index', () => {
  const { jobs, database } = temporaryStore()
  for (let index = 0; index < 50; index++) jobs.insert(jobRow({ id: randomUUID(), createdAt: index }))
  const plan = (sql: string) =>
    database.sqlite
      .prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map(row => row.detail)
      .join('; ')
  expect(plan("SELECT * FROM job WHERE id >= 'a' AND id < 'b'")).toMatch(/SEARCH job USING INDEX sqlite_autoindex/)
  expect(plan('SELECT * FROM job ORDER BY created_at DESC, rowid DESC LIMIT 5')).toBe('SCAN job USING INDEX job_by_age')
  expect(plan(`SELECT * FROM job ${RECENT}`.replaceAll('?', '5'))).not.toMatch(/SCAN job(?! USING INDEX)/)
  expect(plan(`SELECT * FROM job ${OLDER}`.replaceAll('?', '5'))).toMatch(/^SEARCH job USING INDEX job_by_age/)
  expect(plan(`SELECT * FROM job ${OWING}`.replaceAll('?', "'a'"))).toMatch(/^SEARCH job USING INDEX job_owing \(host=\?\)$/)
  const onHost = `FROM job ${UNFINISHED_ON}`.replaceAll('?', "'a'")
  expect(plan(`SELECT count(*) ${onHost}`)).toBe('SEARCH job USING INDEX job_unfinished_by_host (host=?)')
  expect(plan(`SELECT * ${onHost} ORDER BY created_at, rowid`)).toBe('SEARCH job USING INDEX job_unfinished_by_host (host=?)')
  expect(plan("SELECT * FROM job WHERE state <> 'ended' ORDER BY created_at, rowid")).toBe('SCAN job USING INDEX job_unfinished')
  expect(plan("SELECT * FROM job WHERE host = 'a' ORDER BY created_at DESC, rowid DESC")).toMatch(/USING INDEX job_by_host/)
})
