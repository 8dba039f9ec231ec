/**
 * Follows a job without a terminal: its output goes to stdout as it is, and the exit code is the job's.
 * A core that restarts meanwhile is waited for; the output goes on at the byte where it stopped.
 */
import { isFinal, type JobView } from '../shared/domain.ts'
import { AppError } from '../shared/errors.ts'
import { shortId } from '../shared/format.ts'
import { visible } from '../shared/visible.ts'
import type { Cli } from './cli.ts'
import type { CoreSession } from './core-client.ts'
import { delay } from './delay.ts'
import { EXIT_BROKEN_PIPE } from './errors.ts'
import { failureText, hasRunToItsEnd, jobExitCode } from './job-exit.ts'
import type { JobWatch } from './job-watch.ts'
import { written } from './output.ts'
import { CORE_TRIES, isCoreLoss } from './repeatable.ts'

const RETRY_MS = 500

/** `isStoppedByReader`: whether the job ends when the reader of stdout goes away, as `ssh host command | head` does. */
export async function streamJob(
  cli: Cli,
  session: CoreSession,
  watch: JobWatch,
  { jobId, isStoppedByReader }: { jobId: string; isStoppedByReader: boolean },
): Promise<number> {
  const stopTelling = tellOfLoss(cli, watch)
  if (isStoppedByReader) cli.onBrokenPipe = () => void readerGone(session, jobId)
  await copyLog(cli, session, { jobId, fromByte: 0, watch })
  const job = await watch.until(isFinal)
  stopTelling()
  return finish(cli, job)
}

/** Says on stderr why there is no exit code of the job's own, if so. */
export function finish(cli: Cli, job: JobView): number {
  if (!hasRunToItsEnd(job)) {
    const advice = job.startedAt === null ? [] : [`What it printed before: drover logs ${shortId(job.id)}`]
    cli.out.error(failureText(job), advice)
  }
  return jobExitCode(job)
}

/** `watch`: where the job is watched anyway; its end is known from there a little sooner. `take`: in place of stdout. */
type LogFrom = { jobId: string; fromByte: number; watch?: JobWatch; take?: (bytes: Uint8Array) => Promise<void> }

/** Copies the job's log to stdout until the job has ended and all of it is here. */
export async function copyLog(cli: Cli, session: CoreSession, { jobId, watch, take, ...from }: LogFrom): Promise<void> {
  let { fromByte } = from
  const isAllHere = () => {
    const { job } = watch ?? {}
    return job !== undefined && isFinal(job) && job.logBytes !== null && fromByte >= job.logBytes
  }
  for (let coreLosses = 0; ; ) {
    try {
      const log = await session.openLog({ job: jobId, fromByte, follow: true })
      coreLosses = 0
      const { stdout } = cli.out // Opened now, while the job is at work.
      const stopWatching = watch?.onChange(() => isAllHere() && log.close())
      try {
        for await (const bytes of log) {
          fromByte += bytes.length
          await (take ? take(bytes) : written(stdout, bytes))
          if (isAllHere()) break
        }
      } finally {
        stopWatching?.()
      }
      return
    } catch (error) {
      if (isCoreLoss(error)) coreLosses += 1
      if (!isLoss(error) || session.isGone || coreLosses === CORE_TRIES) throw error
      await delay(RETRY_MS)
    }
  }
}

/** True for what heals by itself: the job goes on meanwhile. */
export function isLoss(error: unknown): error is AppError {
  return error instanceof AppError && (error.code === 'HOST_UNREACHABLE' || error.code === 'CORE_UNREACHABLE')
}

async function readerGone(session: CoreSession, jobId: string): Promise<void> {
  try {
    await session.call('job.stop', { job: jobId })
  } finally {
    process.exit(EXIT_BROKEN_PIPE)
  }
}

/** A person who waits for output is told why none comes. */
function tellOfLoss(cli: Cli, watch: JobWatch): () => void {
  let wasUnknown = false
  return watch.onChange(() => {
    const { job } = watch
    if (job === undefined || !cli.out.stderr.isTTY) return
    const isUnknown = job.unknownSince !== null && !isFinal(job)
    if (isUnknown === wasUnknown) return
    wasUnknown = isUnknown
    const host = visible(job.host ?? 'the host')
    cli.out.note(isUnknown ? `[${host} cannot be reached; the job goes on there]` : `[${host} is back]`)
  })
}
