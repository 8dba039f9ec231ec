/**
 * Bringing results back: each pull runs in the background, tells of its progress, can be cancelled, and ends with one event.
 * The globs given with --pull are brought back by themselves when their job has ended, into the folder that was pushed.
 */
import { randomUUID } from 'node:crypto'
import type { EventBody } from '../../shared/domain.ts'
import { AppError, toErrorBody } from '../../shared/errors.ts'
import type { Agent } from '../hosts/agent.ts'
import type { HostLink } from '../hosts/host-link.ts'
import type { Transport } from '../hosts/transport.ts'

export type PullRequest = {
  jobId: string
  pattern: string
  destination: string
  overwrite: boolean
  /** Puts each match at its path below the workdir: for what goes back into the folder that was pushed. */
  keepPaths?: boolean
}
export type PullProgress = { filesDone: number; bytesDone: number; bytesTotal: number | null }
export type PullFiles = (
  request: PullRequest & {
    transport: Transport
    agent: Agent
    signal: AbortSignal
    onProgress(progress: PullProgress): void
  },
) => Promise<{ files: string[] }>
export type PullsOptions = {
  pullFiles: PullFiles
  /** @throws {AppError} if the job has no host yet. */
  linkOf(jobId: string): HostLink
  emit(event: EventBody): void
}

/** How often a pull says that it goes on, though nothing moves. */
const ALIVE_MS = 5_000

export class Pulls {
  readonly #options: PullsOptions
  readonly #running = new Map<string, AbortController>()

  constructor(options: PullsOptions) {
    this.#options = options
  }

  /** Begins at once; `pull.progress` and, last, `pull.ended` tell of it. */
  start(request: PullRequest): string {
    const pullId = randomUUID()
    const link = this.#options.linkOf(request.jobId)
    const abort = new AbortController()
    this.#running.set(pullId, abort)
    // A turn later, so that the caller has the id before the first event can come.
    setImmediate(() => this.#run(pullId, request, link, abort.signal))
    return pullId
  }

  /** @throws {AppError} `NOT_FOUND` if it has ended. */
  cancel(pullId: string): void {
    const abort = this.#running.get(pullId)
    if (!abort) throw new AppError('NOT_FOUND', `No pull ${pullId} is under way`)
    abort.abort()
  }

  close(): void {
    for (const abort of this.#running.values()) abort.abort()
  }

  async #run(pullId: string, request: PullRequest, link: HostLink, signal: AbortSignal): Promise<void> {
    const { pullFiles, emit } = this.#options
    const { jobId, pattern } = request
    const ended = { type: 'pull.ended', pullId, jobId, pattern } as const
    let reached: PullProgress = { filesDone: 0, bytesDone: 0, bytesTotal: null }
    const onProgress = (progress: PullProgress) => {
      reached = progress
      emit({ type: 'pull.progress', pullId, jobId, ...progress })
    }
    const alive = setInterval(() => onProgress(reached), ALIVE_MS)
    try {
      const live = await link.ready()
      const { files } = await pullFiles({ ...request, ...live, signal, onProgress })
      emit({ ...ended, files, error: null })
    } catch (error) {
      emit({ ...ended, files: [], error: toErrorBody(error) })
    } finally {
      clearInterval(alive)
      this.#running.delete(pullId)
    }
  }
}
