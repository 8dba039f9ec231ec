/** One pull under way: what it was asked for, how far it is, and that it is alive. It decides nothing. */
import { randomUUID } from 'node:crypto'
import type { EventBody } from '../../shared/domain.ts'

export type PullRequest = {
  jobId: string
  pattern: string
  destination: string
  overwrite: boolean
  /** Puts each match at its path below the workdir: for what goes back into the folder that was pushed. */
  keepPaths?: boolean
}
export type PullProgress = { filesDone: number; bytesDone: number; bytesTotal: number | null }
export type RunningPullOptions = {
  request: PullRequest
  /** The host of a pull that was declared with its job; null for one that a person asked for. */
  declaredOn: string | null
  emit(event: EventBody): void
}

/** How often a pull says that it goes on, though nothing moves. */
const ALIVE_MS = 5_000
/** Why a pull is broken off that stays owed. */
const LEFT = new Error('left for later')

export class RunningPull {
  readonly id = randomUUID()
  readonly request: PullRequest
  readonly declaredOn: string | null
  readonly #emit: RunningPullOptions['emit']
  readonly #abort = new AbortController()
  readonly #alive: NodeJS.Timeout
  #reached: PullProgress = { filesDone: 0, bytesDone: 0, bytesTotal: null }
  #isWaiting = false
  #wake: () => void = () => undefined

  constructor({ request, declaredOn, emit }: RunningPullOptions) {
    this.request = request
    this.declaredOn = declaredOn
    this.#emit = emit
    this.#alive = setInterval(() => this.#tell(), ALIVE_MS)
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** It is to end without a word: nothing of it is settled. */
  get isLeft(): boolean {
    return this.signal.reason === LEFT
  }

  /** Its host cannot be reached. */
  get isWaiting(): boolean {
    return this.#isWaiting
  }

  progress(reached: PullProgress): void {
    this.#reached = reached
    this.#tell()
  }

  cancel(): void {
    this.#abort.abort()
    this.wake()
  }

  leave(): void {
    this.#abort.abort(LEFT)
    this.wake()
  }

  /** Tells that its host cannot be reached, and settles after `pauseMs`, or at `wake`; null: only then. */
  async wait(pauseMs: number | null): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = pauseMs === null ? undefined : setTimeout(resolve, pauseMs)
    this.#wake = resolve
    this.#isWaiting = true
    this.#tell()
    await promise
    clearTimeout(timer)
    this.#isWaiting = false
  }

  wake(): void {
    this.#wake()
  }

  /** From here on it tells of nothing. */
  end(): void {
    clearInterval(this.#alive)
  }

  #tell(): void {
    const { id: pullId, request } = this
    this.#emit({ type: 'pull.progress', pullId, jobId: request.jobId, ...this.#reached, isWaiting: this.#isWaiting })
  }
}
