/** `drover launch --app APP [--action ACTION] [-- FILE-OR-ADDRESS…]`: an app of the catalogue, as a menu starts it. */
import { resolve } from 'node:path'
import { isFinal } from '../../shared/domain.ts'
import { visible } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { currentFolder } from '../folder.ts'
import { hasBegun } from '../job-exit.ts'
import { JobWatch } from '../job-watch.ts'
import { finish, streamJob } from '../stream-job.ts'

export type Launched = {
  app: string
  action: string | null
  host: string | null
  display: Readonly<Record<string, string>> | null
  newInstance: boolean
}

/** Returns when the app has begun: a desktop waits for nobody. One of the terminal, started in one, is attached to: menus open one for it. */
export async function launchApp(cli: Cli, args: Args, launched: Launched): Promise<number> {
  const targets = args.command.map(absoluteTarget)
  const { jobs } = await cli.call('app.open', { ...launched, targets })
  const [job, ...others] = jobs
  if (args.has('cli') && job?.hasTerminal && others.length === 0 && cli.stdin.isTTY === true && cli.out.isTerminal) {
    return await attachToNew(cli, job.id)
  }
  if (cli.out.isJson) cli.out.json(jobs)
  else for (const { id, host } of jobs) cli.out.line(host === null ? id : `${id}\t${visible(host)}`)
  return 0
}

async function attachToNew(cli: Cli, jobId: string): Promise<number> {
  // What a window of its own needs not is not loaded for it.
  const { attachJob } = await import('../attach-job.ts')
  const session = await cli.client().connect()
  try {
    const watch = await JobWatch.start(session, jobId)
    await watch.refresh()
    const job = await watch.until(hasBegun)
    if (isFinal(job) && (job.startedAt === null || job.outcome === 'failed')) return finish(cli, job)
    if (!job.hasTerminal) return await streamJob(cli, session, watch, { jobId, isStoppedByReader: false })
    const leavesOnCtrlC = (await session.call('config.get', {})).values.detach_on_ctrl_c === true
    return await attachJob(cli, session, watch, { jobId, leavesOnCtrlC, whenClosed: 'print-log' })
  } finally {
    session.close()
  }
}

function absoluteTarget(target: string): string {
  return /^[a-z][a-z0-9+.-]*:/i.test(target) ? target : resolve(currentFolder(), target)
}
