/**
 * The state machine of a process, pure: how it stands and something that happened give how it stands then. docs/processes.md draws it.
 *
 *   stopped → waiting → starting → running → ready → stopping → stopped
 *                                    └→ done, dead (→ starting: its host runs it again), broken
 *
 * A process is wanted from when somebody starts it until somebody stops it, or a failure pattern does. Beside the state stands
 * `unknownSince`: its host cannot be asked, and what we show is the last we knew. News may come twice and late; news of a run that is not
 * its newest one changes nothing.
 */
import type { JobView } from '../../shared/domain.ts'
import type { BrokenBy } from '../../shared/process.ts'
import type { ProcessRow } from '../store/project-table.ts'

export type ProcessStatus = Pick<
  ProcessRow,
  'isWanted' | 'jobId' | 'run' | 'failures' | 'state' | 'reason' | 'since' | 'unknownSince' | 'retryAt' | 'brokenBy'
>
/** What of a job concerns its process. */
export type RunStatus = Pick<JobView, 'id' | 'state' | 'outcome' | 'exitCode' | 'signal' | 'reason' | 'unknownSince'>

export type ProcessNews =
  /** Somebody starts it. */
  | { type: 'wanted' }
  /** Somebody stops it. */
  | { type: 'unwanted' }
  /** It is to end and to begin anew. */
  | { type: 'restart' }
  /** It does not begin, or does not end, before something else has happened. */
  | { type: 'waits'; reason: string }
  /** A run of it has begun, by us or by its host. */
  | { type: 'run'; jobId: string; run: number }
  /** What is known of a run. */
  | { type: 'job'; job: RunStatus }
  /** Its host runs it again then. */
  | { type: 'restart-planned'; jobId: string; at: number; failures: number }
  | { type: 'ready'; jobId: string }
  | { type: 'not-ready'; jobId: string; reason: string }
  /** It has run as long as makes past failures of no account. */
  | { type: 'stable'; jobId: string }
  | { type: 'broken'; by: BrokenBy }
  /** The run that was broken had ended before it could be stopped, and another goes on. */
  | { type: 'not-broken' }
  | { type: 'cannot-start'; reason: string }

/** So many failures in a row are a process that keeps falling. */
export const FLAPPING_FAILURES = 3

const AGAIN = 'it ended, and is started again'
const ALIVE: ReadonlySet<ProcessStatus['state']> = new Set(['starting', 'running', 'ready', 'stopping'])
const RUNS: ReadonlySet<ProcessStatus['state']> = new Set(['starting', 'running', 'ready'])

/** It has a run that has not ended, as far as is known. */
export function isAlive({ state }: Pick<ProcessStatus, 'state'>): boolean {
  return ALIVE.has(state)
}

/** It is for the core to begin a run of it, as soon as nothing stands in its way. */
export function isToBegin({ isWanted, state, retryAt }: ProcessStatus): boolean {
  return isWanted && state === 'waiting' && retryAt === null
}

export function nextProcessStatus(status: ProcessStatus, news: ProcessNews, now: number): ProcessStatus {
  const next = change(status, news)
  return next.state === status.state || next === status ? next : { ...next, since: now }
}

function change(status: ProcessStatus, news: ProcessNews): ProcessStatus {
  switch (news.type) {
    case 'wanted':
      return wanted(status)
    case 'unwanted':
      return unwanted(status)
    case 'restart':
      if (RUNS.has(status.state))
        return { ...status, isWanted: true, state: 'stopping', reason: 'to be started anew', retryAt: null }
      return status.state === 'stopping' ? { ...status, isWanted: true, brokenBy: null } : wanted({ ...status, isWanted: false })
    case 'waits':
      return status.state === 'waiting' || status.state === 'stopping' ? { ...status, reason: news.reason } : status
    case 'run':
      return begun(status, news)
    case 'job':
      return news.job.id === status.jobId ? ofRun(status, news.job) : status
    case 'restart-planned':
      return planned(status, news)
    case 'ready':
      return isOfRun(status, news) && status.state === 'running' ? { ...status, state: 'ready', reason: null } : status
    case 'not-ready':
      return isOfRun(status, news) && status.state === 'running' ? { ...status, reason: news.reason } : status
    case 'stable':
      return isOfRun(status, news) && RUNS.has(status.state) ? { ...status, failures: 0 } : status
    case 'broken':
      if (news.by.jobId !== status.jobId || !RUNS.has(status.state)) return status
      return { ...status, isWanted: false, state: 'stopping', brokenBy: news.by, reason: broken(news.by) }
    case 'not-broken':
      return status.brokenBy === null ? status : { ...status, isWanted: true, brokenBy: null, reason: null }
    case 'cannot-start':
      return status.state === 'waiting' ? { ...status, state: 'dead', reason: news.reason } : status
  }
}

/** Twice is once: what runs, or is to run, is left as it is. */
function wanted(status: ProcessStatus): ProcessStatus {
  if (status.isWanted && status.state !== 'done' && (status.state !== 'dead' || status.retryAt !== null)) return status
  const fresh = { ...status, isWanted: true, brokenBy: null, failures: 0 }
  return isAlive(status) ? fresh : { ...fresh, state: 'waiting', reason: null, retryAt: null, unknownSince: null }
}

function unwanted(status: ProcessStatus): ProcessStatus {
  const asked = { ...status, isWanted: false, retryAt: null }
  if (RUNS.has(status.state)) return { ...asked, state: 'stopping', reason: null }
  const isIdle = status.state === 'waiting' || status.state === 'dead'
  return isIdle ? { ...asked, state: 'stopped', reason: null, unknownSince: null } : asked
}

function begun(status: ProcessStatus, { jobId, run }: { jobId: string; run: number }): ProcessStatus {
  if (jobId === status.jobId) return { ...status, run: Math.max(run, status.run) }
  return { ...status, jobId, run, retryAt: null, unknownSince: null, state: 'starting', reason: null }
}

function ofRun(status: ProcessStatus, job: RunStatus): ProcessStatus {
  const known = { ...status, unknownSince: job.state === 'ended' ? null : job.unknownSince }
  if (job.state === 'ended') return isAlive(status) ? ended(known, job) : known
  if (status.state === 'stopping') return known
  if (job.state === 'stopping') return { ...known, state: 'stopping' }
  if (job.state === 'running')
    return RUNS.has(status.state) && status.state !== 'starting' ? known : { ...known, state: 'running', reason: null }
  return { ...known, state: 'starting' }
}

function ended(status: ProcessStatus, job: RunStatus): ProcessStatus {
  if (status.brokenBy?.jobId === job.id) return { ...status, state: 'broken', reason: broken(status.brokenBy) }
  // Stopped to begin anew; or by somebody else, on its host.
  if (status.isWanted && status.state === 'stopping') return { ...status, state: 'waiting', reason: null }
  if (!status.isWanted) return { ...status, state: 'stopped', reason: null }
  if (job.outcome === 'stopped' || job.outcome === 'cancelled')
    return { ...status, isWanted: false, state: 'stopped', reason: null }
  if (job.outcome === 'exited' && job.exitCode === 0) {
    return status.retryAt === null ? { ...status, state: 'done', reason: null } : { ...status, state: 'waiting', reason: AGAIN }
  }
  return { ...status, state: 'dead', reason: endOf(job) }
}

/** Told of the run that has just ended, perhaps before its end is. */
function planned(
  status: ProcessStatus,
  { jobId, at, failures }: Extract<ProcessNews, { type: 'restart-planned' }>,
): ProcessStatus {
  if (jobId !== status.jobId || !status.isWanted || status.state === 'stopping') return status
  const told = { ...status, retryAt: at, failures }
  return status.state === 'done' ? { ...told, state: 'waiting', reason: AGAIN } : told
}

function isOfRun(status: ProcessStatus, { jobId }: { jobId: string }): boolean {
  return status.jobId === jobId
}

function endOf({ outcome, exitCode, signal, reason }: RunStatus): string {
  if (outcome === 'exited') return `it ended with exit code ${exitCode}`
  if (outcome === 'signalled') return `it was ended by ${signal}`
  return reason ?? 'it could not be started'
}

function broken({ pattern }: BrokenBy): string {
  return `"${pattern}" was found in its output`
}
