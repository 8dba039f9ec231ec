/**
 * The state machine of a job, pure: a status and something that happened give the next status.
 *
 *   queued → syncing → starting → running → stopping → ended        only `ended` is final, with an outcome
 *
 * Beside the state stands `unknownSince`: its host cannot be asked, and what we show is the last we knew.
 * News may come twice and late (the agent tells at least once): what changes nothing gives the same status back.
 */
import type { JobView } from '../../shared/domain.ts'
import type { AgentJob } from '../hosts/agent.ts'

export type JobStatus = Pick<
  JobView,
  'state' | 'outcome' | 'exitCode' | 'signal' | 'reason' | 'unknownSince' | 'startedAt' | 'endedAt' | 'logBytes'
> & { stopRequestedAt: number | null }

export type JobNews =
  /** Its files are on their way to the host. */
  | { type: 'syncing' }
  /** The host is being told to start it: from here on it may run. */
  | { type: 'starting' }
  /** What its host's disk says. */
  | {
      type: 'told'
      job: Pick<AgentJob, 'state' | 'startedAt' | 'endedAt' | 'exitCode' | 'signal' | 'isStopped' | 'reason' | 'logBytes'>
    }
  | { type: 'stop-requested' }
  /** It will never run: `reason` says why. */
  | { type: 'failed'; reason: string }
  /** Its host was asked and knows nothing of it. */
  | { type: 'trace-gone' }
  /** Its host cannot be asked any more. */
  | { type: 'host-lost' }
  /** Its host was asked again and what it said has been taken in. */
  | { type: 'host-asked' }

/** Why an app has ended whose window went before it did. */
const LINK_LOST = 'what drew its window here was lost'

export function nextStatus(status: JobStatus, news: JobNews, now: number): JobStatus {
  if (status.state === 'ended') return status
  switch (news.type) {
    case 'syncing':
      return status.state === 'queued' ? { ...status, state: 'syncing' } : status
    case 'starting':
      return status.state === 'queued' || status.state === 'syncing' ? { ...status, state: 'starting' } : status
    case 'told':
      return told(status, news.job, now)
    case 'stop-requested':
      return stopRequested(status, now)
    case 'failed':
      return ended(status, {
        outcome: status.stopRequestedAt === null ? 'failed' : 'cancelled',
        reason: news.reason,
        endedAt: now,
      })
    case 'trace-gone':
      return traceGone(status, now)
    case 'host-lost':
      return hasReachedHost(status) && status.unknownSince === null ? { ...status, unknownSince: now } : status
    case 'host-asked':
      return status.unknownSince === null ? status : { ...status, unknownSince: null }
  }
}

/** True from the moment a start may have reached the host until the end: only then can not knowing matter. */
export function hasReachedHost(status: Pick<JobStatus, 'state'>): boolean {
  return status.state === 'starting' || status.state === 'running' || status.state === 'stopping'
}

type Told = Extract<JobNews, { type: 'told' }>['job']

function told(status: JobStatus, job: Told, now: number): JobStatus {
  const known = {
    ...status,
    unknownSince: null,
    startedAt: status.startedAt ?? precise(job.startedAt, now),
    logBytes: job.logBytes,
  }
  // Of whole seconds, the end's may be before the start we know more precisely.
  const endedAt = Math.max(precise(job.endedAt, now) ?? now, known.startedAt ?? Number.NEGATIVE_INFINITY)
  switch (job.state) {
    case 'starting':
      return known
    case 'running':
      return { ...known, state: known.stopRequestedAt === null ? 'running' : 'stopping' }
    case 'lost':
      return ended(known, { outcome: 'lost', reason: job.reason ?? 'its trace on the host is gone', endedAt })
    case 'link-lost':
      return ended(known, { outcome: 'link-lost', reason: LINK_LOST, endedAt })
    case 'ended':
      return ended(known, { ...outcomeOf(job), endedAt })
  }
}

/**
 * A host tells whole seconds. What is told within the second it names happened just now, and our own clock knows better; it does so
 * too for what is yet to come, told by a clock that was set.
 */
function precise(at: number | null, now: number): number | null {
  return at !== null && now - at < 1_000 ? now : at
}

function outcomeOf(job: Told): Pick<JobStatus, 'outcome' | 'exitCode' | 'signal' | 'reason'> {
  const { exitCode, signal } = job
  if (exitCode === null && signal === null) {
    const outcome = job.isStopped ? 'cancelled' : 'failed'
    return { outcome, exitCode, signal, reason: job.reason ?? 'it could not be started' }
  }
  const outcome = job.isStopped ? 'stopped' : signal === null ? 'exited' : 'signalled'
  return { outcome, exitCode, signal, reason: job.reason }
}

function stopRequested(status: JobStatus, now: number): JobStatus {
  const asked = { ...status, stopRequestedAt: status.stopRequestedAt ?? now }
  if (hasReachedHost(status)) return { ...asked, state: 'stopping' }
  return ended(asked, { outcome: 'cancelled', reason: 'stopped before it ran', endedAt: now })
}

/** A job whose start may never have arrived is not lost: it is started again, which is harmless if it had. */
function traceGone(status: JobStatus, now: number): JobStatus {
  if (status.state === 'stopping' && status.startedAt === null) {
    return ended(status, { outcome: 'cancelled', reason: 'stopped before it ran', endedAt: now })
  }
  if (!hasReachedHost(status) || status.startedAt === null) return { ...status, unknownSince: null }
  return ended(status, { outcome: 'lost', reason: 'its trace on the host is gone', endedAt: now })
}

function ended(
  status: JobStatus,
  end: Pick<JobStatus, 'outcome' | 'reason' | 'endedAt'> & Partial<Pick<JobStatus, 'exitCode' | 'signal'>>,
): JobStatus {
  return { ...status, ...end, state: 'ended', unknownSince: null, reason: end.reason ?? status.reason }
}
