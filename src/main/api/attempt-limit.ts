/**
 * Counts tries that were refused. After `most` within `windowMs` nobody may try for `pauseMs`: a secret of 32 bytes cannot be guessed
 * in any case, but whoever tries shall neither keep the core busy nor fill its log.
 */
import type { Clock } from '../clock.ts'

export type AttemptLimitOptions = { clock: Clock; most?: number; windowMs?: number; pauseMs?: number; onPause?: () => void }

export class AttemptLimit {
  readonly #clock: Clock
  readonly #most: number
  readonly #windowMs: number
  readonly #pauseMs: number
  readonly #onPause: () => void
  /** When the last refusals were, oldest first; never more than `most`. */
  #refusedAt: number[] = []
  #pausedUntil = 0

  constructor({ clock, most = 20, windowMs = 60_000, pauseMs = 60_000, onPause = () => undefined }: AttemptLimitOptions) {
    this.#clock = clock
    this.#most = most
    this.#windowMs = windowMs
    this.#pauseMs = pauseMs
    this.#onPause = onPause
  }

  /** How long nobody may try yet; 0 when they may. A clock that was set back does not make it longer than the pause. */
  get waitMs(): number {
    return Math.min(this.#pauseMs, Math.max(0, this.#pausedUntil - this.#clock.now()))
  }

  refused(): void {
    const now = this.#clock.now()
    this.#refusedAt = [...this.#refusedAt.filter(at => Math.abs(now - at) < this.#windowMs), now]
    if (this.#refusedAt.length < this.#most) return
    this.#refusedAt = []
    this.#pausedUntil = now + this.#pauseMs
    this.#onPause()
  }
}
