/** Does one thing to many jobs. */
import type { JobView } from '../../../shared/domain.ts'
import { removeJob, rerunJob, stopJob } from '../../components/job-deeds.ts'
import { showToast } from '../../stores/toasts.ts'
import { applyToJobs, type BulkAction, resultText } from './bulk-jobs.ts'

const DEEDS: Record<BulkAction, (job: JobView) => Promise<unknown>> = {
  stop: job => stopJob(job),
  rerun: job => rerunJob(job),
  remove: job => removeJob(job),
}

/** Says at its end how it went. */
export async function actOnJobs(
  action: BulkAction,
  jobs: readonly JobView[],
  options: { onProgress?: (settled: number) => void; signal?: AbortSignal } = {},
): Promise<void> {
  const result = await applyToJobs({ jobs, apply: DEEDS[action], ...options })
  showToast({ kind: result.failed.length > 0 ? 'problem' : 'done', text: resultText(action, result) })
}
