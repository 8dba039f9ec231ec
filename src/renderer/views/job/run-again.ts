/** Runs a job's command once more, and goes to the new job. */
import type { JobView } from '../../../shared/domain.ts'
import { newId } from '../../../shared/ids.ts'
import { core } from '../../core.ts'
import { navigate } from '../../stores/route.ts'

/** Until somebody looks at it. */
const TERMINAL = { columns: 120, rows: 32 }

/** `host`: null for the same one, or `auto`, or a host's name. */
export async function runAgain({ id, hasTerminal }: JobView, host: string | null): Promise<void> {
  const { job } = await core.call('job.rerun', {
    job: id,
    host,
    terminal: hasTerminal ? TERMINAL : null,
    // Sent twice it runs once.
    jobId: newId(),
  })
  navigate({ view: 'job', id: job.id, tab: null })
}
