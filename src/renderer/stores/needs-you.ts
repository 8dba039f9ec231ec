/** What a person should know of and has not seen: the rules, without how it is drawn. */
import type { HostView, JobView } from '../../shared/domain.ts'
import type { ProcessView } from '../../shared/process.ts'
import { needsPerson } from '../components/host-error.ts'

/** Ids of jobs that were seen, and a time: what ended up to then was seen as well. */
export type Seen = { before: number; ids: readonly string[] }

export const NOTHING_SEEN: Seen = { before: 0, ids: [] }
/** As many as a snapshot brings of those that have ended, twice. */
const KEPT_IDS = 2_000

/** What went wrong, after the job's name; null: nothing did, or it is not over. */
export function jobProblem(job: JobView): string | null {
  if (job.state !== 'ended' || job.isForeign) return null
  switch (job.outcome) {
    case 'exited':
      if (job.exitCode !== 0) return `failed with exit ${job.exitCode ?? '?'}`
      break
    case 'signalled':
      return `was ended by SIG${job.signal ?? '?'}`
    case 'failed':
      return 'could not be run'
    case 'lost':
      return 'was lost'
    case 'link-lost':
      return 'lost its link'
    default:
      break
  }
  return job.pullResults.some(({ error }) => error !== null) ? 'ended well, but its results were not brought back' : null
}

/** What went wrong with a process that does not come back by itself, after its label; null: nothing did. */
export function processProblem({ state, isRestartDue, exitCode, signal }: ProcessView): string | null {
  if (state === 'broken') return 'is broken'
  if (state !== 'dead' || isRestartDue) return null
  if (signal !== null) return `is dead: it was ended by SIG${signal}`
  return exitCode === null ? 'is dead' : `is dead: it ended with exit ${exitCode}`
}

/** By what it is known that this was seen: the run it ended with, or the moment, where it did not come to a run. */
export function problemId({ id, jobId, since }: ProcessView): string {
  return jobId ?? `${id}@${since}`
}

/** Newest first. */
export function unseenProcesses(processes: readonly ProcessView[], seen: Seen): ProcessView[] {
  const ids = new Set(seen.ids)
  return processes
    .filter(process => process.since > seen.before && processProblem(process) !== null && !ids.has(problemId(process)))
    .sort((a, b) => b.since - a.since)
}

/** Newest end first. Of the runs of a process, the process itself tells. */
export function unseenProblems(jobs: readonly JobView[], seen: Seen): JobView[] {
  const ids = new Set(seen.ids)
  return jobs
    .filter(job => job.process === null && endOf(job) > seen.before && jobProblem(job) !== null && !ids.has(job.id))
    .sort((a, b) => endOf(b) - endOf(a))
}

export function seeJob(seen: Seen, id: string): Seen {
  return { ...seen, ids: [...seen.ids.filter(known => known !== id), id].slice(-KEPT_IDS) }
}

/** One time stands for all of them, so that the list of ids begins anew. */
export function seeAll(seen: Seen, problems: readonly JobView[], processes: readonly ProcessView[]): Seen {
  return { before: Math.max(seen.before, ...problems.map(endOf), ...processes.map(({ since }) => since)), ids: [] }
}

/** What a page wrote there earlier, or anybody. */
export function parseSeen(text: string | null): Seen {
  try {
    const { before, ids } = JSON.parse(text ?? '{}') as Partial<Seen>
    return {
      before: typeof before === 'number' ? before : 0,
      ids: Array.isArray(ids) ? ids.filter(id => typeof id === 'string').slice(-KEPT_IDS) : [],
    }
  } catch {
    return NOTHING_SEEN
  }
}

/** What only a person can mend of a host; null: it is well, or tries again by itself. */
export function hostProblem(host: HostView): string | null {
  if (!needsPerson(host)) return null
  switch (host.error?.code) {
    case 'HOST_KEY_UNKNOWN':
      return 'has a key that is not trusted yet'
    case 'HOST_KEY_CHANGED':
      return 'shows another key than it did: somebody may be in between'
    case 'AUTH_FAILED':
      return 'lets none of your keys in'
    case 'KEY_LOCKED':
      return 'waits for the passphrase of a key'
    default:
      return 'cannot be used'
  }
}

/** One that failed before it ran has no other time. */
function endOf(job: JobView): number {
  return job.endedAt ?? job.createdAt
}
