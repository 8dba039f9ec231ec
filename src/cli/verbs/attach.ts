/** `drover attach NAME`: the terminal of a process or a job; for one without, its output as it comes. */
import type { JobView } from '../../shared/domain.ts'
import { AppError } from '../../shared/errors.ts'
import { shortId } from '../../shared/format.ts'
import { visible } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import { attachJob, summarise } from '../attach-job.ts'
import type { Cli } from '../cli.ts'
import type { CoreSession } from '../core-client.ts'
import { JobWatch } from '../job-watch.ts'
import { resolveNames } from '../processes/names.ts'
import { streamJob } from '../stream-job.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const session = await cli.client().connect()
  try {
    const job = await jobNamed(session, args.required('NAME'))
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

/** Of a process its newest run. */
async function jobNamed(session: CoreSession, word: string): Promise<JobView> {
  const { processes, jobs } = await resolveNames(session.call, [word])
  const [process, second] = processes
  const [job] = jobs
  if (job !== undefined) return job
  if (process === undefined) throw new TypeError('A name was found that names nothing')
  if (second !== undefined) {
    const labels = processes.map(one => visible(one.label)).join(', ')
    throw new AppError('AMBIGUOUS', `"${process.name}" has ${processes.length} instances: attach to one of ${labels}`)
  }
  if (process.jobId === null)
    throw new AppError('CONFLICT', `${process.label} has not run yet. Start it: drover start ${process.label}`)
  return (await session.call('job.get', { job: process.jobId })).job
}
