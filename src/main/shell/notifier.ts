/** Tells a person of the ends of jobs: a few at a time one by one, many at once as one. It owns the moment in which they are gathered. */
import { type EndedJob, type Notice, type NoticeRules, noticeOf, summaryOf } from './notice.ts'

export type NotifierOptions = {
  rules(): NoticeRules
  /** Somebody has the job's terminal or log before him. */
  isWatched(jobId: string): boolean
  show(notice: Notice): void
  gatherMs?: number
}

const GATHER_MS = 500
const MOST_AT_ONCE = 3

export class Notifier {
  readonly #options: NotifierOptions
  #waiting: Notice[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(options: NotifierOptions) {
    this.#options = options
  }

  /** To be called once for each job that ends. */
  jobEnded(job: EndedJob): void {
    const { rules, isWatched, gatherMs = GATHER_MS } = this.#options
    const notice = noticeOf(job, { isWatched: isWatched(job.id), rules: rules() })
    if (notice === null) return
    this.#waiting.push(notice)
    this.#timer ??= setTimeout(() => this.#tell(), gatherMs)
  }

  /** What waits is told at once. */
  close(): void {
    clearTimeout(this.#timer)
    this.#tell()
  }

  #tell(): void {
    this.#timer = undefined
    const notices = this.#waiting.splice(0)
    for (const notice of notices.length > MOST_AT_ONCE ? [summaryOf(notices)] : notices) this.#options.show(notice)
  }
}
