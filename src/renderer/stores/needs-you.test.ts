import { expect, test } from 'vitest'
import { jobView } from '../../../test/helpers/job-view.ts'
import type { JobView } from '../../shared/domain.ts'
import type { ProcessView } from '../../shared/process.ts'
import {
  jobProblem,
  NOTHING_SEEN,
  parseSeen,
  problemId,
  processProblem,
  seeAll,
  seeJob,
  unseenProblems,
  unseenProcesses,
} from './needs-you.ts'

const ended = (id: string, endedAt: number, change: Partial<JobView> = {}) =>
  jobView({ id, endedAt, state: 'ended', outcome: 'exited', exitCode: 1, ...change })
const ids = (jobs: readonly JobView[]) => jobs.map(({ id }) => id).join('')

test('what failed needs a person; what went well, was asked for or is not over does not', () => {
  expect(jobProblem(ended('a', 1))).toBe('failed with exit 1')
  expect(jobProblem(ended('a', 1, { outcome: 'signalled', exitCode: null, signal: 'KILL' }))).toBe('was ended by SIGKILL')
  expect(jobProblem(ended('a', 1, { outcome: 'failed', exitCode: null }))).toBe('could not be run')
  expect(jobProblem(ended('a', 1, { outcome: 'lost', exitCode: null }))).toBe('was lost')
  expect(jobProblem(ended('a', 1, { exitCode: 0 }))).toBeNull()
  expect(jobProblem(ended('a', 1, { outcome: 'stopped', exitCode: null, signal: 'TERM' }))).toBeNull()
  expect(jobProblem(ended('a', 1, { outcome: 'cancelled', exitCode: null }))).toBeNull()
  expect(jobProblem(jobView({ unknownSince: 5 }))).toBeNull()
  expect(jobProblem(ended('a', 1, { isForeign: true }))).toBeNull()
})

test('results that did not come back need a person, those on their way do not', () => {
  const well = { exitCode: 0, pull: ['out/*'] }
  const error = { code: 'CONFLICT', message: 'in the way', details: {} } as const
  expect(jobProblem(ended('a', 1, { ...well, pullResults: [{ pattern: 'out/*', files: 0, error }] }))).toMatch(/not brought back/)
  expect(jobProblem(ended('a', 1, { ...well, pullResults: [{ pattern: 'out/*', files: 1, error: null }] }))).toBeNull()
  expect(jobProblem(ended('a', 1, well))).toBeNull()
})

test('the newest end comes first; what was seen stays away, also when it is told of again', () => {
  const jobs = [ended('b', 20), ended('c', 30, { exitCode: 0 }), ended('a', 40), ended('d', 10)]
  expect(ids(unseenProblems(jobs, NOTHING_SEEN))).toBe('abd')
  const seen = seeJob(seeJob(NOTHING_SEEN, 'b'), 'b')
  expect(seen.ids).toEqual(['b'])
  expect(ids(unseenProblems(jobs, seen))).toBe('ad')
})

test('dismissing all leaves one time to keep, and shows what fails after it', () => {
  const jobs = [ended('b', 20), ended('a', 40)]
  const seen = seeAll(seeJob(NOTHING_SEEN, 'b'), unseenProblems(jobs, NOTHING_SEEN), [])
  expect(seen).toEqual({ before: 40, ids: [] })
  expect(ids(unseenProblems([...jobs, ended('e', 41)], seen))).toBe('e')
})

test('a process that does not come back by itself needs somebody, until its last run was seen', () => {
  const process = (state: string, more: Partial<ProcessView> = {}) =>
    ({ ...{ id: 'p', jobId: 'run', since: 50, isRestartDue: false, exitCode: 3, signal: null }, state, ...more }) as ProcessView
  const texts = (...processes: ProcessView[]) => unseenProcesses(processes, NOTHING_SEEN).map(processProblem)
  expect(texts(process('broken'))).toEqual(['is broken'])
  expect(texts(process('dead'))).toEqual(['is dead: it ended with exit 3'])
  expect(texts(process('dead', { exitCode: null, signal: 'SEGV' }))).toEqual(['is dead: it was ended by SIGSEGV'])
  expect(texts(process('dead', { exitCode: null }))).toEqual(['is dead'])
  expect(texts(process('dead', { isRestartDue: true }), process('stopped'), process('ready'), process('unknown'))).toEqual([])
  expect(unseenProcesses([process('dead')], seeJob(NOTHING_SEEN, 'run'))).toEqual([])
  expect(unseenProcesses([process('dead')], { before: 50, ids: [] })).toEqual([])
  // One that did not come to a run was seen for that once.
  const never = process('dead', { jobId: null })
  const seen = seeJob(NOTHING_SEEN, problemId(never))
  expect(unseenProcesses([never], seen)).toEqual([])
  expect(unseenProcesses([{ ...never, since: 60 }], seen)).toHaveLength(1)
})

test('a run that failed is told of by its process alone', () => {
  const run = { ...ended('r', 10), process: { id: 'p', run: 1 } }
  expect(unseenProblems([run], NOTHING_SEEN)).toEqual([])
})

test('what is kept stays small, and is read with care', () => {
  let seen = NOTHING_SEEN
  for (let index = 0; index < 2_100; index++) seen = seeJob(seen, String(index))
  expect(seen.ids.length).toBe(2_000)
  expect(seen.ids.at(-1)).toBe('2099')
  expect(parseSeen(JSON.stringify(seen))).toEqual(seen)
  for (const text of [null, '', 'x', '[]', '{"before":"x","ids":[1,null,{}]}', '7', 'null'])
    expect(parseSeen(text), String(text)).toEqual(NOTHING_SEEN)
})
