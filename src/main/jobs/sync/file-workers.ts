/**
 * Threads for work on many files, so that the core never waits for a disk: a task a thread at a time, and the last idle thread is kept
 * for a while, warm, for the next. One for the whole core. It owns the threads.
 */
import { Worker } from 'node:worker_threads'
import type { SyncProgress } from '../../../shared/domain.ts'
import { AppError, fromErrorBody } from '../../../shared/errors.ts'
import { workerUrl } from '../../resources.ts'
import { type FromWorker, type TaskName, type Tasks, THREAD_WINDOW_BYTES, type ToWorker } from './worker-protocol.ts'

export type TaskOptions = {
  signal?: AbortSignal | undefined
  onProgress?: ((progress: SyncProgress) => void) | undefined
  /** Takes what the task sends, in order. What it throws ends the task. */
  onChunk?: (bytes: Uint8Array) => Promise<void>
  /** What the task is fed. An error of it ends the task. */
  feed?: AsyncIterable<Uint8Array>
}

const KEPT_IDLE_MS = 5 * 60_000
/** How long a cancelled task may take to clean up behind it. A file call on a dead network drive never ends. */
const CANCEL_GRACE_MS = 10_000

export class FileWorkers {
  #idle: Worker | undefined
  #idleTimer: NodeJS.Timeout | undefined
  readonly #busy = new Set<Worker>()

  /** @throws {AppError} what the task throws; `CANCELLED` if `signal` fired. */
  async run<T extends TaskName>(task: T, input: Tasks[T]['input'], options: TaskOptions = {}): Promise<Tasks[T]['result']> {
    if (options.signal?.aborted) throw cancelled()
    const worker = this.#take()
    const taskRun = new TaskRun(worker, options)
    try {
      return (await taskRun.start(task, input)) as Tasks[T]['result']
    } finally {
      this.#giveBack(worker, taskRun.isReusable)
    }
  }

  /** Ends all threads; tasks under way are cut off. */
  async close(): Promise<void> {
    clearTimeout(this.#idleTimer)
    const workers = [...this.#busy, ...(this.#idle ? [this.#idle] : [])]
    this.#idle = undefined
    await Promise.all(workers.map(worker => worker.terminate()))
  }

  #take(): Worker {
    clearTimeout(this.#idleTimer)
    const worker = this.#idle ?? new Worker(workerUrl('jobs/sync/files'))
    this.#idle = undefined
    forget(worker)
    worker.ref()
    this.#busy.add(worker)
    return worker
  }

  #giveBack(worker: Worker, isReusable: boolean): void {
    this.#busy.delete(worker)
    forget(worker)
    if (!isReusable || this.#idle) {
      void worker.terminate()
      return
    }
    worker.unref()
    // It may die later, with nobody listening: then the next task starts another.
    worker.on('error', () => undefined).on('exit', () => this.#drop(worker))
    this.#idle = worker
    this.#idleTimer = setTimeout(() => this.#drop(worker), KEPT_IDLE_MS).unref()
  }

  #drop(worker: Worker): void {
    if (this.#idle !== worker) return
    this.#idle = undefined
    void worker.terminate()
  }
}

/** One task on one thread, from its start to its end. */
class TaskRun {
  readonly #worker: Worker
  readonly #options: TaskOptions
  readonly #cancelled = new Int32Array(new SharedArrayBuffer(4))
  readonly #settled = Promise.withResolvers<unknown>()
  #isSettled = false
  /** The thread itself said that the task has ended, and is fit for the next one. */
  isReusable = false
  /** Bytes fed that the task has not used up yet, and who waits for it. */
  #fedBytes = 0
  #roomMade: (() => void) | undefined
  /** Chunks are passed on one after the other. */
  #passing: Promise<void> = Promise.resolve()
  /** What broke on our side; the task is then stopped, and this is what the caller hears. */
  #broken: unknown

  constructor(worker: Worker, options: TaskOptions) {
    this.#worker = worker
    this.#options = options
  }

  async start(task: TaskName, input: unknown): Promise<unknown> {
    const { signal, feed } = this.#options
    const cancel = () => this.#stop()
    this.#worker.on('message', (message: FromWorker) => this.#hear(message))
    this.#worker.on('error', error => this.#fail(error))
    this.#worker.on('exit', code => this.#fail(new AppError('INTERNAL', `A file worker ended with exit code ${code}`)))
    signal?.addEventListener('abort', cancel, { once: true })
    try {
      this.#post({ type: 'start', task, input, cancelled: this.#cancelled })
      if (feed) void this.#feed(feed)
      const result = await this.#settled.promise
      await this.#passing
      if (this.#broken !== undefined) throw this.#broken
      // Done is done, should it have been cancelled in that very moment.
      return result
    } catch (error) {
      throw signal?.aborted ? cancelled() : (this.#broken ?? error)
    } finally {
      this.#isSettled = true
      this.#roomMade?.()
      signal?.removeEventListener('abort', cancel)
    }
  }

  #hear(message: FromWorker): void {
    if (message.type === 'progress') this.#options.onProgress?.(message.progress)
    else if (message.type === 'chunk') this.#pass(message.bytes)
    else if (message.type === 'took') this.#took(message.bytes)
    else {
      this.isReusable = message.type === 'failed' || !message.isGrown
      if (message.type === 'done') this.#settled.resolve(message.result)
      else this.#fail(fromErrorBody(message.error))
    }
  }

  #pass(bytes: Uint8Array<ArrayBuffer>): void {
    this.#passing = this.#passing
      .then(() => (this.#broken === undefined ? this.#options.onChunk?.(bytes) : undefined))
      .then(() => this.#post({ type: 'took', bytes: bytes.length }))
      .catch(error => this.#break(error))
  }

  async #feed(feed: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const chunk of feed) {
        if (this.#isSettled) return
        // A copy of its own: a chunk may be a small part of a big buffer, and all of that would be handed over.
        const bytes = new Uint8Array(chunk)
        this.#fedBytes += bytes.length
        this.#post({ type: 'feed', bytes }, [bytes.buffer])
        while (this.#fedBytes > THREAD_WINDOW_BYTES && !this.#isSettled) {
          await new Promise<void>(resolve => {
            this.#roomMade = resolve
          })
        }
      }
      this.#post({ type: 'feed', bytes: null })
    } catch (error) {
      this.#break(error)
    }
  }

  #took(bytes: number): void {
    this.#fedBytes -= bytes
    this.#roomMade?.()
  }

  #break(error: unknown): void {
    this.#broken ??= error
    this.#stop()
  }

  #stop(): void {
    if (this.#isSettled) return
    Atomics.store(this.#cancelled, 0, 1)
    this.#post({ type: 'cancel' })
    const late = new AppError('INTERNAL', 'A file worker does not stop')
    setTimeout(() => this.#fail(late), CANCEL_GRACE_MS).unref()
  }

  #fail(error: unknown): void {
    this.#settled.reject(error)
  }

  #post(message: ToWorker, transfer: ArrayBuffer[] = []): void {
    if (!this.#isSettled) this.#worker.postMessage(message, transfer)
  }
}

/** By name: a Worker has listeners of its own, which it needs. */
function forget(worker: Worker): void {
  for (const event of ['message', 'error', 'exit']) worker.removeAllListeners(event)
}

function cancelled(): AppError {
  return new AppError('CANCELLED', 'It was cancelled')
}
