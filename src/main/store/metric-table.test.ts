import fc from 'fast-check'
import { expect, test } from 'vitest'
import { columnsOf } from '../../../test/helpers/metric-columns.ts'
import { busyRow, metricRow } from '../../../test/helpers/metric-row.ts'
import { temporaryStore } from '../../../test/helpers/temporary-store.ts'
import { type Grid, LEVELS, type Level, MINUTES, QUARTERS, RAW } from './metric-levels.ts'
import { MetricTable } from './metric-table.ts'
import { openStore, type Store } from './store.ts'

/** A multiple of all steps. */
const START = 1_759_968_000_000
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

function rollUp({ metrics }: Pick<Store, 'metrics'>, now: number): void {
  while (metrics.rollUp(now));
}
function prune({ metrics }: Store, now: number): void {
  while (metrics.prune(now));
}
function rows({ database }: Store, level: Level): unknown[] {
  const sql = `SELECT host_id, at, cpu_min_permille, cpu_permille, cpu_max_permille FROM ${level.table} ORDER BY host_id, at`
  return database.sqlite.prepare(sql).raw(true).all()
}
function cpu({ metrics }: Store, grid: Grid, hostId = 1): (number | null)[] | undefined {
  return columnsOf(metrics, grid, hostId)?.cpuPermille
}
const minutes = (count: number): Grid => ({ level: MINUTES, firstAt: START, stepMs: MINUTE_MS, count })

test('ten seconds become minutes, quarters and four hours: the lowest, the mean, the highest', () => {
  const store = temporaryStore()
  const all = Array.from({ length: 6 * 60 * 4 }, (_, index) => busyRow(START + index * 10_000, index % 6 === 0 ? 600 : 0))
  store.metrics.append(all)
  rollUp(store, START + 4 * HOUR_MS)
  expect(rows(store, MINUTES)).toHaveLength(240)
  expect(rows(store, QUARTERS)).toHaveLength(16)
  for (const level of LEVELS.slice(1)) expect(rows(store, level)[0]).toEqual([1, START, 0, 100, 600])
})

test('what is not complete is not rolled up, and is drawn all the same', () => {
  const store = temporaryStore()
  store.metrics.append([0, 10, 20, 30, 40, 50, 60, 70].map(second => busyRow(START + second * 1000, second < 60 ? 100 : 300)))
  rollUp(store, START + 80_000)
  expect(rows(store, MINUTES)).toEqual([[1, START, 100, 100, 100]])
  expect(cpu(store, minutes(3))).toEqual([100, 300, null])
  // Two rows of ten seconds beside a minute: they count as long as they were.
  expect(cpu(store, { level: MINUTES, firstAt: START, stepMs: 2 * MINUTE_MS, count: 1 })).toEqual([150])
})

test('figures beyond all measure, as a host may tell them, spoil no chart', () => {
  const store = temporaryStore()
  const most = [9e14, 9e14]
  store.metrics.append(most.map((figure, index) => metricRow(START + index * 10_000, { networkInBytesPerS: figure })))
  for (const now of [START, START + DAY_MS]) {
    rollUp(store, now)
    for (const level of LEVELS) {
      const grid: Grid = { level, firstAt: START, stepMs: level.stepMs, count: 1 }
      expect(columnsOf(store.metrics, grid)?.networkInBytesPerS).toEqual([9e14])
    }
  }
})

test('a gap stays a gap, and what a host does not tell is none of it', () => {
  const store = temporaryStore()
  store.metrics.append([busyRow(START, 100), metricRow(START + 2 * MINUTE_MS, { ioWaitPermille: 5 })])
  rollUp(store, START + HOUR_MS)
  expect(cpu(store, minutes(4))).toEqual([100, null, null, null])
  expect(columnsOf(store.metrics, minutes(4))?.ioWaitPermille).toEqual([null, null, 5, null])
  expect(columnsOf(store.metrics, { ...minutes(4), firstAt: START + DAY_MS })).toBeNull()
})

test('done twice, or gone on with after a kill at any slice, it comes to the same', () => {
  const ticks = fc.uniqueArray(fc.integer({ min: 0, max: 2_000 }), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(ticks, fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 4 }), (at, stops) => {
      const [once, often] = [temporaryStore(), temporaryStore()]
      const all = at.map(tick => busyRow(START + tick * 10_000, tick % 1000))
      for (const store of [once, often]) store.metrics.append(all)
      rollUp(once, START + DAY_MS)
      for (const stop of stops.toSorted((a, b) => a - b)) {
        // Each time a core that knows only what is stored; one slice, and it is gone.
        const core = new MetricTable(often.database)
        core.rollUp(START + stop * 10_000)
      }
      const last = { metrics: new MetricTable(often.database) }
      rollUp(last, START + DAY_MS)
      for (const level of LEVELS) expect(rows(often, level)).toEqual(rows(once, level))
      for (const store of [once, often]) store.close()
    }),
    { numRuns: 20 },
  )
})

test('a clock that was set back replaces what it lives through again, in all levels', () => {
  const store = temporaryStore()
  const hour = (permille: number) => Array.from({ length: 360 }, (_, index) => busyRow(START + index * 10_000, permille))
  store.metrics.append(hour(100))
  rollUp(store, START + HOUR_MS)
  store.metrics.append(hour(700).slice(0, 180))
  expect(cpu(store, minutes(60))?.slice(28, 32)).toEqual([700, 700, 100, 100])
  rollUp(store, START + HOUR_MS)
  expect(rows(store, QUARTERS)).toEqual(
    [700, 700, 100, 100].map((permille, index) => [1, START + index * 15 * MINUTE_MS, ...Array(3).fill(permille)]),
  )
})

test('a clock that was far ahead, and is right again, stops no roll-up', () => {
  const store = temporaryStore()
  store.metrics.append([busyRow(START + 365 * DAY_MS, 900)])
  rollUp(store, START + 366 * DAY_MS)
  store.metrics.append([busyRow(START, 100)])
  rollUp(store, START + HOUR_MS)
  expect(rows(store, MINUTES)[0]).toEqual([1, START, 100, 100, 100])
})

test('a month in which nothing ran takes no slices', () => {
  const store = temporaryStore()
  store.metrics.append([busyRow(START, 100), busyRow(START + 30 * DAY_MS, 200)])
  let slices = 0
  while (store.metrics.rollUp(START + 30 * DAY_MS + HOUR_MS)) slices++
  expect(slices).toBeLessThan(20)
  expect(rows(store, MINUTES)).toHaveLength(2)
})

test('each level is kept as long as it is to be, and goes in slices', () => {
  const store = temporaryStore()
  const old = Array.from({ length: 5_000 }, (_, index) => busyRow(START + index * 10_000, 1))
  store.metrics.append([...old, busyRow(START + 3 * DAY_MS, 2)])
  rollUp(store, START + 4 * DAY_MS)
  expect(store.metrics.prune(START + 3 * DAY_MS)).toBe(true)
  expect(rows(store, RAW)).toHaveLength(3_001)
  prune(store, START + 3 * DAY_MS)
  expect(rows(store, RAW)).toEqual([[1, START + 3 * DAY_MS, 2, 2, 2]])
  expect(rows(store, MINUTES)).toHaveLength(835)
  prune(store, START + 40 * DAY_MS)
  expect([rows(store, MINUTES).length, rows(store, QUARTERS).length]).toEqual([0, 57])
})

test('two machines of one name, one after the other, have rows of their own; numbers are never given twice', () => {
  const store = temporaryStore()
  store.metrics.append([busyRow(START, 100), busyRow(START, 900, { connection: 'me@other' })])
  const again = new MetricTable(store.database)
  again.append([busyRow(START + 10_000, 300, { connection: 'me@other' })])
  expect(again.hosts().map(({ id, name, connection }) => [id, name, connection])).toEqual([
    [1, 'box', 'me@box'],
    [2, 'box', 'me@other'],
  ])
  expect([cpu(store, { ...minutes(1), level: RAW }, 1), cpu(store, { ...minutes(1), level: RAW }, 2)]).toEqual([[100], [600]])
})

test('a disk that is full loses the rows that it had no room for, and no others', () => {
  const store = temporaryStore()
  store.metrics.append([busyRow(START, 100)])
  const pages = Number(store.database.sqlite.pragma('page_count', { simple: true }))
  store.database.sqlite.pragma(`max_page_count = ${pages}`)
  const many = Array.from({ length: 5_000 }, (_, index) => busyRow(START + index * 10_000, 7, { name: 'new' }))
  expect(() => store.metrics.append(many)).toThrowError(expect.objectContaining({ code: 'DISK_FULL' }))
  store.database.sqlite.pragma('max_page_count = 1000000')
  store.metrics.append([busyRow(START + 10_000, 300, { name: 'new' })])
  rollUp(store, START + HOUR_MS)
  expect(rows(store, RAW)).toHaveLength(2)
  const { path } = store.database
  store.close()
  const again = openStore(path)
  expect(rows(again, MINUTES)).toHaveLength(2)
  again.close()
})

test('what ran on a host at its limit is told newest first, and goes after a month', () => {
  const store = temporaryStore()
  for (const at of [START, START + 5]) {
    store.metrics.addSpike({ name: 'box', connection: 'me@box', at, reached: 'cpu', processes: { byCpu: [at] } })
  }
  const spike = (at: number) => ({ name: 'box', at, reached: 'cpu', processes: { byCpu: [at] } })
  expect(store.metrics.spikes({ from: START, to: START + 10 }, 10)).toEqual([spike(START + 5), spike(START)])
  expect(store.metrics.spikes({ from: START, to: START + 5 }, 10)).toEqual([spike(START)])
  expect(store.metrics.spikes({ from: START, to: START + 10 }, 1)).toHaveLength(1)
  prune(store, START + 30 * DAY_MS + 3)
  expect(store.metrics.spikes({ from: 0, to: START + DAY_MS }, 10)).toEqual([spike(START + 5)])
})

test('of what ran on one host as much is kept as has room, the newest', () => {
  const { metrics } = temporaryStore()
  const add = (at: number, name: string) => metrics.addSpike({ name, connection: 'me@box', at, reached: 'cpu', processes: {} })
  add(START, 'quiet')
  for (let count = 0; count < 1_003; count++) add(START + count, 'box')
  const kept = metrics.spikes({ from: 0, to: START + DAY_MS }, 2_000)
  expect(kept.filter(({ name }) => name === 'box').map(({ at }) => at - START)).toEqual(
    Array.from({ length: 1_000 }, (_, index) => 1_002 - index),
  )
  expect(kept.filter(({ name }) => name === 'quiet')).toHaveLength(1)
})
