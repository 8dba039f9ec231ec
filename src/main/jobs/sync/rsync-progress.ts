/** Reads what rsync's `--info=progress2` prints: `  1234567  45%  1.23MB/s  0:00:01 (xfr#12, to-chk=34/100)`, again and again. */
import type { SyncProgress } from '../../../shared/domain.ts'

const LINE_LIMIT = 1000

export class ProgressReader {
  readonly #count: number
  readonly #totalBytes: number
  readonly #onProgress: ((progress: SyncProgress) => void) | undefined
  #rest = ''
  #filesDone = 0

  /** `count` and `totalBytes` of what is sent: rsync's own totals grow while it looks. */
  constructor(options: { count: number; totalBytes: number; onProgress: ((progress: SyncProgress) => void) | undefined }) {
    this.#count = options.count
    this.#totalBytes = options.totalBytes
    this.#onProgress = options.onProgress
  }

  push(chunk: Buffer): void {
    const lines = (this.#rest + chunk.toString('latin1')).split(/[\r\n]/)
    this.#rest = (lines.pop() ?? '').slice(-LINE_LIMIT)
    // A chunk holds many; the last one counts.
    const line = lines.findLast(text => /^ *\d+ +\d+%/.test(text))
    if (line !== undefined) this.#tell(line)
  }

  #tell(line: string): void {
    const bytes = Number(/^ *(\d+)/.exec(line)?.[1] ?? 0)
    const [, left, known] = /chk=(\d+)\/(\d+)/.exec(line) ?? []
    if (left !== undefined) this.#filesDone = Math.max(this.#filesDone, Number(known) - Number(left))
    this.#onProgress?.({
      phase: 'sending',
      filesDone: Math.min(this.#filesDone, this.#count),
      filesTotal: this.#count,
      bytesDone: Math.min(bytes, this.#totalBytes),
      bytesTotal: this.#totalBytes,
    })
  }
}
