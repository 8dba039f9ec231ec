/** `drover rerun ID`: the same command and folder again, as a new job. */
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { launch } from '../launch.ts'

export function run(cli: Cli, args: Args): Promise<number> {
  const job = args.required('ID')
  const host = args.value('on') ?? null
  return launch(cli, args, (call, { terminal, jobId }) => call('job.rerun', { job, host, terminal, jobId }))
}
