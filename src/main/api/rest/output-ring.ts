/**
 * The newest output of a project, for those who poll: each line under a number that only grows. It begins with the clock, so that numbers
 * of a server before this one are smaller than all of this one, and whoever comes with one is told that he missed something.
 */
import type { OutputEntry } from '../../../shared/process.ts'
import type { OutputLine } from './shapes.ts'

type Kept = { line: OutputLine; bytes: number }

const MOST_LINES = 10_000
const MOST_BYTES = 4 * 1024 * 1024
/** What a line takes beside its text, roughly. */
const LINE_BYTES = 200

export class OutputRing {
  /** Oldest first, from `#first` on; what stands before that is let go of now and then. */
  #kept: Kept[] = []
  #first = 0
  #bytes = 0
  #nextId: number
  /** All from this one on are kept, but for those that were cleared. */
  #completeFrom: number
  #lineCount = 0

  constructor(now: number) {
    this.#nextId = now * 1000
    this.#completeFrom = this.#nextId
  }

  get lastId(): number {
    return this.#nextId - 1
  }

  get size(): number {
    return this.#kept.length - this.#first
  }

  get lineCount(): number {
    return this.#lineCount
  }

  add(entry: OutputEntry): void {
    if (entry.type === 'line') {
      const { process, text, at, isCut = false } = entry
      this.#lineCount++
      this.#push({ type: 'line', id: this.#nextId++, process, text, at, continued: isCut }, text.length)
    } else if (entry.type === 'skipped' || entry.type === 'dropped') {
      const { type, process, bytes } = entry
      this.#push({ type, id: this.#nextId++, process, bytes }, 0)
    }
  }

  /** What came after `id`; 0 for all that is kept. */
  after(id: number): { lines: OutputLine[]; missed: boolean } {
    const isKnown = id === 0 || (id >= this.#completeFrom - 1 && id <= this.lastId)
    const from = isKnown ? id : 0
    const lines: OutputLine[] = []
    for (let index = this.#first; index < this.#kept.length; index++) {
      const line = this.#kept[index]?.line
      if (line && line.id > from) lines.push(line)
    }
    return { lines, missed: !isKnown }
  }

  /** Nobody is told that he missed what was cleared. */
  clear(): void {
    this.#kept = []
    this.#first = 0
    this.#bytes = 0
  }

  /** Some that came now could not be read. */
  gap(): void {
    this.#completeFrom = ++this.#nextId
  }

  #push(line: OutputLine, length: number): void {
    const bytes = LINE_BYTES + 2 * length
    this.#kept.push({ line, bytes })
    this.#bytes += bytes
    while (this.size > 1 && (this.size > MOST_LINES || this.#bytes > MOST_BYTES)) {
      const oldest = this.#kept[this.#first++]
      if (!oldest) return
      this.#bytes -= oldest.bytes
      this.#completeFrom = Math.max(this.#completeFrom, oldest.line.id + 1)
    }
    if (this.#first <= MOST_LINES) return
    this.#kept = this.#kept.slice(this.#first)
    this.#first = 0
  }
}
