/**
 * A host's clock beside ours: how far it is off, known as well as a host can tell who says whole seconds, and some time later. It moves
 * only when what the host says leaves no other way, so that no time we show flickers. For one agent; the host says its time now and then.
 *
 * Either clock may be set meanwhile. Ours tells by how much, which counts at once; of the host's step we learn with its next answer.
 */
import type { WatchedClock } from '../clock.ts'

export class HostClock {
  readonly #clock: WatchedClock
  #offsetMs = 0
  /** What our clock had been set by when that was measured. */
  #steppedMs: number
  #heardAt = Number.NEGATIVE_INFINITY

  constructor(clock: WatchedClock) {
    this.#clock = clock
    this.#steppedMs = clock.steppedMs
  }

  /** The host's clock less ours. */
  get offsetMs(): number {
    return this.#offsetMs - (this.#clock.steppedMs - this.#steppedMs)
  }

  /** For how long it has not been heard of. */
  get ageMs(): number {
    return performance.now() - this.#heardAt
  }

  /** The host said this, in answer to what it was asked so long ago. */
  heard(hostSeconds: number, { tookMs }: { tookMs: number }): void {
    const known = this.offsetMs
    const to = this.#clock.now()
    this.#offsetMs = clockOffset(hostSeconds * 1000, { from: to - tookMs, to, known })
    this.#steppedMs = this.#clock.steppedMs
    this.#heardAt = performance.now()
  }
}

/**
 * A host that tells whole seconds, within our `from` and `to`, leaves a span in which the truth lies: what was known stays if it is
 * within, else it becomes the nearest that is.
 */
export function clockOffset(hostMs: number, { from, to, known = 0 }: { from: number; to: number; known?: number }): number {
  return Math.min(Math.max(known, hostMs - to), hostMs + 999 - from)
}
