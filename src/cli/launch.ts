/**
 * Starts a job and stays with it as asked: at its terminal, with its plain output, or not at all. What push, rerun and `p` share.
 */
import type { Call } from '../shared/contract.ts'
import { isFinal, type JobView } from '../shared/domain.ts'
import { shortId } from '../shared/format.ts'
import { visibleLines } from '../shared/visible.ts'
import { attachJob, summarise } from './attach-job.ts'
import type { Cli } from './cli.ts'
import type { CoreSession } from './core-client.ts'
import { UsageError } from './errors.ts'
import { hasBegun, jobExitCode } from './job-exit.ts'
import { JobWatch } from './job-watch.ts'
import { unlocking } from './keys.ts'
import { PoliteStop } from './polite-stop.ts'
import { ProgressLine, waitingText } from './progress.ts'
import { PulledFiles } from './pulled-files.ts'
import { randomId } from './random-id.ts'
import { finish, streamJob } from './stream-job.ts'

export type TerminalSize = { columns: number; rows: number }
/** Asks the core for the job. `jobId` is the id it gets, so that its events can be awaited before it exists. */
export type Start = (call: Call, options: { terminal: TerminalSize | null; jobId: string }) => Promise<{ job: JobView }>

/** Of the verb: `tty`, `no-tty`, `detach`, `detach-on-ctrl-c`. */
export type Flags = { has(flag: string): boolean }

export async function launch(cli: Cli, flags: Flags, start: Start): Promise<number> {
  if (flags.has('tty') && flags.has('no-tty')) throw new UsageError('--tty and --no-tty exclude each other')
  return flags.has('detach') ? await launchDetached(cli, flags, start) : await launchAndFollow(cli, flags, start)
}

async function launchDetached(cli: Cli, flags: Flags, start: Start): Promise<number> {
  // Somebody may want to attach later, so a job that is left alone has a terminal.
  const terminal = flags.has('no-tty') ? null : sizeHere(cli)
  const { job } = await unlocking(cli, () => start(cli.call, { terminal, jobId: randomId() }))
  if (cli.out.isJson) cli.out.json(job)
  else {
    cli.out.line(job.id)
    if (cli.out.isTerminal) cli.out.note(`See it: ${cli.program.name} attach ${shortId(job.id)}`)
  }
  return 0
}

async function launchAndFollow(cli: Cli, flags: Flags, start: Start): Promise<number> {
  const isAttached = hasTerminalHere(cli) && !flags.has('no-tty') && !cli.out.isJson
  const terminal = isAttached || flags.has('tty') ? sizeHere(cli) : null
  const session = await cli.client().connect()
  const stop = new PoliteStop(cli, 'the job')
  try {
    const jobId = randomId()
    // Both go out at once: the events are asked for before the job can make any.
    const watching = JobWatch.start(session, jobId)
    watching.catch(() => undefined) // Awaited below, unless the start itself fails.
    const { job: first } = await unlocking(cli, () => start(session.call, { terminal, jobId }))
    const watch = await watching
    watch.offer(first)
    stop.ready(how => session.call('job.stop', { job: jobId, ...how }))
    return await follow(cli, session, { watch, stop, jobId, isAttached, leavesOnCtrlC: flags.has('detach-on-ctrl-c') })
  } finally {
    stop.dispose()
    session.close()
  }
}

type Following = { watch: JobWatch; stop: PoliteStop; jobId: string; isAttached: boolean; leavesOnCtrlC: boolean }

async function follow(cli: Cli, session: CoreSession, following: Following): Promise<number> {
  const { watch, stop, jobId, isAttached } = following
  const pulled = new PulledFiles(cli, watch)
  if (cli.out.isJson) {
    const job = await watch.until(isFinal)
    const code = await pulled.exitCode(jobExitCode(job))
    cli.out.json(watch.job ?? job)
    return code
  }
  const streams = () => streamJob(cli, session, watch, { jobId, isStoppedByReader: true })
  const code = await (isAttached ? attached(cli, session, following, streams) : withProgress(cli, watch, streams))
  stop.dispose()
  return await pulled.exitCode(code)
}

async function attached(cli: Cli, session: CoreSession, following: Following, streams: () => Promise<number>): Promise<number> {
  const { watch, stop, jobId } = following
  const leaves = following.leavesOnCtrlC || (await isSetToLeave(session))
  const job = await withProgress(cli, watch, () => watch.until(hasBegun))
  if (isFinal(job) && (job.startedAt === null || job.outcome === 'failed')) {
    if (stop.isAsked) cli.out.note('What was sent is kept on the host: the same push goes on from there.')
    return finish(cli, job)
  }
  if (!job.hasTerminal) {
    if (job.reason !== null) cli.out.note(`[${visibleLines(job.reason)}]`)
    const code = await streams()
    const last = watch.job
    return last !== undefined && code === jobExitCode(last) ? summarise(cli, last) : code
  }
  stop.dispose() // At the terminal Ctrl+C is the program's.
  return await attachJob(cli, session, watch, { jobId, leavesOnCtrlC: leaves, whenClosed: 'print-log' })
}

/** While the job does not run yet, a line says what it waits for. */
async function withProgress<T>(cli: Cli, watch: JobWatch, work: () => Promise<T>): Promise<T> {
  const line = new ProgressLine(cli.out)
  const show = () => {
    const { job } = watch
    if (job === undefined) return
    if (hasBegun(job)) line.end()
    else line.set(waitingText(job))
  }
  const stopShowing = watch.onChange(show)
  show()
  try {
    return await work()
  } finally {
    stopShowing()
    line.end()
  }
}

export async function isSetToLeave(session: CoreSession): Promise<boolean> {
  const { values } = await session.call('config.get', {})
  return values.detach_on_ctrl_c === true
}

/** A person at both ends, and a terminal that a program can draw on. */
export function hasTerminalHere(cli: Cli): boolean {
  // stdin comes last: see index.ts.
  return cli.out.isTerminal && cli.env.TERM !== 'dumb' && cli.stdin.isTTY === true
}

export function sizeHere(cli: Cli): TerminalSize {
  return { columns: cli.out.stdout.columns || 80, rows: cli.out.stdout.rows || 24 }
}
