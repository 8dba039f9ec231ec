/**
 * Counts tries that were refused. After `most` within `windowMs` nobody may try for `pauseMs`: a secret of 32 bytes cannot be guessed
 * in any case, but whoever tries shall neither keep the core busy nor fill its log.
 */
import type { Clock } from '../clock.ts'

export type AttemptLimitOptions = { clock: Clock; most?: number; windowMs?: number; pauseMs?: number; onPause?: () => void }

export class AttemptLimit {
  /** One that nobody can set. */
  readonly #clock: Clock
  readonly #most: number
  readonly #windowMs: number
  readonly #pauseMs: number
  readonly #onPause: () => void
  /** When the last refusals were, oldest first; never more than `most`. */
  #refusedAt: number[] = []
  #pausedAt = Number.NEGATIVE_INFINITY

  constructor({ clock, most = 20, windowMs = 60_000, pauseMs = 60_000, onPause = () => undefined }: AttemptLimitOptions) {
    this.#clock = clock
    this.#most = most
    this.#windowMs = windowMs
    this.#pauseMs = pauseMs
    this.#onPause = onPause
  }

  /** How long nobody may try yet; 0 when they may. */
  get waitMs(): number {
    const passedMs = this.#clock.now() - this.#pausedAt
    return passedMs < this.#pauseMs ? this.#pauseMs - passedMs : 0
  }

  refused(): void {
    const now = this.#clock.now()
    this.#refusedAt = [...this.#refusedAt.filter(at => now - at < this.#windowMs), now]
    if (this.#refusedAt.length < this.#most) return
    this.#refusedAt = []
    this.#pausedAt = now
    this.#onPause()
  }
}
