/** What stands around a place in output at which a failure pattern was found: some lines before it, its line, and some that come after. */
import { LineSplitter } from '../output/line-splitter.ts'

const LINES_AROUND = 5
/** Of what came before, so much is kept for it, and of a line no more is shown. */
export const KEPT_BYTES = 8 * 1024
const LINE_CHARACTERS = 2_000
/** So long what comes after is waited for. */
const AFTER_MS = 200
const LINE_FEED = 0x0a

export type HitContext = { byte: number; line: string; lines: string[] }

/** `bytes`: what was printed up to the end of what is known; its first byte stands at `byte`; the match ends at `at` within it. */
export type HitPlace = { bytes: Buffer; byte: number; at: number }

export class Hit {
  isDone = false
  /** Where its line begins. */
  readonly byte: number
  readonly #begin: Buffer
  readonly #line: number
  readonly #after: Buffer[] = []
  #afterBytes = 0
  #afterLines: number
  readonly #done: () => void
  readonly #timer: NodeJS.Timeout

  /** `done` is called once, when all is there or nobody waits any longer. */
  constructor({ bytes, byte, at }: HitPlace, done: (context: HitContext) => void) {
    const before = bytes.subarray(0, at)
    const begin = Math.max(before.lastIndexOf(LINE_FEED), before.lastIndexOf(0x0d)) + 1
    this.byte = byte + begin
    // From the lines before to the end of what is known, which most often has some of the lines after.
    let first = begin
    for (let lines = 0; lines < LINES_AROUND && first > 0; lines++)
      first = bytes.subarray(0, first - 1).lastIndexOf(LINE_FEED) + 1
    const most = bytes.subarray(first, Math.min(bytes.length, at + KEPT_BYTES))
    this.#begin = Buffer.from(most)
    this.#line = begin - first
    this.#afterLines = countLines(most.subarray(at - first))
    this.#done = () => {
      if (this.isDone) return
      this.isDone = true
      clearTimeout(this.#timer)
      done(this.#context())
    }
    this.#timer = setTimeout(this.#done, AFTER_MS)
    this.#doneIfEnough()
  }

  /** What comes next. */
  add(bytes: Buffer): void {
    const kept = bytes.subarray(0, Math.max(0, KEPT_BYTES - this.#afterBytes))
    this.#after.push(Buffer.from(kept))
    this.#afterBytes += kept.length
    this.#afterLines += countLines(kept)
    this.#doneIfEnough()
  }

  /** Nothing more comes. */
  end(): void {
    this.#done()
  }

  #doneIfEnough(): void {
    if (this.#afterLines > LINES_AROUND || this.#afterBytes >= KEPT_BYTES) this.#done()
  }

  #context(): HitContext {
    const all = Buffer.concat([this.#begin, ...this.#after])
    const splitter = new LineSplitter()
    const lines = [...splitter.push(0, all), ...splitter.end()]
    const index = Math.max(
      0,
      lines.findLastIndex(({ byte }) => byte <= this.#line),
    )
    const shown = lines.slice(Math.max(0, index - LINES_AROUND), index + LINES_AROUND + 1)
    const end = /[\r\n]/.exec(all.toString('latin1', this.#line))?.index ?? all.length
    const line = all.toString('utf8', this.#line, this.#line + end)
    return {
      byte: this.byte,
      line: line.slice(0, LINE_CHARACTERS),
      lines: shown.map(({ text }) => text.slice(0, LINE_CHARACTERS)),
    }
  }
}

function countLines(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) count += 1
  return count
}
