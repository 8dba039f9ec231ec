/**
 * One job as it is now, kept up to date by the core's events for whoever follows it. After a reconnect it asks again, so that
 * nothing that happened meanwhile is missed.
 */
import type { CoreEvent, JobView } from '../shared/domain.ts'
import { AppError } from '../shared/errors.ts'
import { shortId } from '../shared/format.ts'
import type { CoreSession } from './core-client.ts'

export class JobWatch {
  readonly #session: CoreSession
  readonly #jobId: string
  readonly #listeners = new Set<(event: CoreEvent | undefined) => void>()
  readonly #undo: (() => void)[] = []
  #job: JobView | undefined
  #failure: Error | undefined

  private constructor(session: CoreSession, jobId: string) {
    this.#session = session
    this.#jobId = jobId
  }

  /** The id may be one that no job has yet: a push that is about to be sent. */
  static async start(session: CoreSession, jobId: string): Promise<JobWatch> {
    const watch = new JobWatch(session, jobId)
    watch.#undo.push(session.onReconnect(() => void watch.refresh()))
    watch.#undo.push(session.onGone(error => watch.#fail(error)))
    watch.#undo.push(await session.onEvent(event => watch.#heard(event), { jobId }))
    return watch
  }

  /** What was heard last; undefined before anything was. */
  get job(): JobView | undefined {
    return this.#job
  }

  /** Takes what a call answered, unless an event has said something newer by then. */
  offer(job: JobView): void {
    if (this.#job === undefined) this.#take(job)
  }

  async refresh(): Promise<void> {
    // A push that is sent again after a loss may become a job while we ask: what was never there was not removed.
    const wasThere = this.#job !== undefined
    try {
      this.#take((await this.#session.call('job.get', { job: this.#jobId })).job)
    } catch (error) {
      if (error instanceof AppError && error.code === 'NOT_FOUND' && wasThere) this.#removed()
      // Anything else: the link broke again, and the next reconnect asks again.
    }
  }

  /** Settles with the job once `test` holds for it. @throws {AppError} `NOT_FOUND` if it is removed, `CORE_UNREACHABLE` if the core goes before. */
  until(test: (job: JobView) => boolean): Promise<JobView> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (this.#failure !== undefined) {
          stop()
          reject(this.#failure)
        } else if (this.#job !== undefined && test(this.#job)) {
          stop()
          resolve(this.#job)
        }
      }
      const stop = this.onChange(look)
      look()
    })
  }

  /** Told of each change of the job, and with its event of anything else about it, as a pull that ended. */
  onChange(listener: (event: CoreEvent | undefined) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  close(): void {
    for (const undo of this.#undo) undo()
    this.#listeners.clear()
  }

  #heard(event: CoreEvent): void {
    if (event.type === 'job.changed' && event.job.id === this.#jobId) this.#take(event.job)
    else if (event.type === 'job.removed' && event.jobId === this.#jobId) this.#removed()
    else this.#tell(event)
  }

  #take(job: JobView): void {
    this.#job = job
    this.#tell(undefined)
  }

  #removed(): void {
    this.#fail(new AppError('NOT_FOUND', `Job ${shortId(this.#jobId)} was removed`))
  }

  #fail(error: Error): void {
    this.#failure = error
    this.#tell(undefined)
  }

  #tell(event: CoreEvent | undefined): void {
    for (const listener of [...this.#listeners]) listener(event)
  }
}
