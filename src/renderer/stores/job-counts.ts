/** How many jobs have not ended: counted once a change of the jobs, however many ask. */
import type { JobView } from '../../shared/domain.ts'
import { useCore } from './core-store.ts'

/** `unknown`: their hosts cannot be asked, so nobody knows whether they still run. */
type JobCounts = { running: number; unknown: number }

let counted: { jobs: readonly JobView[]; counts: JobCounts } | undefined

export function useJobCounts(): JobCounts {
  return useCore(({ jobs }) => {
    if (counted?.jobs !== jobs) counted = { jobs, counts: countJobs(jobs) }
    return counted.counts
  })
}

function countJobs(jobs: readonly JobView[]): JobCounts {
  const counts = { running: 0, unknown: 0 }
  for (const { state, unknownSince } of jobs) if (state !== 'ended') counts[unknownSince === null ? 'running' : 'unknown']++
  return counts
}
