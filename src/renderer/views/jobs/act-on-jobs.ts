/** Stop, run again, remove: as the window asks the core for them, one job or many. */
import type { JobView } from '../../../shared/domain.ts'
import { core } from '../../core.ts'
import { showToast } from '../../stores/toasts.ts'
import { applyToJobs, type BulkAction, resultText } from './bulk-jobs.ts'

/** The size of a terminal nobody has opened yet; who opens it brings a size of their own. */
const TERMINAL = { columns: 120, rows: 30 }

export function actOnJob(action: BulkAction, job: JobView): Promise<unknown> {
  if (action === 'stop') return core.call('job.stop', { job: job.id })
  if (action === 'remove') return core.call('job.remove', { job: job.id })
  return core.call('job.rerun', { job: job.id, terminal: job.hasTerminal ? TERMINAL : null })
}

/** Says at its end how it went. */
export async function actOnJobs(
  action: BulkAction,
  jobs: readonly JobView[],
  options: { onProgress?: (settled: number) => void; signal?: AbortSignal } = {},
): Promise<void> {
  const result = await applyToJobs({ action, jobs, apply: actOnJob, ...options })
  showToast({ kind: result.failed.length > 0 ? 'problem' : 'done', text: resultText(action, result) })
}
