/** `drover attach ID`: the terminal of a job; for a job without one, its output as it comes. */
import { AppError } from '../../shared/errors.ts'
import { shortId } from '../../shared/format.ts'
import type { Args } from '../args.ts'
import { attachJob, summarise } from '../attach-job.ts'
import type { Cli } from '../cli.ts'
import { JobWatch } from '../job-watch.ts'
import { streamJob } from '../stream-job.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const session = await cli.client().connect()
  try {
    const { job } = await session.call('job.get', { job: args.required('ID') })
    const short = shortId(job.id)
    const watch = await JobWatch.start(session, job.id)
    await watch.refresh()
    if (!job.hasTerminal && job.state !== 'ended') {
      if (cli.out.stderr.isTTY) cli.out.note(`[Job ${short} has no terminal: this is its output. Ctrl+C leaves it running.]`)
      return await streamJob(cli, session, watch, { jobId: job.id, isStoppedByReader: false })
    }
    if (!job.hasTerminal) throw new AppError('CONFLICT', `Job ${short} has ended. Its output: ${cli.program.name} logs ${short}`)
    if (cli.stdin.isTTY !== true || !cli.out.isTerminal) {
      throw new AppError('CONFLICT', `attach needs a terminal here. The output as it comes: ${cli.program.name} logs -f ${short}`)
    }
    if (job.state === 'ended' && job.startedAt === null) return summarise(cli, job)
    const leavesOnCtrlC = args.has('detach-on-ctrl-c') || (await session.call('config.get', {})).values.detach_on_ctrl_c === true
    return await attachJob(cli, session, watch, { jobId: job.id, leavesOnCtrlC, whenClosed: 'refuse' })
  } finally {
    session.close()
  }
}
