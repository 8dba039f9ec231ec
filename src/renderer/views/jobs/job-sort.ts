/** The order of the jobs' table. What is equal, or unknown, stays newest first; what is unknown comes last both ways. */
import type { JobView } from '../../../shared/domain.ts'
import { commandText, statusText } from '../../../shared/format.ts'

export const JOB_COLUMNS = ['job', 'host', 'folder', 'command', 'state', 'time', 'memory'] as const
export type JobColumn = (typeof JOB_COLUMNS)[number]
export type JobSort = { column: JobColumn; isDescending: boolean }

/** That of the core: nothing is to be sorted then. */
export const NEWEST_FIRST: JobSort = { column: 'job', isDescending: true }

/** What a click on a header makes of the order: figures begin with the greatest, words with A. */
export function sortAfterClick(sort: JobSort, column: JobColumn): JobSort {
  if (sort.column === column) return { column, isDescending: !sort.isDescending }
  return { column, isDescending: column === 'job' || column === 'time' || column === 'memory' }
}

/** `jobs` newest first. `now` says how long those have run that still do. */
export function sortJobs(jobs: readonly JobView[], { column, isDescending }: JobSort, now: number): readonly JobView[] {
  if (column === 'job') return isDescending ? jobs : jobs.toReversed()
  const keyed = jobs.map(job => ({ job, key: sortKey(job, column, now) }))
  const sign = isDescending ? -1 : 1
  keyed.sort((a, b) => {
    if (a.key === b.key) return 0
    if (a.key === null) return 1
    if (b.key === null) return -1
    return a.key < b.key ? -sign : sign
  })
  return keyed.map(({ job }) => job)
}

function sortKey(job: JobView, column: JobColumn, now: number): string | number | null {
  switch (column) {
    case 'host':
      return job.host
    case 'folder':
      return job.folder
    case 'command':
      return commandText(job.command)
    case 'state':
      // The age of what is unknown is no part of the word: it would be sorted by its digits.
      return job.state !== 'ended' && job.unknownSince !== null ? 'unknown' : statusText(job, now)
    case 'time':
      return job.startedAt === null ? null : (job.endedAt ?? job.unknownSince ?? now) - job.startedAt
    case 'memory':
      return job.peakMemoryBytes
    case 'job':
      return job.createdAt
  }
}
