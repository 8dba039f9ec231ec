/**
 * What a failure pattern's text means. An expression is an extended regular one, as grep -E has it, with what people have come to expect
 * besides: `\d \w \s` and their opposites, `\b`, `(?:…)`. What cannot be found in one pass over a stream (backward references, looking around)
 * is refused.
 */
import { AppError } from '../../../shared/errors.ts'
import { bothCases, complement, LAST_CODE_POINT, normalized, type Range, withBothCases } from './code-points.ts'

export type Assertion = 'line-start' | 'line-end' | 'word-edge' | 'no-word-edge'
/** Of characters both cases are meant, here already: what is not one is neither. */
export type Expression =
  | { type: 'character'; ranges: readonly Range[] }
  | { type: 'assertion'; assertion: Assertion }
  | { type: 'sequence'; parts: readonly Expression[] }
  | { type: 'choice'; parts: readonly Expression[] }
  /** `most` null: without an end. */
  | { type: 'repeat'; part: Expression; least: number; most: number | null }

const MOST_REPEATS = 1_000
const MOST_NESTED = 200

const DIGITS: Range[] = [[0x30, 0x39]]
const UPPER: Range[] = [[0x41, 0x5a]]
const LOWER: Range[] = [[0x61, 0x7a]]
const WORD: Range[] = [...DIGITS, ...UPPER, [0x5f, 0x5f], ...LOWER]
const SPACE: Range[] = [
  [0x09, 0x0d],
  [0x20, 0x20],
]
const PUNCTUATION: Range[] = [
  [0x21, 0x2f],
  [0x3a, 0x40],
  [0x5b, 0x60],
  [0x7b, 0x7e],
]
const LINE_ENDS: Range[] = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
]
const ESCAPED: Readonly<Record<string, Range[]>> = {
  d: DIGITS,
  D: complement(DIGITS),
  w: WORD,
  W: complement(WORD),
  s: SPACE,
  S: complement(SPACE),
  t: [[0x09, 0x09]],
  f: [[0x0c, 0x0c]],
  v: [[0x0b, 0x0b]],
}
/** POSIX' names of classes, in brackets. */
const NAMED: Readonly<Record<string, Range[]>> = {
  alnum: [...DIGITS, ...UPPER, ...LOWER],
  alpha: [...UPPER, ...LOWER],
  blank: [
    [0x09, 0x09],
    [0x20, 0x20],
  ],
  cntrl: [
    [0x00, 0x1f],
    [0x7f, 0x7f],
  ],
  digit: DIGITS,
  graph: [[0x21, 0x7e]],
  lower: LOWER,
  print: [[0x20, 0x7e]],
  punct: PUNCTUATION,
  space: SPACE,
  upper: UPPER,
  xdigit: [...DIGITS, [0x41, 0x46], [0x61, 0x66]],
}

/** The one character that stands there; null for a class. */
function oneOf([range, ...more]: readonly Range[]): number | null {
  return range && more.length === 0 && range[0] === range[1] ? range[0] : null
}

/** The text itself. */
export function literal(text: string): Expression {
  return { type: 'sequence', parts: [...text].map(character) }
}

function character(text: string): Expression {
  return { type: 'character', ranges: bothCases(text.codePointAt(0) ?? 0) }
}

/** @throws {AppError} `BAD_INPUT` with what is wrong with it, and where. */
export function parseExpression(text: string): Expression {
  return new Parser(text).parse()
}

class Parser {
  readonly #characters: readonly string[]
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#characters = [...text]
  }

  parse(): Expression {
    const expression = this.#choice()
    if (this.#next !== undefined) throw this.#error("')' without '('")
    return expression
  }

  get #next(): string | undefined {
    return this.#characters[this.#at]
  }

  #takes(text: string): boolean {
    const isThere = [...text].every((one, index) => this.#characters[this.#at + index] === one)
    if (isThere) this.#at += text.length
    return isThere
  }

  #choice(): Expression {
    if (++this.#depth > MOST_NESTED) throw this.#error('too many brackets within each other')
    const parts = [this.#sequence()]
    while (this.#takes('|')) parts.push(this.#sequence())
    this.#depth -= 1
    return parts.length === 1 ? (parts[0] as Expression) : { type: 'choice', parts }
  }

  #sequence(): Expression {
    const parts: Expression[] = []
    while (this.#next !== undefined && this.#next !== '|' && this.#next !== ')') parts.push(this.#repeated())
    return { type: 'sequence', parts }
  }

  #repeated(): Expression {
    let part = this.#atom()
    for (let nested = 0; ; nested++) {
      const times = this.#times()
      if (!times) return part
      if (nested > MOST_NESTED) throw this.#error('too many repetitions of each other')
      // Which of several matches is found first is all that a `?` here would change.
      this.#takes('?')
      part = { type: 'repeat', part, ...times }
    }
  }

  #times(): { least: number; most: number | null } | null {
    if (this.#takes('*')) return { least: 0, most: null }
    if (this.#takes('+')) return { least: 1, most: null }
    if (this.#takes('?')) return { least: 0, most: 1 }
    const [all, from = '', comma, to = ''] =
      /^\{(\d+)(,?)(\d*)\}/.exec(this.#characters.slice(this.#at, this.#at + 20).join('')) ?? []
    // Else a brace is a brace.
    if (all === undefined) return null
    const least = Number(from)
    const most = comma === '' ? least : to === '' ? null : Number(to)
    if (Math.max(least, most ?? 0) > MOST_REPEATS) throw this.#error(`more than ${MOST_REPEATS} repetitions`)
    if (most !== null && most < least) throw this.#error(`'${all}' goes backwards`)
    this.#at += all.length
    return { least, most }
  }

  #atom(): Expression {
    const one = this.#characters[this.#at++] ?? ''
    if (one === '(') return this.#group()
    if (one === '[') return { type: 'character', ranges: this.#brackets() }
    if (one === '.') return { type: 'character', ranges: complement(LINE_ENDS) }
    if (one === '^') return { type: 'assertion', assertion: 'line-start' }
    if (one === '$') return { type: 'assertion', assertion: 'line-end' }
    if (one === '*' || one === '+' || one === '?') throw this.#error(`nothing stands before '${one}' to be repeated`)
    if (one !== '\\') return character(one)
    if (this.#takes('b')) return { type: 'assertion', assertion: 'word-edge' }
    if (this.#takes('B')) return { type: 'assertion', assertion: 'no-word-edge' }
    const escaped = this.#escaped()
    const codePoint = oneOf(escaped)
    return { type: 'character', ranges: codePoint === null ? escaped : bothCases(codePoint) }
  }

  #group(): Expression {
    if (this.#next === '?' && !this.#takes('?:')) throw this.#error("'(?' is understood as '(?:' only")
    const inner = this.#choice()
    if (!this.#takes(')')) throw this.#error("'(' without ')'")
    return inner
  }

  /** Behind a backslash. */
  #escaped(): Range[] {
    const one = this.#characters[this.#at++]
    if (one === undefined) throw this.#error('a backslash ends it')
    const known = Object.hasOwn(ESCAPED, one) ? ESCAPED[one] : undefined
    if (known) return known
    if (one === 'x') {
      const digits = this.#characters.slice(this.#at, this.#at + 2).join('')
      if (!/^[0-9A-Fa-f]{2}$/.test(digits)) throw this.#error("'\\x' takes two hexadecimal digits")
      this.#at += 2
      const codePoint = Number.parseInt(digits, 16)
      return [[codePoint, codePoint]]
    }
    if (one === 'n' || one === 'r') throw this.#error('a match is always within one line')
    if (/[A-Za-z0-9]/.test(one)) throw this.#error(`'\\${one}' is not understood`)
    const codePoint = one.codePointAt(0) ?? 0
    return [[codePoint, codePoint]]
  }

  #brackets(): Range[] {
    const isNot = this.#takes('^')
    const ranges: Range[] = []
    // The first one is itself.
    for (let isFirst = true; isFirst || this.#next !== ']'; isFirst = false) {
      if (this.#next === undefined) throw this.#error("'[' without ']'")
      const item = this.#bracketItem()
      const low = oneOf(item)
      const isRange = this.#next === '-' && this.#characters[this.#at + 1] !== ']' && this.#characters[this.#at + 1] !== undefined
      if (!isRange) {
        ranges.push(...item)
        continue
      }
      this.#at += 1
      const high = oneOf(this.#bracketItem())
      if (low === null || high === null || high < low) throw this.#error('a range in brackets goes backwards or has no ends')
      ranges.push([low, high])
    }
    this.#at += 1
    const all = withBothCases(ranges)
    // A match is within one line, whatever it is not.
    return isNot ? complement(normalized([...all, ...LINE_ENDS])) : all
  }

  #bracketItem(): Range[] {
    if (this.#takes('[:')) {
      const end = this.#characters.indexOf(':', this.#at)
      const name = this.#characters.slice(this.#at, Math.max(end, this.#at)).join('')
      const ranges = Object.hasOwn(NAMED, name) ? NAMED[name] : undefined
      if (!ranges || this.#characters[end + 1] !== ']') throw this.#error(`there is no class [:${name.slice(0, 20)}:]`)
      this.#at = end + 2
      return ranges
    }
    if (this.#takes('\\')) return this.#escaped()
    const codePoint = this.#characters[this.#at++]?.codePointAt(0) ?? LAST_CODE_POINT
    return [[codePoint, codePoint]]
  }

  #error(what: string): AppError {
    return new AppError('BAD_INPUT', `The pattern is not understood: ${what} (at character ${Math.max(1, this.#at)})`)
  }
}
