/** What clients may ask of the core itself: how it stands, what is wrong with it, and to end. */
import type { CoreStatus, JobCounts, Methods } from '../../shared/contract.ts'
import { type ExamineOptions, examine } from './doctor.ts'

export type CoreMethodsOptions = {
  status(): CoreStatus
  examined(): ExamineOptions
  countJobs(): JobCounts
  /** Begins to end. */
  close(): void
}

export function coreMethods(options: CoreMethodsOptions): Pick<Methods, 'core.status' | 'core.stop' | 'core.doctor'> {
  const { status, examined, countJobs, close } = options
  return {
    'core.status': async () => status(),
    // Whoever asked is to have the answer first.
    'core.stop': async () => {
      setImmediate(close)
      return countJobs()
    },
    'core.doctor': async () => ({ findings: await examine(examined()) }),
  }
}
