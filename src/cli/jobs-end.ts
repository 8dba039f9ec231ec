/** Waits for the end of several jobs through one connection. */
import { isFinal, type JobView } from '../shared/domain.ts'
import { AppError } from '../shared/errors.ts'
import { shortId } from '../shared/format.ts'
import type { CoreSession } from './core-client.ts'

export class JobsEnd {
  readonly #session: CoreSession
  readonly #jobs = new Map<string, JobView>()
  readonly #removed = new Set<string>()
  readonly #wake = new Set<() => void>()
  #gone: Error | undefined

  private constructor(session: CoreSession) {
    this.#session = session
  }

  /** Finds each by its id or the beginning of one. @throws {AppError} `NOT_FOUND` or `AMBIGUOUS` before anything is waited for. */
  static async of(session: CoreSession, refs: readonly string[]): Promise<JobsEnd> {
    const jobs = new JobsEnd(session)
    await session.onEvent(event => {
      if (event.type === 'job.changed') jobs.#take(event.job)
      else if (event.type === 'job.removed') jobs.#remove(event.jobId)
    })
    for (const ref of refs) {
      const { job } = await session.call('job.get', { job: ref })
      jobs.#jobs.set(job.id, job)
    }
    session.onReconnect(() => void jobs.#refresh())
    session.onGone(error => {
      jobs.#gone = error
      jobs.#tell()
    })
    return jobs
  }

  /** Each once, in the order they were named. */
  get all(): JobView[] {
    return [...this.#jobs.values()]
  }

  /** Settles when it has ended. @throws {AppError} `NOT_FOUND` if it is removed before, `CANCELLED` when `signal` fires, `CORE_UNREACHABLE` when the core goes. */
  ended(id: string, signal?: AbortSignal): Promise<JobView> {
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void) => {
        this.#wake.delete(look)
        signal?.removeEventListener('abort', look)
        finish()
      }
      const look = () => {
        const job = this.#jobs.get(id)
        if (job !== undefined && isFinal(job)) settle(() => resolve(job))
        else if (this.#removed.has(id)) settle(() => reject(new AppError('NOT_FOUND', `Job ${shortId(id)} was removed`)))
        else if (this.#gone !== undefined) settle(() => reject(this.#gone))
        else if (signal?.aborted) settle(() => reject(new AppError('CANCELLED', `Job ${shortId(id)} has not ended yet`)))
      }
      this.#wake.add(look)
      signal?.addEventListener('abort', look)
      look()
    })
  }

  async #refresh(): Promise<void> {
    for (const id of this.#jobs.keys()) {
      try {
        this.#take((await this.#session.call('job.get', { job: id })).job)
      } catch (error) {
        if (error instanceof AppError && error.code === 'NOT_FOUND') this.#remove(id)
        // Else the link broke again: the next reconnect asks again.
      }
    }
  }

  #take(job: JobView): void {
    if (!this.#jobs.has(job.id)) return
    this.#jobs.set(job.id, job)
    this.#tell()
  }

  #remove(id: string): void {
    if (this.#jobs.has(id)) this.#removed.add(id)
    this.#tell()
  }

  #tell(): void {
    for (const wake of [...this.#wake]) wake()
  }
}
