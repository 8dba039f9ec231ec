/** Tells a person what the policy says he is to be told. It owns the policy's timer, and reads the clocks for it. */
import type { EndedJob, Notice } from './notice.ts'
import { NoticePolicy, type Now, type PolicyRules } from './notice-policy.ts'

export type NotifierOptions = {
  rules(): PolicyRules
  /** Somebody has the job's terminal or log before him, or waits for what becomes of it. */
  isWatched(jobId: string): boolean
  /** There is a desktop, as far as is known, that can show any. */
  hasDesktop(): boolean
  show(notice: Notice): void
  /** What nobody was to hear yet, of the core before. */
  held: readonly Notice[]
  /** From now on it is this. */
  keep(held: readonly Notice[]): void
}

export class Notifier {
  readonly #options: NotifierOptions
  readonly #policy: NoticePolicy
  #kept: readonly Notice[]
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(options: NotifierOptions) {
    this.#options = options
    this.#policy = new NoticePolicy(options.held)
    this.#kept = this.#policy.held
    // Not now: whoever makes us is not made yet.
    if (options.held.length > 0) this.#timer = setTimeout(() => this.#tell(), 0).unref()
  }

  /** For each job that ends. */
  jobEnded(job: EndedJob): void {
    const { rules, isWatched } = this.#options
    this.#policy.jobEnded(job, { isWatched: isWatched(job.id), rules: rules(), now: this.#now() })
    this.#tell()
  }

  /** Anything else that has happened with a host. */
  happened(notice: Notice, host: string): void {
    this.#policy.happened(notice, { host, rules: this.#options.rules(), now: this.#now() })
    this.#tell()
  }

  /** Whenever the host's state is another. */
  hostChanged(host: { name: string; isConnected: boolean; why: string | null }): void {
    this.#policy.hostChanged(host, this.#now())
    this.#tell()
  }

  hostRemoved(name: string): void {
    this.#policy.hostRemoved(name)
  }

  /** The rules are others, or the desktop is. */
  circumstancesChanged(): void {
    this.#tell()
  }

  /** What waits is told at once. */
  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    for (const notice of this.#policy.last(this.#options.rules(), this.#now())) this.#options.show(notice)
    this.#keep()
  }

  #tell(): void {
    if (this.#isClosed) return
    clearTimeout(this.#timer)
    const rules = this.#options.rules()
    const now = this.#now()
    for (const notice of this.#policy.due(rules, now)) this.#options.show(notice)
    this.#keep()
    const waitMs = this.#policy.waitMs(rules, now)
    if (waitMs !== null) this.#timer = setTimeout(() => this.#tell(), Math.ceil(waitMs) + 1).unref()
  }

  #keep(): void {
    if (this.#policy.held === this.#kept) return
    this.#kept = this.#policy.held
    this.#options.keep(this.#kept)
  }

  #now(): Now {
    const wall = new Date()
    const minute = wall.getHours() * 60 + wall.getMinutes()
    return { atMs: performance.now(), minute, hasDesktop: this.#options.hasDesktop() }
  }
}
