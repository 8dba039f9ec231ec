/** What is to be said of a job that did not end well, or of which nothing is known. */
import type { JobView } from '../../../shared/domain.ts'

export type Happening = { text: string; isUnknown: boolean; hasLog: boolean }

type Job = Pick<JobView, 'state' | 'outcome' | 'exitCode' | 'signal' | 'unknownSince' | 'startedAt'>

/** Null where there is nothing to act on. */
export function whatHappened(job: Job): Happening | null {
  const hasLog = job.startedAt !== null
  if (job.state !== 'ended') {
    if (job.unknownSince === null) return null
    return { text: `Not known since its host cannot be asked; it was ${job.state} then`, isUnknown: true, hasLog }
  }
  const text = endText(job)
  return text === null ? null : { text, isUnknown: false, hasLog }
}

function endText({ outcome, exitCode, signal }: Job): string | null {
  switch (outcome) {
    case 'exited':
      return exitCode === 0 ? null : `Ended with exit code ${exitCode ?? '?'}`
    case 'signalled':
      return `Ended by signal ${signal ?? '?'}`
    case 'failed':
      return 'Could not start'
    case 'lost':
      return 'Lost: how it ended will never be known'
    case 'link-lost':
      return 'Ended with its link'
    default:
      return null
  }
}
