/** Tells a person what the policy says he is to be told. It owns the policy's timer, and reads the clocks for it. */
import type { EndedJob, Notice } from './notice.ts'
import { NoticePolicy, type Now, type PolicyRules } from './notice-policy.ts'

export type NotifierOptions = {
  rules(): PolicyRules
  /** Somebody has the job's terminal or log before him. */
  isWatched(jobId: string): boolean
  show(notice: Notice): void
}

export class Notifier {
  readonly #options: NotifierOptions
  readonly #policy = new NoticePolicy()
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(options: NotifierOptions) {
    this.#options = options
  }

  /** For each job that ends. */
  jobEnded(job: EndedJob): void {
    const { rules, isWatched } = this.#options
    this.#policy.jobEnded(job, { isWatched: isWatched(job.id), rules: rules(), now: readClocks() })
    this.#tell()
  }

  /** Whenever the host's state is another. */
  hostChanged(host: { name: string; isConnected: boolean; why: string | null }): void {
    this.#policy.hostChanged(host, readClocks())
    this.#tell()
  }

  hostRemoved(name: string): void {
    this.#policy.hostRemoved(name)
  }

  /** The rules are others. */
  rulesChanged(): void {
    this.#tell()
  }

  /** What waits is told at once. */
  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    for (const notice of this.#policy.last(this.#options.rules(), readClocks())) this.#options.show(notice)
  }

  #tell(): void {
    if (this.#isClosed) return
    clearTimeout(this.#timer)
    const rules = this.#options.rules()
    const now = readClocks()
    for (const notice of this.#policy.due(rules, now)) this.#options.show(notice)
    const waitMs = this.#policy.waitMs(rules, now)
    if (waitMs !== null) this.#timer = setTimeout(() => this.#tell(), Math.ceil(waitMs) + 1).unref()
  }
}

function readClocks(): Now {
  const wall = new Date()
  return { atMs: performance.now(), minute: wall.getHours() * 60 + wall.getMinutes() }
}
