/** Reads what the agent's `feed` answers: see there in agent.sh. A host is not trusted: it is either exactly that, or refused. */
import { violation } from '../../hosts/agent-protocol.ts'
import type { LogPart } from './host-logs.ts'

export type FeedAnswer = { type: 'part'; part: LogPart } | { type: 'gone' } | { type: 'none' }

const MOST_HEAD = 100
/** More than anybody asks for. */
export const MOST_PART_BYTES = 4 * 1024 * 1024

export class FeedParser {
  readonly #onAnswer: (answer: FeedAnswer) => void
  #head = ''
  #part: LogPart | null = null
  #filled = 0

  constructor(onAnswer: (answer: FeedAnswer) => void) {
    this.#onAnswer = onAnswer
  }

  /** @throws {AppError} `PROTOCOL` */
  push(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#part && this.#filled < this.#part.bytes.length) {
        const taken = chunk.copy(this.#part.bytes, this.#filled, at)
        this.#filled += taken
        at += taken
        continue
      }
      const end = chunk.indexOf('\n', at)
      this.#head += chunk.toString('latin1', at, end < 0 ? chunk.length : end)
      if (this.#head.length > MOST_HEAD) throw violation('the head of an answer', this.#head)
      if (end < 0) return
      at = end + 1
      const line = this.#head
      this.#head = ''
      this.#takeLine(line)
    }
  }

  #takeLine(line: string): void {
    if (this.#part) {
      // The line end behind the bytes.
      if (line === '') return
      if (line !== '=' && line !== '!') throw violation('the end of an answer', line)
      const part = this.#part
      this.#part = null
      this.#onAnswer(line === '=' ? { type: 'part', part } : { type: 'gone' })
      return
    }
    if (/^\d{1,15} -$/.test(line)) {
      this.#onAnswer({ type: 'none' })
      return
    }
    const [, byte, logBytes, length] = (/^\d{1,15} (\d{1,15}) (\d{1,15}) (\d{1,15})$/.exec(line) ?? []).map(Number)
    if (byte === undefined || logBytes === undefined || length === undefined || length > MOST_PART_BYTES) {
      throw violation('the head of an answer', line)
    }
    // Memory of its own, so that its reader may let go of it.
    this.#part = { byte, bytes: Buffer.allocUnsafeSlow(length), logBytes }
    this.#filled = 0
  }
}
