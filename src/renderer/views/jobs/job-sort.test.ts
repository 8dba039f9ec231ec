import { expect, test } from 'vitest'
import { jobView } from '../../../../test/helpers/job-view.ts'
import type { JobView } from '../../../shared/domain.ts'
import { JOB_COLUMNS, NEWEST_FIRST, sortAfterClick, sortJobs } from './job-sort.ts'

const NOW = 100_000
const jobs: readonly JobView[] = [
  jobView({ id: 'd', createdAt: 4, host: 'b', command: { line: 'z' }, startedAt: NOW - 10, peakMemoryBytes: 5 }),
  jobView({ id: 'c', createdAt: 3, host: null, command: { line: 'a' }, startedAt: null, state: 'queued', peakMemoryBytes: null }),
  jobView({ id: 'b', createdAt: 2, host: 'a', command: { line: 'z' }, startedAt: 1, unknownSince: 50, peakMemoryBytes: 10 }),
  jobView({
    id: 'a',
    createdAt: 1,
    host: 'b',
    folder: null,
    startedAt: 1,
    endedAt: 3,
    state: 'ended',
    outcome: 'exited',
    exitCode: 0,
  }),
]
const order = (column: (typeof JOB_COLUMNS)[number], isDescending: boolean) =>
  sortJobs(jobs, { column, isDescending }, NOW)
    .map(({ id }) => id)
    .join('')

test('newest first is as they come, and costs nothing', () => {
  expect(sortJobs(jobs, NEWEST_FIRST, NOW)).toBe(jobs)
  expect(order('job', false)).toBe('abcd')
})

test('what is equal stays newest first, and what is unknown comes last, both ways', () => {
  expect(order('host', false)).toBe('bdac')
  expect(order('host', true)).toBe('dabc')
  expect(order('memory', true)).toBe('bdca')
  expect(order('memory', false)).toBe('dbca')
})

test('time is how long each ran, or has run by now, or was known to run', () => {
  expect(order('time', true)).toBe('bdac')
})

test('unknown is a state of its own, whatever was known last', () => {
  expect(order('state', false)).toBe('acdb')
})

test('a click sorts by a column, a second one turns it round', () => {
  for (const column of JOB_COLUMNS) {
    const once = sortAfterClick({ column: column === 'host' ? 'job' : 'host', isDescending: false }, column)
    expect(once.column).toBe(column)
    expect(sortAfterClick(once, column)).toEqual({ column, isDescending: !once.isDescending })
  }
  expect(sortAfterClick(NEWEST_FIRST, 'command').isDescending).toBe(false)
  expect(sortAfterClick(NEWEST_FIRST, 'memory').isDescending).toBe(true)
})
