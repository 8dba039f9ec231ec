/**
 * Searches output for failure patterns as it comes, whichever way it is cut into pieces. Case does not matter; a match is within one line,
 * which a carriage return ends as well; colours and other escape sequences are passed over, so what is seen is what is found.
 */
import { Automaton, ESCAPE, type Place, UNKNOWN } from './automaton.ts'
import { compile, type PatternText } from './program.ts'

/** Called with a pattern's place in the list, and where in the bytes it was known to be there: in its line, or at that line's end. */
export type OnFound = (pattern: number, at: number) => void

/** Of a terminal's escape sequence: not within one; behind ESC; in `ESC [`; in one that holds a text. */
type Escape = 'none' | 'begun' | 'control' | 'text'

const ESC = 0x1b
const BEL = 0x07
const LINE_END = Buffer.from('\n')

export class PatternSet {
  readonly automaton: Automaton
  readonly patterns: readonly PatternText[]

  /** @throws {AppError} `BAD_INPUT` for an expression that is none. */
  constructor(patterns: readonly PatternText[]) {
    this.patterns = patterns
    this.automaton = new Automaton(compile(patterns))
  }
}

/** The search of one output, from its beginning or any line's. */
export class Matcher {
  readonly #automaton: Automaton
  #place: Place
  #escape: Escape = 'none'

  constructor({ automaton }: PatternSet) {
    this.#automaton = automaton
    this.#place = automaton.start
  }

  /**
   * Takes the bytes from `from` on, and gives how far it came: to their end, or until it had looked at `mostWork` states for steps
   * that were not known yet, so that its caller may see to other things in between.
   */
  scan(bytes: Uint8Array, onFound: OnFound, from = 0, mostWork = Number.POSITIVE_INFINITY): number {
    const automaton = this.#automaton
    const { classes } = automaton
    let row = automaton.rowOf(this.#place)
    // Only now: to give a place a row may replace it.
    let { table } = automaton
    const enough = automaton.work + mostWork
    let at = from
    while (at < bytes.length) {
      if (this.#escape !== 'none') {
        at = this.#passEscape(bytes, at)
        continue
      }
      // All but a few bytes of a gigabyte end here.
      let next: number = UNKNOWN
      for (; at < bytes.length; at++) {
        next = table[row + (classes[bytes[at] as number] as number)] as number
        if (next <= ESCAPE) break
        row = next
      }
      if (at === bytes.length) break
      if (next < UNKNOWN) {
        row = -next
        for (const pattern of automaton.placeOf(row).found) onFound(pattern, at)
      } else if (next === ESCAPE) this.#escape = 'begun'
      else {
        if (automaton.work >= enough) break
        const place = automaton.step(automaton.placeOf(row), bytes[at] as number)
        row = place.row
        table = automaton.table
        for (const pattern of place.found) onFound(pattern, at)
      }
      at += 1
    }
    this.#place = automaton.placeOf(row)
    return at
  }

  /** There is no more: what had to stand at a line's end may do so. */
  finish(onFound: (pattern: number) => void): void {
    this.scan(LINE_END, onFound)
  }

  /** To the end of the sequence, or of its line: no output is hidden by one that does not end. */
  #passEscape(bytes: Uint8Array, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at] as number
      if (byte === 0x0a || byte === 0x0d) {
        this.#escape = 'none'
        return at
      }
      this.#escape = afterEscape(this.#escape, byte)
      if (this.#escape === 'none') return at + 1
    }
    return bytes.length
  }
}

/** ECMA-48, 5.3 to 5.6: https://ecma-international.org/publications-and-standards/standards/ecma-48/ */
function afterEscape(within: Escape, byte: number): Escape {
  if (byte === ESC) return 'begun'
  if (within === 'control') return byte >= 0x40 && byte <= 0x7e ? 'none' : 'control'
  if (within === 'text') return byte === BEL ? 'none' : 'text'
  if (byte === 0x5b) return 'control'
  if (byte === 0x5d || byte === 0x50 || byte === 0x58 || byte === 0x5e || byte === 0x5f) return 'text'
  return byte >= 0x20 && byte <= 0x2f ? 'begun' : 'none'
}
