/** Reads one run's output at its reader's pace, from any byte to its end, over any loss of its host. */
import type { JobView } from '../../../shared/domain.ts'
import { AppError } from '../../../shared/errors.ts'
import type { OutputJobs } from '../../jobs/job-output.ts'
import type { HostLogs, LogPart } from './host-logs.ts'

/** Where a run's log is: the hub. */
type Source = {
  hub: { job(jobId: string): JobView | null; logsOf(job: JobView): HostLogs }
  jobs: Pick<OutputJobs, 'changed'>
  jobId: string
}
export type ReaderOptions = {
  fromByte: number
  signal: AbortSignal
  /** Its host cannot be asked, for this reason; null: it can be again. */
  onAway?(error: AppError | null): void
}

/** How long the last bytes may take once a run is known to have ended, and how often they are asked for. */
const DRAIN_MS = 10_000
const DRAIN_EVERY_MS = 50
/** A host that came back without the run having changed is seen after so long. */
const AWAY_MS = 1_000
/** As nothing may tell of it, so long may pass until a log that has just begun is seen. */
const BEGIN_MS = 50

export class RunReader {
  /** Where it reads next. */
  byte: number
  readonly #source: Source
  readonly #options: ReaderOptions
  readonly #closed = new AbortController()
  #watched: { logs: HostLogs; unwatch: () => void } | null = null
  #isAway = false
  #hasNews = false
  /** Where the log of a run that goes on ended when it was last read: there is nothing to read until there is news. */
  #logEnd = -1
  #wake: () => void = () => undefined

  constructor(source: Source, options: ReaderOptions) {
    this.#source = source
    this.#options = options
    this.byte = options.fromByte
    const { signal } = options
    const close = () => this.close()
    signal.addEventListener('abort', close, { once: true, signal: this.#closed.signal })
    if (signal.aborted) this.close()
    void this.#followJob()
  }

  /** Waits for more, `most` bytes at most. Null: there will be no more, or it was closed. */
  async next(most: number): Promise<LogPart | null> {
    let endedAt: number | null = null
    if (this.byte === this.#logEnd) await this.#news(null)
    while (!this.#closed.signal.aborted) {
      this.#hasNews = false
      const job = this.#source.hub.job(this.#source.jobId)
      const isEnded = job?.state === 'ended'
      if (!job || (isEnded && job.startedAt === null && job.logBytes === null)) break
      let waitMs: number | null = null
      try {
        if (isEnded || job.startedAt !== null) {
          if (isEnded) endedAt ??= performance.now()
          // Before the read: what comes between both is heard of.
          const logs = this.#watch(job)
          const part = await logs.read(job.id, this.byte, most)
          this.#away(null)
          if (part.bytes.length > 0) {
            this.byte = part.byte + part.bytes.length
            this.#logEnd = isEnded ? -1 : part.logBytes
            return part
          }
          if (endedAt !== null) {
            if (job.logBytes === null || this.byte >= job.logBytes || performance.now() - endedAt > DRAIN_MS) break
            waitMs = DRAIN_EVERY_MS
          }
        }
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        if (error.code === 'NOT_FOUND') {
          if (isEnded) break
          waitMs = BEGIN_MS
        } else {
          this.#away(error)
          waitMs = AWAY_MS
        }
      }
      await this.#news(waitMs)
    }
    this.close()
    return null
  }

  close(): void {
    this.#closed.abort()
    this.#watched?.unwatch()
    this.#watched = null
    this.#told()
  }

  #watch(job: JobView): HostLogs {
    const logs = this.#source.hub.logsOf(job)
    if (this.#watched?.logs === logs) return logs
    this.#watched?.unwatch()
    this.#watched = { logs, unwatch: logs.watch(job.id, () => this.#told()) }
    return logs
  }

  #away(error: AppError | null): void {
    if (this.#isAway === (error !== null)) return
    this.#isAway = error !== null
    this.#options.onAway?.(error)
  }

  async #followJob(): Promise<void> {
    while (!this.#closed.signal.aborted) {
      await this.#source.jobs.changed(this.#source.jobId, this.#closed.signal)
      this.#told()
    }
  }

  #told(): void {
    this.#hasNews = true
    this.#wake()
  }

  async #news(waitMs: number | null): Promise<void> {
    if (this.#hasNews) return
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>(resolve => {
      this.#wake = resolve
      if (waitMs !== null) timer = setTimeout(resolve, waitMs)
    })
    clearTimeout(timer)
  }
}
