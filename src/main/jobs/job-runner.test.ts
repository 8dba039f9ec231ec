import { getEventListeners } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { jobRow } from '../../../test/helpers/job-row.ts'
import { temporaryStore } from '../../../test/helpers/temporary-store.ts'
import { waitFor } from '../../../test/helpers/wait.ts'
import { AppError, type ErrorCode } from '../../shared/errors.ts'
import type { AgentJob } from '../hosts/agent.ts'
import type { HostLink, Live } from '../hosts/host-link.ts'
import type { JobRow } from '../store/job-table.ts'
import { JobRunner } from './job-runner.ts'
import { Jobs } from './jobs.ts'

const RUNNING = {
  id: 'j',
  state: 'running',
  startedAt: 1,
  endedAt: null,
  exitCode: null,
  signal: null,
  isStopped: false,
  reason: null,
  logBytes: 0,
  workdir: '/w',
} as AgentJob

/** One job, and a host that answers with an error of these codes, one after the other, before it does what it is asked. */
function ground(status: Partial<JobRow>, failures: { dials?: ErrorCode[]; starts?: ErrorCode[]; onStart?(): void }) {
  const { dials = [], starts = [], onStart } = failures
  const asked = { dials: 0, starts: 0, stops: 0 }
  const link = { status: { state: 'connected' } }
  const answer = (codes: ErrorCode[]) => {
    const code = codes.shift()
    if (code !== undefined) throw new AppError(code, `${code} by the test`)
  }
  const live = {
    agent: {
      info: { tmux: null },
      start: async () => {
        asked.starts += 1
        answer(starts)
        onStart?.()
        return RUNNING
      },
      stop: async () => {
        asked.stops += 1
        return { ...RUNNING, isStopped: true }
      },
      stat: async () => null,
    },
  } as unknown as Live
  const ready = async () => {
    asked.dials += 1
    answer(dials)
    return live
  }
  const hostLink = Object.assign(link, { ready }) as unknown as HostLink
  const jobs = new Jobs({
    table: temporaryStore().jobs,
    link: () => hostLink,
    emit: () => undefined,
    now: () => 1_000,
    ended: () => undefined,
  })
  jobs.add(jobRow({ id: 'j', host: 'h1', isSynced: false, ...status }))
  let signal: AbortSignal | undefined
  const runner = new JobRunner<null>({
    jobs,
    link: () => hostLink,
    delivery: {
      scan: async (_folder, given) => {
        signal = given
        return null
      },
      place: async () => ({ host: 'h1', reason: '', score: 0, candidates: [] }),
      deliver: async () => undefined,
      prepare: async () => ({ script: '', workdir: null, process: null }),
      delivered: () => undefined,
    },
    owner: 'laptop',
    log: () => undefined,
  })
  onTestFinished(() => runner.close())
  runner.run('j')
  const runs = () => waitFor(() => jobs.get('j').state === 'running', { what: 'the job to run' })
  return { jobs, asked, link, runs, listeners: () => (signal ? getEventListeners(signal, 'abort').length : Number.NaN) }
}

test('a job that may have been started waits for a host that only a person can mend, which is not dialled meanwhile', async () => {
  const { jobs, asked, link, runs } = ground({ state: 'starting' }, { dials: ['KEY_LOCKED'] })
  link.status.state = 'refused'
  await waitFor(() => asked.dials === 1, { what: 'the first dial' })
  await new Promise(setImmediate)
  expect(jobs.get('j')).toMatchObject({ state: 'starting', outcome: null })
  link.status.state = 'offline'
  await runs()
  expect(asked).toMatchObject({ dials: 2, starts: 1 })
})

test('one that cannot have been started fails with what keeps its host away', async () => {
  const { jobs } = ground({ state: 'queued', isSynced: true, placement: null }, { dials: ['KEY_LOCKED'] })
  await waitFor(() => jobs.get('j').state === 'ended', { what: 'its end' })
  expect(jobs.get('j')).toMatchObject({ outcome: 'failed', reason: 'KEY_LOCKED by the test' })
})

test('a start that was not answered in time is sent again, and is no failure', async () => {
  const { asked, runs } = ground({ state: 'starting' }, { starts: ['TIMEOUT'] })
  await runs()
  expect(asked.starts).toBe(2)
})

test('a start that the host could not make is a failure', async () => {
  const { jobs } = ground({ state: 'starting' }, { starts: ['HOST_ERROR'] })
  await waitFor(() => jobs.get('j').state === 'ended', { what: 'its end' })
  expect(jobs.get('j')).toMatchObject({ outcome: 'failed', reason: 'HOST_ERROR by the test' })
})

test('one whose record is removed while it is started is stopped, for nobody would know of it', async () => {
  const { jobs, asked } = ground({ state: 'starting' }, { onStart: () => jobs.remove('j') })
  await waitFor(() => asked.stops === 1, { what: 'a stop' })
})

test('one that is stopped before its host could be told of it never begins there', async () => {
  const { jobs, asked } = ground({ state: 'starting' }, { dials: ['HOST_UNREACHABLE'] })
  await waitFor(() => asked.dials === 1, { what: 'the first dial' })
  jobs.requestStop('j', { signal: 'TERM', graceMs: 0 })
  await waitFor(() => jobs.get('j').state === 'ended', { what: 'its end' })
  expect(jobs.get('j')).toMatchObject({ outcome: 'cancelled', reason: 'stopped before it ran' })
  expect(asked).toMatchObject({ dials: 2, starts: 0 })
})

test('waiting for a host leaves no listeners behind', async () => {
  const away: ErrorCode[] = Array.from({ length: 3 }, () => 'HOST_UNREACHABLE')
  const { asked, runs, listeners } = ground({ state: 'queued', isSynced: true }, { dials: away })
  await waitFor(() => asked.dials === 3, { what: 'three dials' })
  await new Promise(setImmediate)
  expect(listeners()).toBeLessThanOrEqual(1)
  await runs()
  expect(listeners()).toBe(0)
})
