/** What is done to many jobs at once, whatever it is: a few at a time, each by itself, so that one that fails keeps none of the others from it. */
import type { JobView } from '../../../shared/domain.ts'
import { toErrorBody } from '../../../shared/errors.ts'
import { counted, shortId } from '../../../shared/format.ts'
import { visibleLines } from '../../../shared/visible.ts'

export type BulkAction = 'stop' | 'rerun' | 'remove'
type BulkResult = { done: number; failed: readonly { job: JobView; message: string }[] }

/** More would only wait in the core. */
const AT_ONCE = 6
const DONE: Record<BulkAction, string> = { stop: 'Asked to stop', rerun: 'Started again', remove: 'Removed' }

/** Those of `jobs` to which it can be done: only what runs can be stopped, only what has ended be removed. */
export function eligible(action: BulkAction, jobs: readonly JobView[]): readonly JobView[] {
  if (action === 'rerun') return jobs
  return jobs.filter(job => (job.state === 'ended') === (action === 'remove'))
}

export async function applyToJobs(options: {
  jobs: readonly JobView[]
  apply: (job: JobView) => Promise<unknown>
  /** Told of how many are settled. */
  onProgress?: (settled: number) => void
  signal?: AbortSignal
}): Promise<BulkResult> {
  const { jobs, apply, onProgress, signal } = options
  const failed: { job: JobView; message: string }[] = []
  let done = 0
  let next = 0
  const work = async () => {
    for (let job = jobs[next++]; job !== undefined && !signal?.aborted; job = jobs[next++]) {
      try {
        await apply(job)
        done++
      } catch (error) {
        failed.push({ job, message: toErrorBody(error).message })
      }
      onProgress?.(done + failed.length)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return { done, failed }
}

/** How many went well, and why the first of the others did not. */
export function resultText(action: BulkAction, { done, failed }: BulkResult): string {
  const went = `${DONE[action]}: ${counted(done, 'job')}.`
  const [first] = failed
  if (first === undefined) return went
  const others = failed.length > 1 ? ` (and ${failed.length - 1} more)` : ''
  return `${went} ${counted(failed.length, 'job')} failed. ${shortId(first.job.id)}: ${visibleLines(first.message)}${others}`
}
