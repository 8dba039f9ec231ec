/**
 * Merged output as the page looks at it: the newest of it, followed while one looks at its end; what was before comes as it is come to.
 * Who reads elsewhere is left there: what comes meanwhile is kept as long as there is room, and counted beyond that.
 */
import type { ByteStream } from '../../../../shared/core-stream.ts'
import { type ErrorBody, toErrorBody } from '../../../../shared/errors.ts'
import { EntryLines } from './entry-lines.ts'
import { MOST_ROWS, OutputBuffer, type OutputRow } from './output-buffer.ts'

export type OutputState = {
  rows: OutputBuffer
  /** Another one for each change of the rows. */
  version: number
  /** What there was before now is here. */
  isLoaded: boolean
  isFollowing: boolean
  /** Lines that came since the end was left. */
  newLines: number
  /** `more`: there may be older lines than these; `most`: there are, yet no more fit in here. */
  older: 'none' | 'more' | 'reading' | 'most'
  /** What was before is not shown. */
  clearedAt: number | null
  error: ErrorBody | null
  /** A row to be brought into sight, once: another object each time. */
  target: { row: number } | null
}

/** Of each process the last `lines`, nothing older than `since`, then what comes. `processes` null: of all, and those that come. */
export type OpenOutput = (wish: {
  processes: readonly string[] | null
  lines: number
  since: number | null
}) => Promise<ByteStream>

type OutputModelOptions = {
  open: OpenOutput
  /** Calls back when the page next draws: what came until then is one change. */
  nextFrame(callback: () => void): void
}

/** Of all processes together at first, and how much more each time. */
const FIRST_LINES = 5_000
const MORE = 5
/** Of what is in the logs. */
const TIMES_KNOWN_TO_MS = 2_000

export class OutputModel {
  readonly #open: OpenOutput
  readonly #nextFrame: OutputModelOptions['nextFrame']
  readonly #listeners = new Set<() => void>()
  #state: OutputState = {
    ...{ rows: new OutputBuffer(), version: 0, isLoaded: false, isFollowing: true, newLines: 0 },
    ...{ older: 'none', clearedAt: null, error: null, target: null },
  }
  #labels: readonly string[] | null = null
  #count = 1
  #lines = 0
  #stream: ByteStream | undefined
  #visit = 0
  #isScheduled = false
  /** Of each run, up to where it was cleared: times are known to about a second only. */
  #cleared = new Map<string, number>()
  #newLines = 0
  #isMissing = false

  constructor({ open, nextFrame }: OutputModelOptions) {
    this.#open = open
    this.#nextFrame = nextFrame
  }

  readonly state = (): OutputState => this.#state
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Whose output; null: of all. `count`: how many those are. What is here of others goes at once. */
  choose(labels: readonly string[] | null, count: number): void {
    this.#newLines = 0
    this.#labels = labels
    this.#count = Math.max(1, count)
    const isKept = labels === null ? () => true : (process: string) => labels.includes(process)
    this.#change({ rows: this.#state.rows.only(isKept), isFollowing: true, newLines: 0, target: null })
    this.#begin()
  }

  follow(): void {
    if (this.#isMissing) this.#begin()
    this.#newLines = 0
    this.#change({ isFollowing: true, newLines: 0, target: null })
  }

  leaveEnd(): void {
    if (this.#state.isFollowing) this.#change({ isFollowing: false })
  }

  show(row: number): void {
    this.#change({ isFollowing: false, target: { row } })
  }

  /** What was before the first line that is here. */
  readOlder(): void {
    if (this.#state.older !== 'more' || !this.#state.isLoaded) return
    this.#lines = Math.min(this.#lines * MORE, this.#mostLines())
    this.#change({ older: 'reading' })
    void this.#read()
  }

  /** In this view alone. */
  clear(now: number): void {
    this.#newLines = 0
    for (const row of this.#state.rows.rows()) if (row.type === 'line') this.#cleared.set(row.jobId, row.byte)
    this.#change({ rows: this.#state.rows.only(() => false), clearedAt: now, older: 'none', isFollowing: true, newLines: 0 })
    this.#begin()
  }

  showCleared(): void {
    this.#cleared.clear()
    this.#change({ clearedAt: null })
    this.#begin()
  }

  /** After an error: the way may be open again. */
  again(): void {
    if (this.#state.error !== null) void this.#read()
  }

  close(): void {
    this.#visit++
    this.#stream?.close()
  }

  #begin(): void {
    this.#lines = Math.max(100, Math.min(Math.floor(FIRST_LINES / this.#count), this.#mostLines()))
    void this.#read()
  }

  #mostLines(): number {
    return Math.max(100, Math.floor((MOST_ROWS * 0.8) / this.#count))
  }

  /** What is here stays in sight until what there was before now has come as a whole. */
  async #read(): Promise<void> {
    this.close()
    const visit = this.#visit
    const lines = this.#lines
    const since = this.#state.clearedAt === null ? null : this.#state.clearedAt - TIMES_KNOWN_TO_MS
    this.#change({ error: null })
    if (this.#labels?.length === 0) return this.#change({ isLoaded: true, older: 'none' })
    let history: OutputBuffer | null = this.#state.rows.only(() => false)
    try {
      const stream = await this.#open({ processes: this.#labels, lines, since })
      if (visit !== this.#visit) return stream.close()
      this.#stream = stream
      const entries = new EntryLines()
      for await (const bytes of stream) {
        if (visit !== this.#visit) return
        for (const entry of entries.push(bytes)) {
          if (entry.type === 'now') {
            if (history) this.#take(history, lines)
            history = null
          } else if (history === null) this.#append(entry)
          else if (!this.#isCleared(entry)) history.append(entry)
        }
      }
    } catch (error) {
      if (visit === this.#visit) this.#change({ error: toErrorBody(error), older: 'none' })
    }
  }

  #isCleared(row: OutputRow): boolean {
    if (!('jobId' in row)) return false
    const byte = this.#cleared.get(row.jobId)
    if (byte === undefined) return false
    return 'byte' in row ? row.byte <= byte : row.at !== null && row.at < (this.#state.clearedAt ?? 0)
  }

  #take(rows: OutputBuffer, lines: number): void {
    const counts = new Map<string, number>()
    for (const { type, process } of rows.rows()) if (type === 'line') counts.set(process, (counts.get(process) ?? 0) + 1)
    const isMore = rows.isCut || [...counts.values()].some(count => count >= lines)
    this.#isMissing = false
    this.#change({
      ...{ rows, isLoaded: true, version: this.#state.version + 1 },
      older: !isMore ? 'none' : lines < this.#mostLines() ? 'more' : 'most',
    })
  }

  #append(row: OutputRow): void {
    const { rows, isFollowing } = this.#state
    if (!isFollowing && row.type === 'line') this.#newLines++
    if (isFollowing || rows.hasRoomFor(row)) rows.append(row)
    else this.#isMissing = true
    if (this.#isScheduled) return
    this.#isScheduled = true
    this.#nextFrame(() => {
      this.#isScheduled = false
      this.#change({ version: this.#state.version + 1, newLines: this.#newLines })
    })
  }

  #change(change: Partial<OutputState>): void {
    this.#state = { ...this.#state, ...change }
    for (const listener of this.#listeners) listener()
  }
}
