/** Who has a job before his eyes: its open logs and terminals, counted. */
import type { ByteSource } from './job-output.ts'

export class Watchers {
  readonly #counts = new Map<string, number>()

  /** Counts `source` until it ends, and gives it on. */
  add<S extends Pick<ByteSource, 'end'>>(jobId: string, source: S): S {
    this.#count(jobId, 1)
    const ended = () => this.#count(jobId, -1)
    source.end.then(ended, ended)
    return source
  }

  has(jobId: string): boolean {
    return this.#counts.has(jobId)
  }

  #count(jobId: string, change: number): void {
    const count = (this.#counts.get(jobId) ?? 0) + change
    if (count === 0) this.#counts.delete(jobId)
    else this.#counts.set(jobId, count)
  }
}
