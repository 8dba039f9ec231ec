/** The thread side of file-workers.ts: takes one task after the other and answers each with `done` or `failed`. */
import { getHeapStatistics } from 'node:v8'
import { parentPort } from 'node:worker_threads'
import type { SyncProgress } from '../../../shared/domain.ts'
import { AppError, toErrorBody } from '../../../shared/errors.ts'
import { decideDrop } from '../drops/drop-decide.ts'
import { receiveDrop } from '../drops/drop-receive.ts'
import { settleDrop } from '../drops/drop-settle.ts'
import { findWanted } from '../drops/drop-wanted.ts'
import { pullTask } from '../pull/pull-task.ts'
import { copyTree } from './copy-tree.ts'
import { compareManifests } from './manifest-compare.ts'
import { packTask } from './pack-tar.ts'
import { quickCheck } from './quick-check.ts'
import { scanFolder } from './scan-folder.ts'
import {
  type FromWorker,
  type TaskContext,
  type TaskName,
  type Tasks,
  THREAD_WINDOW_BYTES,
  type ToWorker,
} from './worker-protocol.ts'

// What Electron's Node takes for an archive of its own is a file of the person's here, to be sent as it is.
Object.assign(process, { noAsar: true })

const PROGRESS_EVERY_MS = 100
/** Beyond what a thread has when it begins; small things take some 3 MB. */
const GROWN_BYTES = 16 * 1024 * 1024

const tasks: { [T in TaskName]: (input: Tasks[T]['input'], context: TaskContext) => Promise<Tasks[T]['result']> } = {
  scan: scanFolder,
  compare: compareManifests,
  'quick-check': quickCheck,
  copy: copyTree,
  pack: packTask,
  pull: pullTask,
  'drop-decide': decideDrop,
  'drop-wanted': findWanted,
  'drop-receive': receiveDrop,
  'drop-settle': settleDrop,
}

if (!parentPort) throw new TypeError('files.worker.ts is started as a worker thread, by FileWorkers')
const port = parentPort
const heldAtStart = heldBytes()
let current: RunningTask | undefined

port.on('message', (message: ToWorker) => {
  if (message.type === 'start') void runTask(message)
  else current?.hear(message)
})

async function runTask(start: Extract<ToWorker, { type: 'start' }>): Promise<void> {
  current = new RunningTask(start.cancelled)
  try {
    const task = tasks[start.task] as (input: unknown, context: TaskContext) => Promise<unknown>
    const result = await task(start.input, current)
    answer({ type: 'done', result, isGrown: isGrown() }, buffersIn(result))
  } catch (error) {
    answer({ type: 'failed', error: toErrorBody(error) })
  }
}

function answer(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer)
}

/** True when this thread came to use much memory, which it would keep for what is small. */
function isGrown(): boolean {
  return heldBytes() - heldAtStart > GROWN_BYTES
}

function heldBytes(): number {
  const { total_heap_size: heap, external_memory: external } = getHeapStatistics()
  return heap + external
}

/** What of a result is handed over and not copied. Each of its lists has memory of its own. */
function buffersIn(value: unknown): ArrayBuffer[] {
  if (value instanceof Uint8Array) return value.buffer instanceof ArrayBuffer ? [value.buffer] : []
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(buffersIn) : []
}

class RunningTask implements TaskContext {
  readonly #cancelled: Int32Array
  readonly #abort = new AbortController()
  #toldAt = 0
  #sentBytes = 0
  #fed: (Uint8Array | null)[] = []
  /** Wakes whoever waits for something the core says. */
  #wake: () => void = () => undefined

  constructor(cancelled: Int32Array) {
    this.#cancelled = cancelled
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  hear(message: Exclude<ToWorker, { type: 'start' }>): void {
    if (message.type === 'cancel') this.#abort.abort()
    else if (message.type === 'feed') this.#fed.push(message.bytes)
    else this.#sentBytes -= message.bytes
    this.#wake()
  }

  checkCancelled(): void {
    if (Atomics.load(this.#cancelled, 0) !== 0) throw new AppError('CANCELLED', 'It was cancelled')
  }

  progress(make: () => SyncProgress): void {
    const now = performance.now()
    if (now - this.#toldAt < PROGRESS_EVERY_MS) return
    this.#toldAt = now
    answer({ type: 'progress', progress: make() })
  }

  async send(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#sentBytes += bytes.length
    answer({ type: 'chunk', bytes }, [bytes.buffer])
    while (this.#sentBytes > THREAD_WINDOW_BYTES) await this.#told()
    this.checkCancelled()
  }

  async *feed(): AsyncIterable<Uint8Array> {
    for (;;) {
      this.checkCancelled()
      const bytes = this.#fed.shift()
      if (bytes === null) return
      if (bytes === undefined) {
        await this.#told()
        continue
      }
      yield bytes
      answer({ type: 'took', bytes: bytes.length })
    }
  }

  async #told(): Promise<void> {
    await new Promise<void>(resolve => {
      this.#wake = resolve
    })
    this.checkCancelled()
  }
}
