/**
 * One sync of one copy at a time. A copy is changed in several steps, and what is made of it in the midst of them would be a mixture;
 * the host's own lock covers a single step only. Other computers have copies of their own, so a lock in the core is enough.
 */
import { AppError } from '../../../shared/errors.ts'

export class FolderLocks {
  /** By host and key: settles when the last one in the queue is done. */
  readonly #queues = new Map<string, Promise<void>>()

  /** @throws {AppError} `CANCELLED` if `signal` fires while it waits; then `work` is not begun. */
  async hold<T>(copy: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    const before = this.#queues.get(copy) ?? Promise.resolve()
    const { promise: done, resolve } = Promise.withResolvers<void>()
    const ours = before.then(() => done)
    this.#queues.set(copy, ours)
    try {
      await turnOrAbort(before, signal)
      return await work()
    } finally {
      resolve()
      if (this.#queues.get(copy) === ours) this.#queues.delete(copy)
    }
  }
}

async function turnOrAbort(turn: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return turn
  const { promise: aborted, resolve } = Promise.withResolvers<void>()
  const abort = () => resolve()
  signal.addEventListener('abort', abort, { once: true })
  if (!signal.aborted) await Promise.race([turn, aborted])
  signal.removeEventListener('abort', abort)
  if (signal.aborted) throw new AppError('CANCELLED', 'It was cancelled')
}
