import { expect, test } from 'vitest'
import { jobPoints } from '../../../test/helpers/job-points.ts'
import { jobRow } from '../../../test/helpers/job-row.ts'
import { temporaryStore } from '../../../test/helpers/temporary-store.ts'
import type { JobMetric } from './job-metric-table.ts'

const START = 1_759_968_000_000
const DAY_MS = 24 * 3_600_000

function readings(jobId: string, count: number, from = START): JobMetric[] {
  return Array.from({ length: count }, (_, index) => ({
    jobId,
    at: from + index * 10_000,
    cpuPermille: index === 0 ? null : index * 100,
    memoryKib: 1000 + index,
  }))
}

test('a job has the mean and the highest of each step', () => {
  const store = temporaryStore()
  store.jobMetrics.append(readings('aa', 4))
  expect(store.jobMetrics.span('aa')).toEqual({ from: START, to: START + 30_000 })
  expect(jobPoints(store.jobMetrics, 'aa', { firstAt: START, stepMs: 20_000, count: 2 })).toEqual([
    { index: 0, cpuPermille: 100, cpuMaxPermille: 100, memoryKib: 1001, memoryMaxKib: 1001 },
    { index: 1, cpuPermille: 250, cpuMaxPermille: 300, memoryKib: 1003, memoryMaxKib: 1003 },
  ])
  expect([store.jobMetrics.span('ab'), jobPoints(store.jobMetrics, 'ab', { firstAt: 0, stepMs: 1, count: 1 })]).toEqual([
    null,
    [],
  ])
})

test('what is measured twice at one time is replaced', () => {
  const store = temporaryStore()
  store.jobMetrics.append(readings('aa', 1))
  store.jobMetrics.append([{ jobId: 'aa', at: START, cpuPermille: 5, memoryKib: 7 }])
  expect(jobPoints(store.jobMetrics, 'aa', { firstAt: START, stepMs: 10_000, count: 10 })).toMatchObject([
    { cpuPermille: 5, memoryKib: 7 },
  ])
})

test('a job’s readings go with the job, in slices, or after a month', () => {
  const store = temporaryStore()
  store.jobs.insert(jobRow({ id: 'aa', state: 'running' }))
  store.jobs.insert(jobRow({ id: 'ab', state: 'running' }))
  store.jobMetrics.append([...readings('aa', 3), ...readings('aa', 2, START + 20 * DAY_MS), ...readings('ab', 5_000)])
  store.jobs.remove('ab')
  expect(store.jobMetrics.prune(START + 20 * DAY_MS)).toBe(true)
  expect(store.jobMetrics.span('ab')).not.toBeNull()
  while (store.jobMetrics.prune(START + 31 * DAY_MS));
  expect(store.jobMetrics.span('ab')).toBeNull()
  expect(store.jobMetrics.span('aa')?.from).toBe(START + 20 * DAY_MS)
  // Its number went with it; one of that id now is another's.
  store.jobs.insert(jobRow({ id: 'ab', state: 'running' }))
  store.jobMetrics.append(readings('ab', 1))
  expect(jobPoints(store.jobMetrics, 'ab', { firstAt: START, stepMs: 10_000, count: 10 })).toHaveLength(1)
})

test('all jobs are looked through once in a quarter of an hour, however often it is asked', () => {
  const store = temporaryStore()
  store.jobMetrics.append(Array.from({ length: 250 }, (_, index) => readings(`a${index}`, 1)).flat())
  const slices = () => {
    let count = 1
    while (store.jobMetrics.prune(START)) count++
    return count
  }
  expect([slices(), slices()]).toEqual([3, 1])
  store.jobMetrics.append(readings('new', 1))
  expect(store.jobMetrics.prune(START + 10_000)).toBe(false)
  expect(store.jobMetrics.span('new')).not.toBeNull()
  while (store.jobMetrics.prune(START + 15 * 60_000));
  expect(store.jobMetrics.span('new')).toBeNull()
})

test('what a job took over weeks is read in slices, which come to the same', () => {
  const store = temporaryStore()
  const days = 3
  store.jobMetrics.append(readings('aa', days * 8_640))
  const grid = { firstAt: START, stepMs: 2 * 3_600_000, count: days * 12 }
  const points = jobPoints(store.jobMetrics, 'aa', grid)
  expect(points.map(({ index }) => index)).toEqual(Array.from({ length: grid.count }, (_, index) => index))
  expect(points[13]).toMatchObject({ memoryKib: 1000 + 13 * 720 + 360, memoryMaxKib: 1000 + 14 * 720 - 1 })
  expect([...store.jobMetrics.points('aa', grid)]).toHaveLength(days)
})
