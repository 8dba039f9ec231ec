/** Keeps what the tray shows up to date: looks again some time after something has changed, and draws only what is different. */
import { isSameView, type TrayView } from './tray-model.ts'

export type TrayOptions = {
  /** As it is now; null where there is to be no tray. */
  view(): TrayView | null
  show(view: TrayView | null): void
  onError(error: unknown): void
  settleMs?: number
}

/** Many things change at once: a push has four states within a second. */
const SETTLE_MS = 250

export class Tray {
  readonly #options: TrayOptions
  #shown: TrayView | null = null
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(options: TrayOptions) {
    this.#options = options
  }

  /** Something that it shows may have changed. Cheap, whoever calls it and how often. */
  changed(): void {
    if (!this.#isClosed) this.#timer ??= setTimeout(() => this.#draw(), this.#options.settleMs ?? SETTLE_MS)
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }

  #draw(): void {
    this.#timer = undefined
    const { view, show, onError } = this.#options
    try {
      const now = view()
      const isSame = now === null || this.#shown === null ? now === this.#shown : isSameView(now, this.#shown)
      if (isSame) return
      this.#shown = now
      show(now)
    } catch (error) {
      onError(error) // The next change draws again.
    }
  }
}
