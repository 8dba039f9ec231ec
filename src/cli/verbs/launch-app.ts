/** `drover launch --app APP [--action ACTION] [-- FILE-OR-ADDRESS…]`: an app of the catalogue, as a menu starts it. */
import { resolve } from 'node:path'
import type { Input } from '../../shared/contract.ts'
import type { JobView } from '../../shared/domain.ts'
import { AppError } from '../../shared/errors.ts'
import { shortId } from '../../shared/format.ts'
import { visible } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import { attachJob } from '../attach-job.ts'
import type { Cli } from '../cli.ts'
import { currentFolder } from '../folder.ts'
import { hasBegun } from '../job-exit.ts'
import { JobWatch } from '../job-watch.ts'
import { unlocking } from '../keys.ts'
import { hasTerminalHere, isSetToLeave, launch, sizeHere } from '../launch.ts'
import { noteReason, printPlacement } from './launch.ts'

export type Launched = Pick<Input<'app.open'>, 'app' | 'action' | 'host' | 'newInstance' | 'env' | 'display'>

/** Returns when the app has begun, as a desktop waits for nobody; when it has ended, if it is a program of the terminal, and here is one. */
export async function launchApp(cli: Cli, args: Args, launched: Launched): Promise<number> {
  const { app, action, host } = launched
  if (args.has('dry-run')) {
    const { placement } = await unlocking(cli, () => cli.call('app.weigh', { app, action, host }))
    return printPlacement(cli, placement)
  }
  const wish = { ...launched, targets: args.command.map(absoluteTarget) }
  return args.has('cli') ? await inTerminal(cli, args, wish) : await begun(cli, args, wish)
}

async function inTerminal(cli: Cli, args: Args, wish: Input<'app.open'>): Promise<number> {
  const flags = { has: (name: string) => name === 'detach' && args.has('detach') }
  return await launch(cli, flags, async (call, { terminal, jobId }) => {
    const { jobs } = await call('app.open', { ...wish, isTerminal: true, terminal, jobId })
    const [job, ...others] = jobs
    if (!job) throw new AppError('INTERNAL', `The app ${wish.app} began no job`)
    for (const { id } of others) cli.out.note(`Another of it: ${cli.program.name} attach ${shortId(id)}`)
    return { job }
  })
}

async function begun(cli: Cli, args: Args, wish: Input<'app.open'>): Promise<number> {
  const isSeen = hasTerminalHere(cli) && !cli.out.isJson && !args.has('detach') && !args.has('silent')
  const { jobs } = await unlocking(cli, () => cli.call('app.open', { ...wish, terminal: isSeen ? sizeHere(cli) : null }))
  const [first] = jobs
  if (cli.out.isJson) cli.out.json(jobs)
  else if (isSeen && first?.hasTerminal) return await attach(cli, first.id)
  else if (!args.has('silent')) for (const job of jobs) tell(cli, job)
  return 0
}

function tell(cli: Cli, job: JobView): void {
  const { id, host } = job
  noteReason(cli, job)
  cli.out.line(host === null ? id : `${id}\t${visible(host)}`)
}

async function attach(cli: Cli, jobId: string): Promise<number> {
  const session = await cli.client().connect()
  try {
    const watch = await JobWatch.start(session, jobId)
    await watch.refresh()
    await watch.until(hasBegun)
    return await attachJob(cli, session, watch, { jobId, leavesOnCtrlC: await isSetToLeave(session), whenClosed: 'print-log' })
  } finally {
    session.close()
  }
}

function absoluteTarget(target: string): string {
  return /^[a-z][a-z0-9+.-]*:/i.test(target) ? target : resolve(currentFolder(), target)
}
