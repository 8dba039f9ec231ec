/** What of the jobs is under way, in numbers. */
import type { JobCounts } from '../../shared/contract.ts'
import type { JobState } from '../../shared/domain.ts'
import type { JobRow } from '../store/job-table.ts'

export function countJobs(unfinished: readonly Pick<JobRow, 'state' | 'unknownSince'>[]): JobCounts {
  const known = unfinished.filter(row => row.unknownSince === null)
  const inState = (...states: JobState[]) => known.filter(row => states.includes(row.state)).length
  return {
    runningJobs: inState('running', 'stopping'),
    comingJobs: { queued: inState('queued'), syncing: inState('syncing'), starting: inState('starting') },
    unknownJobs: unfinished.length - known.length,
  }
}
