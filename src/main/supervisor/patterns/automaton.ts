/**
 * The machine of program.ts made deterministic while it runs: each set of states it is in becomes one number, and each step a look into a
 * table, made when it is first needed. So the time is the same for every byte, whatever the patterns and whoever printed the output: no
 * expression can be made to take for ever. The table's memory is bounded; it is begun anew when it is full.
 *
 * One for a set of patterns, shared by all outputs that are searched for them.
 */
import type { Assertion } from './expression.ts'
import type { Program, State } from './program.ts'

/** What stood before, as far as expressions ask for it. */
type Before = 'line-end' | 'word' | 'other'
/** A set of states of the program, with what is known of the byte before it. */
export type Place = {
  readonly threads: readonly number[]
  readonly before: Before
  /** Patterns that were found on the way here. */
  readonly found: readonly number[]
  /** In the table; valid while the table is of this age. */
  row: number
  age: number
}

/** In the table, in place of where to go: not known yet; an escape sequence begins. Rows begin beyond them. */
export const UNKNOWN = 0
export const ESCAPE = 1
const FIRST_ROW = 2

const TABLE_BYTES = 4 * 1024 * 1024
const MOST_PLACES = 20_000
/** Of all places together. */
const MOST_THREADS = 400_000
/** Numbers below it are one character of a key each, whatever stands beside them. */
const FIRST_SURROGATE = 0xd800
const ESC = 0x1b

export class Automaton {
  /** Bytes that no pattern tells apart are one class. */
  readonly classes: Uint8Array<ArrayBuffer>
  /** `table[row + class]`: the next row; less than 0: that of a place at which something was found, negated. */
  table: Int32Array<ArrayBuffer>
  /** Counts up when the table is begun anew: rows of before mean nothing then. */
  age = 0
  /** States that were looked at so far, to measure by how much has been done. */
  work = 0
  /** Where every output begins. */
  readonly start: Place
  readonly #program: Program
  readonly #width: number
  readonly #mostRows: number
  readonly #ofRow: Place[] = []
  readonly #places = new Map<string, Place>()
  /** Where patterns begin, for each byte before and class: most of the work with a thousand patterns. */
  readonly #begun = new Map<string, number[]>()
  /** Marks the states that a closure has seen. */
  readonly #seen: Uint32Array<ArrayBuffer>
  /** Those that a closure has yet to look at. */
  readonly #open: Uint32Array<ArrayBuffer>
  #round = 0
  #threads = 0

  constructor(program: Program) {
    this.#program = program
    this.#seen = new Uint32Array(program.states.length)
    this.#open = new Uint32Array(program.states.length)
    this.classes = classesOf(program.states)
    this.#width = Math.max(...this.classes) + 1
    this.#mostRows = Math.min(MOST_PLACES, Math.floor(TABLE_BYTES / 4 / this.#width))
    this.table = new Int32Array(this.#width * 64)
    this.start = this.#place([], 'line-end', [])
  }

  /** The row of a place, which is given one if it has none of this age. */
  rowOf(place: Place): number {
    if (place.age !== this.age) {
      const known = this.#place(place.threads, place.before, place.found)
      place.row = known.row
      place.age = known.age
    }
    return place.row
  }

  placeOf(row: number): Place {
    const place = this.#ofRow[(row - FIRST_ROW) / this.#width]
    if (!place) throw new TypeError(`There is no row ${row}`)
    return place
  }

  /** Works out where a byte leads and notes it. It may begin the table anew, with that place in it: see `age`. */
  step(from: Place, byte: number): Place {
    const after = kindOf(byte)
    const found = new Set<number>()
    const resolved = this.#close(from.threads, found, { before: from.before, after })
    if (after === 'line-end') return this.#note(from, byte, this.#place([], after, [...found]))
    const next = [...this.#led(resolved, byte), ...this.#beginnings(from.before, byte)]
    // What is found at once is told at once; what depends on the next byte, with that.
    const threads = this.#close(next, found, null)
    return this.#note(from, byte, this.#place(threads, after, [...found]))
  }

  #note(from: Place, byte: number, to: Place): Place {
    if (from.age === this.age) {
      this.table[from.row + (this.classes[byte] ?? 0)] = to.found.length > 0 ? -to.row : to.row
    }
    return to
  }

  /** No pattern is found before it has begun: see `compile`. */
  #beginnings(before: Before, byte: number): number[] {
    const key = `${before} ${this.classes[byte]}`
    const known = this.#begun.get(key)
    if (known) return known
    const begun = this.#led(this.#close(this.#program.starts, new Set(), { before, after: kindOf(byte) }), byte)
    this.#begun.set(key, begun)
    return begun
  }

  #led(threads: readonly number[], byte: number): number[] {
    const led: number[] = []
    for (const thread of threads) {
      const state = this.#state(thread)
      if (state.type === 'byte' && state.low <= byte && byte <= state.high) led.push(state.next)
    }
    this.work += threads.length
    return led
  }

  /** All that these states are by themselves. Without `around` an assertion waits for the next byte. */
  #close(threads: readonly number[], found: Set<number>, around: { before: Before; after: Before } | null): number[] {
    this.#round += 1
    let count = 0
    const open = (thread: number) => {
      if (this.#seen[thread] === this.#round) return
      this.#seen[thread] = this.#round
      this.#open[count++] = thread
    }
    for (const thread of threads) open(thread)
    const closed: number[] = []
    for (let at = 0; at < count; at++) {
      const thread = this.#open[at] as number
      const state = this.#state(thread)
      if (state.type === 'byte') closed.push(thread)
      else if (state.type === 'fork') for (const next of state.next) open(next)
      else if (state.type === 'found') found.add(state.pattern)
      else if (!around) closed.push(thread)
      else if (holds(state.assertion, around)) open(state.next)
    }
    this.work += count + 1
    return [...Uint32Array.from(closed).sort()]
  }

  #state(thread: number): State {
    const state = this.#program.states[thread]
    if (!state) throw new TypeError(`There is no state ${thread}`)
    return state
  }

  #place(threads: readonly number[], before: Before, found: readonly number[]): Place {
    const isSmall = this.#program.states.length < FIRST_SURROGATE
    const key = `${before} ${found.join(',')} ${isSmall ? String.fromCharCode(...threads) : threads.join(',')}`
    const known = this.#places.get(key)
    if (known) return known
    this.#threads += threads.length
    if (this.#places.size >= this.#mostRows || this.#threads > MOST_THREADS) {
      this.#threads = threads.length
      this.#places.clear()
      this.#ofRow.length = 0
      this.table.fill(UNKNOWN)
      this.age += 1
    }
    const row = FIRST_ROW + this.#places.size * this.#width
    const place: Place = { threads, before, found, row, age: this.age }
    this.#places.set(key, place)
    this.#ofRow.push(place)
    this.#makeRoom(row + this.#width)
    this.table[row + (this.classes[ESC] ?? 0)] = ESCAPE
    return place
  }

  #makeRoom(length: number): void {
    if (length <= this.table.length) return
    const larger = new Int32Array(this.table.length * 2)
    larger.set(this.table)
    this.table = larger
  }
}

function kindOf(byte: number): Before {
  if (byte === 0x0a || byte === 0x0d) return 'line-end'
  const isWord =
    (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x30 && byte <= 0x39) || byte === 0x5f
  return isWord ? 'word' : 'other'
}

function holds(assertion: Assertion, { before, after }: { before: Before; after: Before }): boolean {
  if (assertion === 'line-start') return before === 'line-end'
  if (assertion === 'line-end') return after === 'line-end'
  const isEdge = (before === 'word') !== (after === 'word')
  return assertion === 'word-edge' ? isEdge : !isEdge
}

/** A class begins wherever the answer to one of the machine's questions changes. */
function classesOf(states: readonly State[]): Uint8Array<ArrayBuffer> {
  const edges = new Set([ESC, ESC + 1])
  for (const state of states) if (state.type === 'byte') edges.add(state.low).add(state.high + 1)
  for (let byte = 1; byte < 256; byte++) if (kindOf(byte) !== kindOf(byte - 1)) edges.add(byte)
  const classes = new Uint8Array(256)
  for (let byte = 1; byte < 256; byte++) classes[byte] = (classes[byte - 1] ?? 0) + (edges.has(byte) ? 1 : 0)
  return classes
}
