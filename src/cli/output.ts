/**
 * Where a verb prints: results on stdout, remarks and errors on stderr. Owns the questions of colour, width and form
 * (people or programs). Text that others wrote must pass `visible` first, except in `table`, which does it itself.
 */
import type { Writable } from 'node:stream'
import { safeJson, visibleLines } from '../shared/visible.ts'
import { type Column, plainLines, tableLines } from './table.ts'

export type OutputStream = Writable & { isTTY?: boolean; columns?: number; rows?: number }
export type Paint = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue'
export type ColorWhen = 'auto' | 'always' | 'never'
export type OutputWorld = {
  /** Whether a person reads stdout. */
  readonly isTerminal: boolean
  /** Opened when they are first asked for: see index.ts. */
  readonly stdout: OutputStream
  readonly stderr: OutputStream
  readonly env: NodeJS.ProcessEnv
}
export type OutputOptions = {
  json: boolean
  color: ColorWhen
  /** Stdout cannot be written to. */
  onError(error: NodeJS.ErrnoException): void
}

const CODES: Readonly<Record<Paint, readonly [string, string]>> = {
  bold: ['1', '22'],
  dim: ['2', '22'],
  red: ['31', '39'],
  green: ['32', '39'],
  yellow: ['33', '39'],
  blue: ['34', '39'],
}
const FALLBACK_COLUMNS = 80

export class Output {
  readonly isJson: boolean
  readonly #onError: OutputOptions['onError']
  readonly #color: ColorWhen
  readonly #env: NodeJS.ProcessEnv
  readonly #world: OutputWorld
  #stdout: OutputStream | undefined

  constructor(world: OutputWorld, options: OutputOptions) {
    this.isJson = options.json
    this.#onError = options.onError
    this.#color = options.color
    this.#env = world.env
    this.#world = world
  }

  get stdout(): OutputStream {
    this.#stdout ??= this.#world.stdout.removeAllListeners('error').on('error', this.#onError)
    return this.#stdout
  }

  get stderr(): OutputStream {
    return this.#world.stderr
  }

  /** Whether a person reads stdout. */
  get isTerminal(): boolean {
    return this.#world.isTerminal
  }

  get columns(): number {
    return this.stdout.columns || FALLBACK_COLUMNS
  }

  line(text = ''): void {
    this.stdout.write(`${text}\n`)
  }

  json(value: unknown): void {
    this.stdout.write(`${safeJson(value, this.isTerminal ? 2 : undefined)}\n`)
  }

  /** A remark on stderr: what goes on, or what to do next. */
  note(text: string): void {
    this.stderr.write(`${text}\n`)
  }

  error(message: string, advice: readonly string[] = []): void {
    this.note(`${this.paintError('red', 'error:')} ${visibleLines(message)}`)
    for (const line of advice) this.note(visibleLines(line))
  }

  /** For people a table as wide as the terminal; for programs tab-separated lines without a title. `isAligned` asks for the first. */
  table(columns: readonly Column[], rows: readonly (readonly string[])[], options: { isAligned?: boolean } = {}): void {
    for (const line of this.tableLines(columns, rows, options)) this.line(line)
  }

  tableLines(
    columns: readonly Column[],
    rows: readonly (readonly string[])[],
    { isAligned = this.isTerminal }: { isAligned?: boolean } = {},
  ): string[] {
    if (!isAligned) return plainLines(rows)
    const width = this.isTerminal ? this.columns : Number.POSITIVE_INFINITY
    return tableLines(columns, rows, { width, paintTitle: title => this.paint('dim', title) })
  }

  paint(paint: Paint, text: string): string {
    return this.#painted(this.isTerminal, paint, text)
  }

  /** As `paint`, by the number of a colour in a terminal's palette, such as `36` or `38;5;208`. */
  paintColor(color: string, text: string): string {
    return this.#hasColor(this.isTerminal) ? `\x1b[${color}m${text}\x1b[39m` : text
  }

  paintError(paint: Paint, text: string): string {
    return this.#painted(this.stderr.isTTY === true, paint, text)
  }

  #painted(isTerminal: boolean, paint: Paint, text: string): string {
    if (!this.#hasColor(isTerminal)) return text
    const [on, off] = CODES[paint]
    return `\x1b[${on}m${text}\x1b[${off}m`
  }

  #hasColor(isTerminal: boolean): boolean {
    if (this.#color !== 'auto') return this.#color === 'always'
    return isTerminal && !this.#env.NO_COLOR && this.#env.TERM !== 'dumb'
  }
}

/** Settles when the bytes were taken, so that a slow reader slows us. A reader that is gone is told by the stream's error event. */
export function written(stream: Writable, bytes: Uint8Array): Promise<void> {
  if (stream.write(bytes)) return Promise.resolve()
  if (stream.destroyed) return Promise.resolve()
  return new Promise(resolve => {
    const done = () => {
      stream.off('drain', done).off('close', done).off('error', done)
      resolve()
    }
    stream.on('drain', done).on('close', done).on('error', done)
  })
}
