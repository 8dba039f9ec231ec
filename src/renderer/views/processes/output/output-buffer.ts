/**
 * The merged output that the page holds: entries in the order they came, the newest so many. Rows are numbered from when the page began,
 * so that a number stays that of its row, whatever is let go before it.
 */
import type { OutputEntry } from '../../../../shared/process.ts'

/** What has a row of its own. */
export type OutputRow = Exclude<OutputEntry, { type: 'now' }>
/** A place in the output of a run. */
export type Place = { jobId: string; byte: number }

export const MOST_ROWS = 100_000
/** Some lines are 64 KB long. */
export const MOST_CHARACTERS = 32 * 1024 * 1024
/** Letting go of one at a time would move all others each time. */
const SHARE_LET_GO = 0.1

/** Few other rows stand together. */
const NEAR_ROWS = 500
/** Signals by which processes are asked to end. */
const POLITE = ['TERM', 'INT', 'HUP']

export class OutputBuffer {
  #rows: OutputRow[] = []
  #first = 0
  #characters = 0
  /** Some were let go. */
  isCut = false

  /** The number of its first row, and of the one that comes next. */
  get first(): number {
    return this.#first
  }
  get end(): number {
    return this.#first + this.#rows.length
  }

  at(number: number): OutputRow | undefined {
    return this.#rows[number - this.#first]
  }

  append(row: OutputRow): void {
    if (!this.hasRoomFor(row)) this.#letGo()
    this.#rows.push(row)
    this.#characters += size(row)
  }

  hasRoomFor(row: OutputRow): boolean {
    return this.#rows.length + 1 < MOST_ROWS && this.#characters + size(row) < MOST_CHARACTERS
  }

  /** Only that of these processes. Numbers begin anew behind those there were. */
  only(isKept: (process: string) => boolean): OutputBuffer {
    const next = new OutputBuffer()
    next.#first = this.end
    next.isCut = this.isCut
    for (const row of this.#rows) if (isKept(row.process)) next.append(row)
    return next
  }

  /** Where a place stands; null: it is not here. */
  find({ jobId, byte }: Place): number | null {
    let isLast = true
    for (let at = this.#rows.length - 1; at >= 0; at--) {
      const row = this.#rows[at]
      if (row === undefined || !('byte' in row) || row.jobId !== jobId) continue
      if (row.type !== 'line') {
        if (byte >= row.byte && byte < row.byte + row.bytes) return null
        continue
      }
      if (row.byte <= byte) return !isLast || byte <= row.byte + 4 * row.text.length ? this.#first + at : null
      isLast = false
    }
    return null
  }

  /** The next row behind (1) or before (-1) `from` that tells of a failure; null: there is none. */
  failureFrom(from: number, step: 1 | -1, brokenAt: readonly Place[]): number | null {
    const broken = brokenAt.map(place => this.find(place))
    for (let number = from + step; number >= this.#first && number < this.end; number += step) {
      const row = this.at(number)
      if (row && (isFailure(row) || broken.includes(number))) return number
    }
    return null
  }

  /** The place of the first line from a row on; null: none is near. */
  placeFrom(from: number): Place | null {
    for (let number = from; number < Math.min(this.end, from + NEAR_ROWS); number++) {
      const row = this.at(number)
      if (row?.type === 'line') return row
    }
    return null
  }

  *rows(): Generator<OutputRow> {
    yield* this.#rows
  }

  #letGo(): void {
    const gone = this.#rows.splice(0, Math.ceil(this.#rows.length * SHARE_LET_GO))
    this.#first += gone.length
    this.#characters -= gone.reduce((sum, row) => sum + size(row), 0)
    this.isCut = true
  }
}

/** A run that ended, and neither well nor as it was asked to. */
export function isFailure(row: OutputRow): boolean {
  if (row.type !== 'ended') return false
  return row.signal === null ? row.exitCode !== 0 && row.exitCode !== null : !POLITE.includes(row.signal)
}

function size(row: OutputRow): number {
  return row.type === 'line' ? row.text.length : 0
}
