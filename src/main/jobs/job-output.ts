/**
 * A job's output as streams, for whoever watches it: its log from any byte on, or a terminal on it.
 * A followed log outlives cuts: it is opened again where it stood once the host is back. It ends when the job has ended and all is sent.
 */
import { once } from 'node:events'
import { PassThrough, type Readable, type Writable } from 'node:stream'
import type { JobView } from '../../shared/domain.ts'
import { AppError } from '../../shared/errors.ts'
import { eachChunk } from '../chunks.ts'
import type { Agent } from '../hosts/agent.ts'
import type { HostLink } from '../hosts/host-link.ts'
import type { TerminalSize } from '../hosts/transport.ts'
import { lastLines } from './sync/last-lines.ts'
import { hostFailure } from './sync/transfer.ts'

/** What is asked of the job room: the job as it is now, its link, and to be woken when it changes. */
export type OutputJobs = {
  get(jobId: string): JobView
  link(hostName: string): HostLink
  /** Settles when the job has changed in any way, or `signal` fired. */
  changed(jobId: string, signal: AbortSignal): Promise<void>
}
export type ByteSource = { output: Readable; end: Promise<void>; close(): void }
export type TerminalSource = ByteSource & { input: Writable; resize(size: TerminalSize): void }

/** log's exit code when what comes next is no longer kept: see agent.sh. */
const GONE_EXIT = 5
/** attach's exit code when the job has no terminal any more: see agent.sh. */
const NO_TERMINAL_EXIT = 3
/** How long the last bytes may take once the job is known to have ended, before the channel is opened again. */
const DRAIN_MS = 10_000
/** How long after a terminal's close its job's end may take to reach us. */
const SETTLE_MS = 5_000
/** The same, after a close that may have another cause. */
const BROKEN_MS = 1_000

export type LogOptions = {
  fromByte: number
  follow: boolean
  /** These bytes are no longer kept, or went before they were read: what comes next is that at `toByte`. */
  onSkip?: (skipped: { fromByte: number; toByte: number }) => void
}

export function openLog(jobs: OutputJobs, jobId: string, options: LogOptions): ByteSource {
  const abort = new AbortController()
  const output = new PassThrough()
  const end = pumpLog(jobs, jobId, options, output, abort.signal)
  end.catch(() => undefined) // Whoever uses the source awaits `end`; a closed one nobody awaits.
  return { output, end, close: () => abort.abort() }
}

async function pumpLog(
  jobs: OutputJobs,
  jobId: string,
  { fromByte, follow, onSkip }: LogOptions,
  output: PassThrough,
  signal: AbortSignal,
): Promise<void> {
  const cursor = { byte: fromByte } // Outlives a cut: what was sent before it is not sent again.
  try {
    while (!signal.aborted) {
      const job = await hasOutput(jobs, jobId, follow, signal)
      if (job === null || isAllSent(job, cursor.byte)) return
      const isFollowing = follow && job.state !== 'ended'
      try {
        const isWhole = await pumpOnce(jobs, job, { cursor, follow: isFollowing, output, signal })
        if (!isWhole) {
          const fromByte = cursor.byte
          cursor.byte = Math.max(fromByte, await firstKept(jobs, job))
          if (cursor.byte > fromByte) onSkip?.({ fromByte, toByte: cursor.byte })
          continue
        }
      } catch (error) {
        if (!follow || !isLoss(error)) throw error
        // Its host is away. Its coming back changes the job; should that have slipped by meanwhile, the time-out asks again.
        await jobs.changed(jobId, AbortSignal.any([signal, AbortSignal.timeout(1_000)]))
        continue
      }
      if (!isFollowing) return
    }
  } finally {
    output.end()
  }
}

/** Waits until the job has, or will never have, a log. Null: it never will. */
async function hasOutput(jobs: OutputJobs, jobId: string, follow: boolean, signal: AbortSignal): Promise<JobView | null> {
  for (;;) {
    const job = jobs.get(jobId)
    if (job.state === 'ended') return job.startedAt === null && job.logBytes === null ? null : job
    if (job.startedAt !== null) return job
    if (!follow || signal.aborted) return null
    await jobs.changed(jobId, signal)
  }
}

function isAllSent(job: JobView, sent: number): boolean {
  return job.state === 'ended' && job.logBytes !== null && sent >= job.logBytes
}

type Pump = { cursor: { byte: number }; follow: boolean; output: PassThrough; signal: AbortSignal }

async function firstKept(jobs: OutputJobs, job: JobView): Promise<number> {
  const { agent } = await jobs.link(job.host ?? '').ready()
  const told = await agent.stat(job.id)
  if (!told) throw new AppError('NOT_FOUND', `${job.host} has no job ${job.id.slice(0, 8)} any more`)
  return told.logDropped
}

/**
 * Sends the log through one channel until it ends, is all sent, or breaks; moves the cursor as it goes. False: it was broken off, since
 * what stands at the cursor may no longer be there.
 */
async function pumpOnce(jobs: OutputJobs, job: JobView, { cursor, follow, output, signal }: Pump): Promise<boolean> {
  const isDone = () => isAllSent(jobs.get(job.id), cursor.byte)
  const stop = new AbortController()
  const stopped = AbortSignal.any([signal, stop.signal])
  if (follow) stopWhenEnded(jobs, job.id, stop, isDone)
  try {
    const { transport, agent } = await jobs.link(job.host ?? '').ready()
    const command = agent.commands.log(job.id, cursor.byte, follow)
    const channel = await transport.exec(command, { lane: 'stream', signal: stopped })
    const said = lastLines(channel.stderr)
    for await (const chunk of eachChunk(channel.stdout)) {
      cursor.byte += chunk.length
      if (!output.write(chunk)) await once(output, 'drain', { signal })
      if (follow && isDone()) break
    }
    if (stopped.aborted || (follow && isDone())) return true
    // A cut ends the stream as well: only how the channel ended says whether this was all.
    const end = await channel.end
    if (end.code === GONE_EXIT) return false
    if (end.code === null && end.signal === null) throw new AppError('HOST_UNREACHABLE', `The connection to ${job.host} was lost`)
    if (!follow && end.code !== 0) throw hostFailure(job.host ?? '', 'reading the output of a job', { end, said: await said })
  } catch (error) {
    if (!stopped.aborted) throw error
  } finally {
    stop.abort()
  }
  return true
}

/** A follow has no end of its own: it is stopped when the job has ended and everything has arrived, or nothing more comes. */
async function stopWhenEnded(jobs: OutputJobs, jobId: string, stop: AbortController, isDone: () => boolean): Promise<void> {
  while (!stop.signal.aborted && jobs.get(jobId).state !== 'ended') await jobs.changed(jobId, stop.signal)
  if (stop.signal.aborted) return
  if (isDone()) stop.abort()
  const timer = setTimeout(() => stop.abort(), DRAIN_MS)
  stop.signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
}

function isLoss(error: unknown): boolean {
  return error instanceof AppError && error.code === 'HOST_UNREACHABLE'
}

/**
 * A terminal on a job that has one. Waits for the job to start. When its `end` settles because somebody left it or closed the end
 * screen, the job is in the state that explains it.
 *
 * @throws {AppError} `CONFLICT` if it has none, or has none any more; `HOST_UNREACHABLE` if its host cannot be asked.
 */
export async function openTerminal(
  jobs: OutputJobs,
  jobId: string,
  terminal: TerminalSize & { term: string },
  signal: AbortSignal,
): Promise<TerminalSource> {
  const job = await hasOutput(jobs, jobId, true, signal)
  if (signal.aborted) throw new AppError('CANCELLED', 'Nobody waits for this terminal any more')
  const short = jobId.slice(0, 8)
  if (job === null || job.host === null)
    throw new AppError('CONFLICT', `Job ${short} never ran: ${jobs.get(jobId).reason ?? 'it has no terminal'}`)
  if (!job.hasTerminal)
    throw new AppError('CONFLICT', `Job ${short} runs without a terminal; see its output with: drover logs -f ${short}`)
  const { transport, agent } = await jobs.link(job.host).ready()
  const channel = await transport.exec(agent.commands.attach(job.id), { lane: 'stream', terminal })
  channel.stderr.resume()
  const end = channel.end.then(async ({ code, signal }) => {
    if (code === NO_TERMINAL_EXIT)
      throw new AppError(
        'CONFLICT',
        `Job ${short} has ended and its terminal is closed; see its output with: drover logs ${short}`,
      )
    if (code === null && signal === null)
      throw new AppError('HOST_UNREACHABLE', `The connection to ${job.host} was lost; the job goes on there`)
    if (code === 0) {
      if (await hasEnded(agent, job.id)) await endIsKnown(jobs, job.id)
      return
    }
    // tmux fails when its server goes, and the job with it. Else something broke it off, such as a host that hangs up as its link goes.
    await endIsKnown(jobs, job.id, BROKEN_MS)
    if (jobs.get(job.id).state !== 'ended')
      throw new AppError('HOST_UNREACHABLE', `The terminal on ${job.host} broke off; the job goes on there`)
  })
  end.catch(() => undefined) // As above: only a source in use awaits it.
  return { output: channel.stdout, input: channel.stdin, end, resize: size => channel.resize(size), close: () => channel.close() }
}

/** A terminal closes alike whether a person left it or the end screen. */
async function hasEnded(agent: Agent, jobId: string): Promise<boolean> {
  const told = await agent.stat(jobId).catch(() => null) // The link is cut just now: what is known will say so.
  return told !== null && told.state !== 'starting' && told.state !== 'running'
}

/** Word of a job's end may come a moment after its terminal's; from a host that cannot be asked any more it does not. */
async function endIsKnown(jobs: OutputJobs, jobId: string, patienceMs = SETTLE_MS): Promise<void> {
  const patience = AbortSignal.timeout(patienceMs)
  const isAwaited = ({ state, unknownSince }: JobView) => state !== 'ended' && unknownSince === null
  while (isAwaited(jobs.get(jobId)) && !patience.aborted) await jobs.changed(jobId, patience)
}
