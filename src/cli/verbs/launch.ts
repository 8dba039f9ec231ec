/** `drover launch CMD…`, and `beowulf CMD…`: an app on the best host, followed until it ends. */
import type { Input } from '../../shared/contract.ts'
import type { JobView, Placement } from '../../shared/domain.ts'
import { shortId } from '../../shared/format.ts'
import { visible, visibleLines } from '../../shared/visible.ts'
import { AppSignals } from '../app-signals.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { commandOf } from '../command-of.ts'
import { displayOf } from '../display.ts'
import { UsageError } from '../errors.ts'
import { currentFolder } from '../folder.ts'
import { JobWatch } from '../job-watch.ts'
import { unlocking } from '../keys.ts'
import { randomId } from '../random-id.ts'
import { streamJob } from '../stream-job.ts'
import { parseEnv } from '../values.ts'

type LaunchInput = Input<'app.launch'>

export async function run(cli: Cli, args: Args): Promise<number> {
  if (args.has('cli') && args.has('silent'))
    throw new UsageError('--silent and --cli exclude each other: what is attached to shows itself')
  const host = args.value('on') ?? null
  const app = args.value('app')
  if (app !== undefined) {
    const { launchApp } = await import('./launch-app.ts')
    const [action, newInstance] = [args.value('action') ?? null, args.has('new-instance')]
    const env = parseEnv(args.values('env'), cli.env)
    return await launchApp(cli, args, { app, action, host, newInstance, env, display: displayOf(cli.env) })
  }
  const command = commandOf(args.command)
  if (args.has('dry-run')) return await dryRun(cli, { command, host, isCli: args.has('cli') })
  const input: LaunchInput = {
    command,
    host,
    display: displayOf(cli.env),
    folder: currentFolder(),
    env: parseEnv(args.values('env'), cli.env),
    newInstance: args.has('new-instance'),
  }
  if (args.has('cli')) return await attached(cli, args, input)
  return args.has('detach') ? await detached(cli, input) : await followed(cli, args, input)
}

async function dryRun(cli: Cli, { isCli, ...what }: { command: LaunchInput['command']; host: string | null; isCli: boolean }) {
  const { placement } = await unlocking(cli, () => cli.call('app.place', { ...what, needsDesktop: !isCli }))
  return printPlacement(cli, placement)
}

async function attached(cli: Cli, args: Args, input: LaunchInput): Promise<number> {
  // What only an attached program needs is not loaded while a window is waited for.
  const { launch } = await import('../launch.ts')
  const flags = { has: (name: string) => name === 'detach' && args.has('detach') }
  return await launch(cli, flags, (call, { terminal, jobId }) =>
    call('app.launch', { ...input, needsDesktop: false, terminal, jobId }),
  )
}

async function detached(cli: Cli, input: LaunchInput): Promise<number> {
  const { job } = await unlocking(cli, () => cli.call('app.launch', { ...input, jobId: randomId() }))
  if (cli.out.isJson) cli.out.json(job)
  else {
    noteReason(cli, job)
    cli.out.line(job.id)
  }
  return 0
}

async function followed(cli: Cli, args: Args, input: LaunchInput): Promise<number> {
  const session = await cli.client().connect()
  const signals = new AppSignals(cli, session)
  try {
    const jobId = randomId()
    // Both go out at once: the events are asked for before the job can make any.
    const watching = JobWatch.start(session, jobId)
    watching.catch(() => undefined) // Awaited below, unless the start itself fails.
    const { job } = await unlocking(cli, () => session.call('app.launch', { ...input, jobId }))
    const watch = await watching
    watch.offer(job)
    void signals.setJob(watch, jobId)
    if (!args.has('silent') && !cli.out.isJson && cli.out.stderr.isTTY && job.placement !== null) {
      cli.out.note(`${placedText(job.placement)} (id ${shortId(job.id)})`)
      notePid(cli, watch)
    }
    if (!args.has('silent') && !cli.out.isJson) noteReason(cli, job)
    if (!cli.out.isJson) return await streamJob(cli, session, watch, { jobId, isStoppedByReader: false })
    const code = await signals.ended(watch)
    cli.out.json(watch.job ?? job)
    return code
  } finally {
    signals.dispose()
    session.close()
  }
}

export function printPlacement(cli: Cli, placement: Placement): number {
  if (cli.out.isJson) cli.out.json(placement)
  else cli.out.line(placedText(placement))
  return 0
}

function notePid(cli: Cli, watch: JobWatch): void {
  const look = () => {
    const { pid = null, host = null } = watch.job ?? {}
    if (pid === null) return
    stop()
    cli.out.note(`[process ${pid} on ${visible(host ?? '')}]`)
  }
  const stop = watch.onChange(look)
  look()
}

/** What the app goes without. */
export function noteReason(cli: Cli, { reason, state }: JobView): void {
  if (reason !== null && state !== 'ended') cli.out.note(`[${visibleLines(reason)}]`)
}

function placedText({ host, reason }: Placement): string {
  return `${visible(host)}: ${visibleLines(reason)}`
}
