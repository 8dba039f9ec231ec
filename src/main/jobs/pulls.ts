/**
 * Bringing results back: each pull runs in the background, tells of its progress, can be cancelled, and ends with one event.
 *
 * What is declared with --pull is brought back when its job has ended, into the folder that was pushed, or
 * beside it where that is a copy of ours. It is owed until it is stored how
 * that ended: a host that is lost meanwhile is waited for, and what one core leaves undone the next one does. So the same may be brought
 * twice, which does no harm: what is here already, and is the same, is left as it is.
 */
import { type EventBody, owedPulls, type PulledPattern } from '../../shared/domain.ts'
import { AppError, type ErrorBody, toErrorBody } from '../../shared/errors.ts'
import type { Agent } from '../hosts/agent.ts'
import type { HostLink, Live } from '../hosts/host-link.ts'
import { backoffMs } from '../hosts/reconnect.ts'
import type { Transport } from '../hosts/transport.ts'
import type { Log, LogFields } from '../log.ts'
import type { JobRow } from '../store/job-table.ts'
import { type PullProgress, type PullRequest, RunningPull } from './running-pull.ts'

export type PullFiles = (
  request: PullRequest & {
    transport: Transport
    agent: Agent
    signal: AbortSignal
    onProgress(progress: PullProgress): void
  },
) => Promise<Pulled>
/** `files`: where the matches are now; `fileCount`: how many files are in them. */
type Pulled = { files: string[]; fileCount: number }
type PullEnd = Pulled & { error: ErrorBody | null }
export type PullsOptions = {
  pullFiles: PullFiles
  /** @throws {AppError} if the job has no host yet, or the job or its host is gone. */
  linkOf(jobId: string): HostLink
  /** Where what a job from `folder` declared goes, which is there then: mostly that folder. */
  resultsFolder(folder: string): string
  /** Stores how a declared pull has ended: from then on it is not owed. */
  settled(jobId: string, result: PulledPattern): void
  emit(event: EventBody): void
  log: Pick<Log, 'info' | 'warning'>
}

const CANCELLED: PullEnd = {
  files: [],
  fileCount: 0,
  error: { code: 'CANCELLED', message: 'It was cancelled', details: {} },
}

export class Pulls {
  readonly #options: PullsOptions
  readonly #running = new Map<string, RunningPull>()
  #isClosed = false

  constructor(options: PullsOptions) {
    this.#options = options
  }

  /** Begins at once; `pull.progress` and, last, `pull.ended` tell of it. */
  start(request: PullRequest): string {
    const link = this.#options.linkOf(request.jobId)
    return this.#begin({ request, declaredOn: null }, async pull => this.#tellEnd(pull, await this.#attempt(pull, link.ready())))
  }

  /** @throws {AppError} `NOT_FOUND` if it has ended. */
  cancel(pullId: string): void {
    const pull = this.#running.get(pullId)
    if (!pull) throw new AppError('NOT_FOUND', `No pull ${pullId} is under way`)
    pull.cancel()
  }

  /** How many bring files at this moment; those that wait for their host do not. */
  get moving(): number {
    return [...this.#running.values()].filter(pull => !pull.isWaiting).length
  }

  /** Begins what the job owes, as far as it is not under way. */
  bringBack(job: JobRow): void {
    const { id: jobId, host, folder } = job
    if (folder === null || this.#isClosed) return
    const underWay = this.#declared(pull => pull.request.jobId === jobId).map(pull => pull.request.pattern)
    for (const pattern of owedPulls(job).filter(one => !underWay.includes(one))) {
      const request = { jobId, pattern, destination: this.#options.resultsFolder(folder), overwrite: false, keepPaths: true }
      this.#begin({ request, declaredOn: host }, pull => this.#pullUntilSettled(pull))
    }
  }

  /** `owing`: the jobs of this host that owe something. */
  hostBack(name: string, owing: readonly JobRow[]): void {
    for (const pull of this.#declared(one => one.declaredOn === name)) pull.wake()
    for (const job of owing) this.bringBack(job)
  }

  /** It is not in the config any more: nobody waits for it. */
  hostGone(name: string): void {
    for (const pull of this.#declared(one => one.declaredOn === name)) pull.wake()
  }

  /** The job was removed, and with it what it owed. */
  jobGone(jobId: string): void {
    for (const pull of this.#declared(one => one.request.jobId === jobId)) pull.leave()
  }

  /** The core ends: what is owed goes on with the next one. */
  close(): void {
    this.#isClosed = true
    for (const pull of this.#running.values()) {
      if (pull.declaredOn === null) pull.cancel()
      else pull.leave()
    }
  }

  #declared(isMeant: (pull: RunningPull) => boolean): RunningPull[] {
    return [...this.#running.values()].filter(pull => pull.declaredOn !== null && isMeant(pull))
  }

  #begin(what: Pick<RunningPull, 'request' | 'declaredOn'>, work: (pull: RunningPull) => Promise<void>): string {
    const pull = new RunningPull({ ...what, emit: this.#options.emit })
    this.#running.set(pull.id, pull)
    // A turn later, so that the caller has the id before the first event can come.
    setImmediate(async () => {
      try {
        await work(pull)
      } finally {
        pull.end()
        this.#running.delete(pull.id)
      }
    })
    return pull.id
  }

  /** Of a declared pull the loss of its host is no end. */
  async #pullUntilSettled(pull: RunningPull): Promise<void> {
    for (let failures = 0; !pull.isLeft; ) {
      const link = this.#findLink(pull)
      if (!link) return
      if (pull.signal.aborted) return this.#settle(pull, CANCELLED)
      const { live } = link
      if (live === null) {
        this.#log('info', 'files to bring back wait for their host', pull)
        await pull.wait(null)
        continue
      }
      const end = await this.#attempt(pull, live)
      if (pull.isLeft) return
      const isHostLost = end.error !== null && (end.error.code === 'HOST_UNREACHABLE' || link.live !== live)
      if (!isHostLost || pull.signal.aborted) return this.#settle(pull, end)
      // It may be back already.
      if (link.live !== live) continue
      if (failures === 0) this.#log('info', 'files to bring back are tried again', pull, { error: end.error?.message ?? '' })
      await pull.wait(backoffMs(failures++))
    }
  }

  /** Null if nobody can go on with it now, which is told. */
  #findLink(pull: RunningPull): HostLink | null {
    const { jobId, pattern } = pull.request
    try {
      return this.#options.linkOf(jobId)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      this.#log('info', 'files to bring back have no host now', pull, { error: error.message })
      this.#options.emit({ type: 'pull.dropped', pullId: pull.id, jobId, pattern, error: toErrorBody(error) })
      return null
    }
  }

  async #attempt(pull: RunningPull, live: Live | Promise<Live>): Promise<PullEnd> {
    const { signal, request } = pull
    const onProgress = (reached: PullProgress) => pull.progress(reached)
    try {
      const { transport, agent } = await live
      const { files, fileCount } = await this.#options.pullFiles({ ...request, transport, agent, signal, onProgress })
      return { files, fileCount, error: null }
    } catch (error) {
      return { files: [], fileCount: 0, error: toErrorBody(error) }
    }
  }

  /** Stored before it is told: whoever hears of it may rely on it. */
  #settle(pull: RunningPull, end: PullEnd): void {
    const { fileCount: files, error } = end
    this.#options.settled(pull.request.jobId, { pattern: pull.request.pattern, files, error })
    this.#tellEnd(pull, end)
    // Of a job that was left alone nobody else may hear it.
    if (error === null) this.#log('info', 'files were brought back', pull, { files })
    else this.#log('warning', 'files were not brought back', pull, { error: error.message })
  }

  #tellEnd({ id: pullId, request: { jobId, pattern } }: RunningPull, { files, error }: PullEnd): void {
    this.#options.emit({ type: 'pull.ended', pullId, jobId, pattern, files, error })
  }

  #log(level: 'info' | 'warning', message: string, { request, declaredOn }: RunningPull, fields: LogFields = {}): void {
    this.#options.log[level](message, { job: request.jobId, host: declaredOn, pattern: request.pattern, ...fields })
  }
}
