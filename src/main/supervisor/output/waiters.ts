/** Those who wait for something to change, each by what it is. */
export class Waiters {
  readonly #waiting = new Map<string, Set<() => void>>()

  /** Settles when that was woken, or `signal` fired. */
  wait(key: string, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve()
    return new Promise(resolve => {
      const waiting = this.#waiting.get(key) ?? new Set()
      this.#waiting.set(key, waiting)
      const done = () => {
        waiting.delete(done)
        if (waiting.size === 0 && this.#waiting.get(key) === waiting) this.#waiting.delete(key)
        signal.removeEventListener('abort', done)
        resolve()
      }
      waiting.add(done)
      signal.addEventListener('abort', done)
    })
  }

  wake(key: string): void {
    for (const done of [...(this.#waiting.get(key) ?? [])]) done()
  }
}
