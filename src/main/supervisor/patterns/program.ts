/**
 * Failure patterns as one machine over bytes (Thompson's construction): a state is a number, and leads on by a byte, by itself, or to the
 * pattern that has been found. https://swtch.com/~rsc/regexp/regexp1.html
 */
import { AppError } from '../../../shared/errors.ts'
import { type ByteSequence, type Range, utf8Sequences } from './code-points.ts'
import { type Assertion, type Expression, literal, parseExpression } from './expression.ts'

export type PatternText = { pattern: string; isRegex: boolean }

export type State =
  | { type: 'byte'; low: number; high: number; next: number }
  | { type: 'fork'; next: readonly number[] }
  | { type: 'assertion'; assertion: Assertion; next: number }
  | { type: 'found'; pattern: number }

export type Program = { states: readonly State[]; starts: readonly number[] }

/** What one pattern may become. Counted repetitions of repetitions grow fast. */
const MOST_STATES = 20_000
/** As it stands in a text that was copied from a terminal; the matcher passes over them as well. */
const ESCAPES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])/g

/** @throws {AppError} `BAD_INPUT` for an expression that is none, is too big, or is found in everything. */
export function compile(patterns: readonly PatternText[]): Program {
  const states: State[] = []
  const sequences: Sequences = new Map()
  const starts = patterns.map(({ pattern, isRegex }, index) => {
    const text = pattern.replace(ESCAPES, '')
    const expression = isRegex ? parseExpression(text) : literal(text)
    if (isEmptyEnough(expression)) throw new AppError('BAD_INPUT', 'The pattern would be found in every line')
    return new Compiler(states, sequences).compile(expression, index)
  })
  return { states, starts }
}

/** It may be found where there is no character. */
function isEmptyEnough(expression: Expression): boolean {
  if (expression.type === 'character') return false
  if (expression.type === 'assertion') return true
  if (expression.type === 'repeat') return expression.least === 0 || isEmptyEnough(expression.part)
  return expression.type === 'choice' ? expression.parts.some(isEmptyEnough) : expression.parts.every(isEmptyEnough)
}

/** How UTF-8 writes what was asked for before: a thousand texts are of the same few letters. */
type Sequences = Map<readonly Range[], readonly ByteSequence[]>

/** Built from the end: what follows is known before what leads to it. */
class Compiler {
  readonly #states: State[]
  readonly #sequences: Sequences
  /** Steps, states or not: a repetition of nothing makes none. */
  #steps = 0

  constructor(states: State[], sequences: Sequences) {
    this.#states = states
    this.#sequences = sequences
  }

  compile(expression: Expression, pattern: number): number {
    return this.#build(expression, this.#add({ type: 'found', pattern }))
  }

  /** Gives the state that begins `expression` and leads to `next`. */
  #build(expression: Expression, next: number): number {
    this.#count()
    switch (expression.type) {
      case 'character':
        return this.#fork(this.#sequencesOf(expression.ranges).map(bytes => this.#bytes(bytes, next)))
      case 'assertion':
        return this.#add({ type: 'assertion', assertion: expression.assertion, next })
      case 'sequence':
        return expression.parts.reduceRight((after, part) => this.#build(part, after), next)
      case 'choice':
        return this.#fork(expression.parts.map(part => this.#build(part, next)))
      case 'repeat':
        return this.#repeat(expression, next)
    }
  }

  #repeat({ part, least, most }: Expression & { type: 'repeat' }, next: number): number {
    let begin = next
    if (most === null) {
      const loop = this.#add({ type: 'fork', next: [next] })
      const inner = this.#build(part, loop)
      this.#states[loop] = { type: 'fork', next: [inner, next] }
      begin = loop
    }
    for (let count = least; count < (most ?? least); count++) begin = this.#fork([this.#build(part, begin), next])
    for (let count = 0; count < least; count++) begin = this.#build(part, begin)
    return begin
  }

  #sequencesOf(ranges: readonly Range[]): readonly ByteSequence[] {
    const known = this.#sequences.get(ranges) ?? utf8Sequences(ranges)
    this.#sequences.set(ranges, known)
    return known
  }

  #bytes(ranges: ByteSequence, next: number): number {
    return ranges.reduceRight((after, [low, high]) => this.#add({ type: 'byte', low, high, next: after }), next)
  }

  #fork(next: readonly number[]): number {
    const [only, ...more] = next
    return only !== undefined && more.length === 0 ? only : this.#add({ type: 'fork', next })
  }

  #add(state: State): number {
    this.#count()
    return this.#states.push(state) - 1
  }

  #count(): void {
    if (++this.#steps > MOST_STATES) throw new AppError('BAD_INPUT', 'The pattern is too big: it repeats too much')
  }
}
