/** Where merged output goes: one client, who takes it at his own pace. Whoever has entries waits for his turn, so none is starved. */
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import type { OutputEntry } from '../../../shared/process.ts'

export class EntrySink {
  readonly output = new PassThrough()
  readonly #signal: AbortSignal
  #turn: Promise<void> = Promise.resolve()

  constructor(signal: AbortSignal) {
    this.#signal = signal
    // A client that goes away closes what it read from; what is written then is of no use to anybody.
    this.output.on('error', () => undefined)
  }

  /** Settles when they have been taken, or nobody takes any more. */
  async put(entries: readonly OutputEntry[]): Promise<void> {
    if (entries.length === 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const before = this.#turn
    this.#turn = promise
    await before
    try {
      if (this.output.writableNeedDrain) await once(this.output, 'drain', { signal: this.#signal })
      if (this.#signal.aborted || this.output.destroyed) return
      this.output.write(Buffer.from(`${entries.map(entry => JSON.stringify(entry)).join('\n')}\n`))
    } catch (error) {
      // Whoever broke it told why.
      if (!this.#signal.aborted && !this.output.destroyed) throw error
    } finally {
      resolve()
    }
  }
}
