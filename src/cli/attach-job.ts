/**
 * A person at a job's terminal, until the job has ended or was left. A lost link is waited for, and the terminal taken again:
 * the job and its screen are on the host.
 */
import { isFinal, type JobView } from '../shared/domain.ts'
import { AppError } from '../shared/errors.ts'
import { shortId } from '../shared/format.ts'
import { visible } from '../shared/visible.ts'
import { type AttachEnd, attachTerminal } from './attach-terminal.ts'
import type { Cli } from './cli.ts'
import type { CoreSession } from './core-client.ts'
import { hasRunToItsEnd, jobExitCode, summaryText } from './job-exit.ts'
import type { JobWatch } from './job-watch.ts'
import { CORE_TRIES, isCoreLoss } from './repeatable.ts'
import { copyLog, finish } from './stream-job.ts'
import { RawTerminal } from './terminal.ts'

const FIRST_RETRY_MS = 250
const LAST_RETRY_MS = 5_000
const CTRL_B = 0x02
const CTRL_C = 0x03

export type AttachOptions = {
  jobId: string
  leavesOnCtrlC: boolean
  /** What to do with a job whose terminal is closed already: print its output, or say so. */
  whenClosed: 'print-log' | 'refuse'
}

/** The exit code: the job's if it has ended, 0 if it was left running. */
export async function attachJob(cli: Cli, session: CoreSession, watch: JobWatch, options: AttachOptions): Promise<number> {
  const terminal = new RawTerminal(cli.stdin, cli.out.stdout)
  let retryMs = FIRST_RETRY_MS
  let coreLosses = 0
  let isTold = false
  let wasOpen = false
  try {
    for (;;) {
      const startedAt = performance.now()
      const end = await attachOnce(cli, session, { ...options, terminal })
      if (end.kind === 'left') return left(cli, watch, terminal)
      if (end.kind === 'closed') return await closed(cli, watch, terminal)
      if (end.kind === 'no-terminal') {
        if (options.whenClosed === 'refuse' && !wasOpen) throw end.error
        terminal.release()
        // What was seen in the terminal is not printed again: raw, it would draw and switch modes for nobody.
        if (!wasOpen) await copyLog(cli, session, { jobId: options.jobId, fromByte: 0 })
        return summarise(cli, await watch.until(isFinal))
      }
      wasOpen ||= end.wasOpen
      if (end.wasOpen) coreLosses = 0
      else if (isCoreLoss(end.error)) coreLosses += 1
      if (session.isGone || coreLosses === CORE_TRIES) throw end.error
      // A link that held for long starts anew; one that breaks at once is not hammered.
      if (performance.now() - startedAt > LAST_RETRY_MS) retryMs = FIRST_RETRY_MS
      if (end.wasOpen || !isTold) tellLost(cli, watch, { terminal, error: end.error })
      isTold = true
      if ((await waitForLink(watch, terminal, retryMs)) === 'left') return left(cli, watch, terminal)
      retryMs = Math.min(retryMs * 2, LAST_RETRY_MS)
    }
  } finally {
    terminal.release()
  }
}

type Once = Omit<AttachOptions, 'whenClosed'> & { terminal: RawTerminal }
type NoTerminal = { kind: 'no-terminal'; error: AppError }

/** A host that does not answer keeps us waiting for long: whoever has lost his terminal to it may leave meanwhile. */
async function attachOnce(cli: Cli, session: CoreSession, options: Once): Promise<AttachEnd | NoTerminal> {
  const { terminal } = options
  const leaving = Promise.withResolvers<AttachEnd>()
  const isLeaving = leavingKeys()
  const stopReading = terminal.isHeld
    ? terminal.onInput(bytes => isLeaving(bytes) && leaving.resolve({ kind: 'left' }))
    : () => undefined
  try {
    return await Promise.race([attachTerminal(cli, session, { ...options, opened: stopReading }), leaving.promise])
  } catch (error) {
    if (error instanceof AppError && error.code === 'CONFLICT') return { kind: 'no-terminal', error }
    throw error
  } finally {
    stopReading()
  }
}

/** The terminal has closed: the person has detached, or the job has ended. The core, asked now, knows which. */
async function closed(cli: Cli, watch: JobWatch, terminal: RawTerminal): Promise<number> {
  terminal.release()
  await watch.refresh()
  const { job } = watch
  return job !== undefined && isFinal(job) ? summarise(cli, job) : left(cli, watch, terminal)
}

/** The last line of a job that was watched. */
export function summarise(cli: Cli, job: JobView): number {
  if (!hasRunToItsEnd(job)) return finish(cli, job)
  const code = jobExitCode(job)
  cli.out.line(cli.out.paint(code === 0 ? 'green' : 'red', summaryText(job, cli.now())))
  return code
}

function left(cli: Cli, watch: JobWatch, terminal: RawTerminal): number {
  terminal.release()
  const { job } = watch
  if (job === undefined) return 0
  const short = shortId(job.id)
  cli.out.line(`Left running on ${visible(job.host ?? 'its host')} (id ${short}). Come back: ${cli.program.name} attach ${short}`)
  return 0
}

function tellLost(cli: Cli, watch: JobWatch, loss: { terminal: RawTerminal; error: AppError }): void {
  loss.terminal.resetScreen()
  const where = loss.error.code === 'CORE_UNREACHABLE' ? 'Drover' : visible(watch.job?.host ?? 'the host')
  // The terminal is in raw mode: lines need their returns.
  cli.out.stderr.write(
    `\r\nThe link to ${where} is lost: ${visible(loss.error.message)}\r\nThe job goes on. You are attached again when the link is back; Ctrl+C leaves the job running.\r\n`,
  )
}

/** Settles when it is time to try again: after a while, or at once when something was heard of the job. */
function waitForLink(watch: JobWatch, terminal: RawTerminal, retryMs: number): Promise<'retry' | 'left'> {
  return new Promise(resolve => {
    terminal.hold() // Also when the very first try failed: keys must be ours to leave with.
    const done = (answer: 'retry' | 'left') => {
      clearTimeout(timer)
      stopListening()
      stopReading()
      resolve(answer)
    }
    const timer = setTimeout(() => done('retry'), retryMs)
    const stopListening = watch.onChange(() => watch.job?.unknownSince === null && done('retry'))
    const isLeaving = leavingKeys()
    const stopReading = terminal.onInput(bytes => isLeaving(bytes) && done('left'))
  })
}

/**
 * Ctrl+C leaves a terminal that waits for its link, and so does tmux's own Ctrl+B D. No letter does by itself: whoever goes on typing
 * must not find the rest of the line in his shell.
 */
function leavingKeys(): (bytes: Uint8Array) => boolean {
  let hasPrefix = false
  return bytes => {
    for (const byte of bytes) {
      if (byte === CTRL_C || (hasPrefix && 'dD'.includes(String.fromCharCode(byte)))) return true
      hasPrefix = byte === CTRL_B
    }
    return false
  }
}
