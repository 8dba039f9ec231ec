/** What a person does with a job, from wherever in the window: asked of the core in one way. */
import type { JobView } from '../../shared/domain.ts'
import { newId } from '../../shared/ids.ts'
import { core } from '../core.ts'
import { navigate } from '../stores/route.ts'

/** The size of a terminal nobody has opened yet; who opens it brings a size of their own. */
const TERMINAL = { columns: 120, rows: 32 }

/** `graceMs` 0 ends it at once, whatever it is doing. */
export async function stopJob({ id }: Pick<JobView, 'id'>, graceMs?: number): Promise<void> {
  await core.call('job.stop', { job: id, ...(graceMs !== undefined && { graceMs }) })
}

/** `isForced`: only its entry goes, since its host cannot be asked; what is there stays there. */
export async function removeJob({ id }: Pick<JobView, 'id'>, { isForced = false } = {}): Promise<void> {
  await core.call('job.remove', { job: id, force: isForced })
}

/** `host`: null for the same one, or `auto`, or a host's name. Gives the new job. */
export async function rerunJob(
  { id, hasTerminal }: Pick<JobView, 'id' | 'hasTerminal'>,
  host: string | null = null,
): Promise<JobView> {
  const { job } = await core.call('job.rerun', {
    job: id,
    host,
    terminal: hasTerminal ? TERMINAL : null,
    // Sent twice it runs once.
    jobId: newId(),
  })
  return job
}

/** Runs it once more, and goes to the new job. */
export async function runAgain(job: Pick<JobView, 'id' | 'hasTerminal'>, host: string | null = null): Promise<void> {
  const { id } = await rerunJob(job, host)
  navigate({ view: 'job', id, tab: null })
}
