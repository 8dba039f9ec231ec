/** What one process prints from now on, run after run, for one client: as much of it as he can take, and what was left out. */
import { setTimeout as delay } from 'node:timers/promises'
import type { JobView } from '../../../shared/domain.ts'
import { toErrorBody } from '../../../shared/errors.ts'
import type { OutputEntry } from '../../../shared/process.ts'
import type { EntrySink } from './entry-sink.ts'
import type { LogPart } from './host-logs.ts'
import { LineSplitter } from './line-splitter.ts'
import type { OutputProcess, OutputSource } from './merged.ts'
import type { OutputHub } from './output-hub.ts'
import { type EntryHead, endedEntry, lineEntry, type Place, runOf } from './past-output.ts'
import type { RunReader } from './run-reader.ts'

export type LiveOptions = {
  hub: OutputHub
  source: OutputSource
  process: OutputProcess
  sink: EntrySink
  signal: AbortSignal
  now(): number
}

/** What one turn takes. Nobody reads more in the time until the next. */
const TURN_BYTES = 32 * 1024
const TURN_LINES = 1_000
const TURN_MS = 25
/** Who is further behind than this is told that there was more, and goes on near the end. */
const MOST_BEHIND_BYTES = 1024 * 1024
/** After so long a line's beginning is shown without its end: it may be a question. */
const UNENDED_MS = 100
const LINE_FEED = 0x0a

export class LiveOutput {
  readonly #options: LiveOptions
  #splitter = new LineSplitter()
  /** From where on something is left out, until it is known where a line begins again. */
  #skippedFrom: number | null = null

  constructor(options: LiveOptions) {
    this.#options = options
  }

  /** From a place in a run that was told of, whose unfinished line `splitter` has; else from its runs that begin from now on. */
  async run(from: Place | null, splitter: LineSplitter): Promise<void> {
    const { source, process, signal } = this.#options
    this.#splitter = splitter
    const runs = source.runsOf(process.id).map(({ id }) => id)
    const known = new Set(runs.slice(0, from ? runs.indexOf(from.job.id) + 1 : -1))
    if (from && from.job.state !== 'ended') await this.#follow(from.job, from.byte)
    while (!signal.aborted) {
      const next = source.runsOf(process.id).find(({ id }) => !known.has(id))
      if (next) {
        known.add(next.id)
        await this.#follow(next, null)
      } else if (source.processes().some(({ id }) => id === process.id)) await source.changed(process.id, signal)
      else return
    }
  }

  /** `fromByte` null: from its beginning, of which it is told. */
  async #follow(job: JobView, fromByte: number | null): Promise<void> {
    const { hub, process, sink, signal } = this.#options
    const head: EntryHead = { process: process.label, jobId: job.id }
    const reader = hub.reader(job.id, {
      fromByte: fromByte ?? 0,
      signal,
      onAway: error => {
        if (error) void sink.put([{ type: 'away', process: process.label, error: toErrorBody(error) }])
      },
    })
    let isTold = fromByte !== null
    let unended = this.#showLater(head)
    for (;;) {
      const begin = reader.byte
      const part = await reader.next(TURN_BYTES)
      clearTimeout(unended)
      if (!part) break
      const now = hub.job(job.id) ?? job
      const entries: OutputEntry[] = isTold ? [] : [{ type: 'run', ...head, run: runOf(job), at: now.startedAt }]
      isTold = true
      entries.push(...this.#take(reader, { head, begin, part }))
      const turnedAt = performance.now()
      await sink.put(entries)
      // The log has more: others are to have their turn, and a client is to be able to read.
      if (this.#skippedFrom === null && part.logBytes > reader.byte)
        await delay(Math.max(0, TURN_MS - (performance.now() - turnedAt)))
      unended = this.#showLater(head)
    }
    if (signal.aborted) return
    const now = hub.job(job.id) ?? job
    const entries: OutputEntry[] = isTold ? [] : [{ type: 'run', ...head, run: runOf(job), at: now.startedAt }]
    entries.push(...this.#splitter.end().map(line => lineEntry(head, line, this.#options.now())), endedEntry(head, now))
    await sink.put(entries)
  }

  #take(reader: RunReader, { head, begin, part }: { head: EntryHead; begin: number; part: LogPart }): OutputEntry[] {
    const at = this.#options.now()
    const entries: OutputEntry[] = []
    const tell = (lines: ReturnType<LineSplitter['push']>) => entries.push(...lines.map(line => lineEntry(head, line, at)))
    if (part.byte > begin) {
      tell(this.#splitter.end())
      entries.push({ type: 'dropped', ...head, byte: begin, bytes: part.byte - begin })
    }
    if (this.#skippedFrom === null && part.logBytes - reader.byte > MOST_BEHIND_BYTES) {
      this.#skippedFrom = this.#splitter.drop() ?? part.byte
      reader.byte = part.logBytes - TURN_BYTES
      return entries
    }
    let from = 0
    if (this.#skippedFrom !== null) {
      from = part.bytes.indexOf(LINE_FEED) + 1
      entries.push({ type: 'skipped', ...head, byte: this.#skippedFrom, bytes: part.byte + from - this.#skippedFrom })
      this.#skippedFrom = null
    }
    const lines = this.#splitter.push(part.byte + from, part.bytes.subarray(from))
    const next = lines[TURN_LINES]
    if (next) {
      this.#splitter.drop()
      reader.byte = next.byte
    }
    tell(lines.slice(0, TURN_LINES))
    return entries
  }

  #showLater(head: EntryHead): NodeJS.Timeout | undefined {
    if (!this.#splitter.hasRest) return undefined
    return setTimeout(() => {
      const lines = this.#splitter.flush()
      void this.#options.sink.put(lines.map(line => lineEntry(head, line, this.#options.now())))
    }, UNENDED_MS)
  }
}
