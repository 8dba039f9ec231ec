/** What a person should know of and has not seen: the rules, without how it is drawn. */
import type { HostView, JobView } from '../../shared/domain.ts'
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

/** Newest end first. */
export function unseenProblems(jobs: readonly JobView[], seen: Seen): JobView[] {
  const ids = new Set(seen.ids)
  return jobs
    .filter(job => endOf(job) > seen.before && jobProblem(job) !== null && !ids.has(job.id))
    .sort((a, b) => endOf(b) - endOf(a))
}

export function seeJob(seen: Seen, id: string): Seen {
  return { ...seen, ids: [...seen.ids.filter(known => known !== id), id].slice(-KEPT_IDS) }
}

/** One time stands for all of them, so that the list of ids begins anew. */
export function seeAll(seen: Seen, problems: readonly JobView[]): Seen {
  return { before: Math.max(seen.before, ...problems.map(endOf)), ids: [] }
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
