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
  | 'isWanted'
  | 'jobId'
  | 'run'
  | 'failures'
  | 'state'
  | 'reason'
  | 'isStuck'
  | 'since'
  | 'unknownSince'
  | 'hostRestart'
  | 'retryAt'
  | 'brokenBy'
  | 'stopOwed'
>
/** What of a job concerns its process. */
export type RunStatus = Pick<
  JobView,
  'id' | 'state' | 'outcome' | 'exitCode' | 'signal' | 'reason' | 'unknownSince' | 'startedAt'
>

export type ProcessNews =
  /** Somebody starts it. */
  | { type: 'wanted' }
  /** Somebody stops it. */
  | { type: 'unwanted' }
  /** It is to end and to begin anew. */
  | { type: 'restart' }
  /** It does not begin, or does not end, before something else has happened; null: nothing holds up its end any more. */
  | { type: 'waits'; reason: string | null; isStuck: boolean }
  /** A run of it has begun, by us or by its host. */
  | { type: 'run'; jobId: string; run: number }
  /** What is known of a run. */
  | { type: 'job'; job: RunStatus }
  /** Its host runs it again then. */
  | { type: 'restart-planned'; jobId: string; at: number; failures: number }
  /** Its host does not keep it running any more. */
  | { type: 'not-kept' }
  /** Its host cannot be asked any more, and may run it again meanwhile. */
  | { type: 'host-lost' }
  /** Its host was asked again, and what it said has been taken in. */
  | { type: 'host-asked' }
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
const ANEW = 'to be started anew'
const ALIVE: ReadonlySet<ProcessStatus['state']> = new Set(['starting', 'running', 'ready', 'stopping'])
const RUNS: ReadonlySet<ProcessStatus['state']> = new Set(['starting', 'running', 'ready'])

/** It has a run that has not ended, as far as is known. */
export function isAlive({ state }: Pick<ProcessStatus, 'state'>): boolean {
  return ALIVE.has(state)
}

/** It has ended, and its host runs it again by itself: `retryAt` says when, once the host has told. */
export function isRestartDue({
  isWanted,
  state,
  hostRestart,
  retryAt,
}: Pick<ProcessStatus, 'isWanted' | 'state' | 'hostRestart' | 'retryAt'>): boolean {
  return isWanted && (state === 'dead' || state === 'waiting') && (hostRestart !== 'never' || retryAt !== null)
}

/** It has ended, and nothing begins it again by itself. */
export function hasEndedForGood(status: ProcessStatus): boolean {
  const { state, isWanted } = status
  return state === 'broken' || (isWanted && (state === 'done' || (state === 'dead' && !isRestartDue(status))))
}

/** It is for the core to begin a run of it, as soon as nothing stands in its way. */
export function isToBegin(status: ProcessStatus): boolean {
  return status.isWanted && status.state === 'waiting' && !isRestartDue(status)
}

export function nextProcessStatus(status: ProcessStatus, news: ProcessNews, now: number): ProcessStatus {
  const next = change(status, news, now)
  return next.state === status.state ? next : { ...next, isStuck: false, since: now }
}

function change(status: ProcessStatus, news: ProcessNews, now: number): ProcessStatus {
  switch (news.type) {
    case 'wanted':
      return wanted(status)
    case 'unwanted':
      return unwanted(status)
    case 'restart':
      if (RUNS.has(status.state)) return { ...status, isWanted: true, state: 'stopping', reason: ANEW, retryAt: null }
      return status.state === 'stopping' ? { ...status, isWanted: true, brokenBy: null } : wanted({ ...status, isWanted: false })
    case 'waits':
      if (status.state === 'waiting') return { ...status, reason: news.reason, isStuck: news.isStuck }
      return status.state === 'stopping' ? { ...status, reason: news.reason ?? whyStopping(status) } : status
    case 'run':
      return begun(status, news)
    case 'job':
      return news.job.id === status.jobId ? ofRun(status, news.job) : status
    case 'restart-planned':
      return planned(status, news)
    case 'not-kept':
      return notKept(status)
    case 'host-lost':
      return isRestartDue(status) && status.unknownSince === null ? { ...status, unknownSince: now } : status
    case 'host-asked':
      return isAlive(status) ? status : { ...status, unknownSince: null }
    case 'ready':
      return isOfRun(status, news) && status.state === 'running' ? { ...status, state: 'ready', reason: null } : status
    case 'not-ready':
      return isOfRun(status, news) && status.state === 'running' ? { ...status, reason: news.reason } : status
    case 'stable':
      return isOfRun(status, news) && RUNS.has(status.state) ? { ...status, failures: 0 } : status
    case 'broken':
      if (news.by.jobId !== status.jobId || !RUNS.has(status.state)) return status
      return { ...status, isWanted: false, state: 'stopping', brokenBy: news.by, reason: broken(news.by), retryAt: null }
    case 'not-broken':
      return status.brokenBy === null ? status : { ...status, isWanted: true, brokenBy: null, reason: null }
    case 'cannot-start':
      // What its last run came to says nothing of this.
      return status.state === 'waiting' ? { ...status, state: 'dead', reason: news.reason, jobId: null } : status
  }
}

/** Twice is once: what runs, or is to run, is left as it is. */
function wanted(status: ProcessStatus): ProcessStatus {
  const isOver = status.state === 'done' || (status.state === 'dead' && !isRestartDue(status))
  if (status.isWanted && !isOver) return status
  const fresh = { ...status, isWanted: true, brokenBy: null, failures: 0 }
  return isAlive(status) ? fresh : { ...letGo(fresh), state: 'waiting', reason: null, unknownSince: null }
}

function unwanted(status: ProcessStatus): ProcessStatus {
  const asked = { ...status, isWanted: false, retryAt: null }
  if (RUNS.has(status.state)) return { ...asked, state: 'stopping', brokenBy: null, reason: null }
  // What a pattern stops is one run, and its host has not heard of it yet: this is for any run.
  if (status.brokenBy !== null && status.stopOwed !== null)
    return { ...asked, state: isAlive(status) ? 'stopping' : 'stopped', brokenBy: null, reason: null }
  const isIdle = status.state === 'waiting' || status.state === 'dead'
  // While its host is away nobody knows whether that has run it again.
  return isIdle ? { ...letGo(asked), state: 'stopped', reason: null } : asked
}

function begun(status: ProcessStatus, { jobId, run }: { jobId: string; run: number }): ProcessStatus {
  if (jobId === status.jobId) return { ...status, run: Math.max(run, status.run) }
  const next = { ...status, jobId, run, retryAt: null, unknownSince: null }
  // Its host has begun it before it heard that it is to stop, or to begin anew.
  if (status.stopOwed !== null && status.brokenBy === null) return { ...next, state: 'stopping', reason: whyStopping(status) }
  return { ...next, state: 'starting', reason: null }
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
  const over = letGo(status)
  if (status.brokenBy?.jobId === job.id) return { ...over, state: 'broken', reason: broken(status.brokenBy) }
  if (!status.isWanted) return { ...over, state: 'stopped', reason: null }
  if (status.state === 'stopping') return { ...over, state: 'waiting', reason: null }
  // By somebody else, on its host.
  if (job.outcome === 'stopped' || job.outcome === 'cancelled')
    return { ...over, isWanted: false, state: 'stopped', reason: null }
  const isDue = status.retryAt !== null || isFollowed(status, job)
  if (job.outcome === 'exited' && job.exitCode === 0)
    return isDue ? { ...status, state: 'waiting', reason: AGAIN } : { ...over, state: 'done', reason: null }
  return { ...(isDue ? status : over), state: 'dead', reason: endOf(job) }
}

/** Its host has seen the run, and runs it again: `is_wanted` of agent.sh decides by the same. */
function isFollowed({ hostRestart }: ProcessStatus, { startedAt, outcome, exitCode }: RunStatus): boolean {
  if (startedAt === null) return false
  return hostRestart === 'always' || (hostRestart === 'on-failure' && !(outcome === 'exited' && exitCode === 0))
}

/** Nothing of it is left that its host would run again. */
function letGo(status: ProcessStatus): ProcessStatus {
  return { ...status, hostRestart: 'never', retryAt: null }
}

function notKept(status: ProcessStatus): ProcessStatus {
  if (!isRestartDue(status)) return status
  return status.state === 'waiting' ? { ...letGo(status), state: 'done', reason: null } : letGo(status)
}

/** Told of the run that has just ended, perhaps before its end is. */
function planned(
  status: ProcessStatus,
  { jobId, at, failures }: Extract<ProcessNews, { type: 'restart-planned' }>,
): ProcessStatus {
  if (jobId !== status.jobId || !status.isWanted || status.state === 'stopping' || isToBegin(status)) return status
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

function whyStopping({ isWanted, brokenBy }: ProcessStatus): string | null {
  if (brokenBy !== null) return broken(brokenBy)
  return isWanted ? ANEW : null
}

function broken({ pattern }: BrokenBy): string {
  return `"${pattern}" was found in its output`
}
