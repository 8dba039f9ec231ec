/**
 * The output of processes as one stream, a JSON text a line (OutputEntry): what was printed before, in the order of its time, and then what
 * is printed as it comes. A client that cannot take as much as is printed is told what was left out, and where.
 */
import type { JobView } from '../../../shared/domain.ts'
import { AppError, toErrorBody } from '../../../shared/errors.ts'
import type { ByteSource } from '../../jobs/job-output.ts'
import { EntrySink } from './entry-sink.ts'
import { LineSplitter } from './line-splitter.ts'
import { LiveOutput } from './live-output.ts'
import type { OutputHub } from './output-hub.ts'
import { findPast, type Past, type Place, pastEntries, type TimedEntry } from './past-output.ts'

export type OutputProcess = { id: string; label: string }
/** Of which processes, as they are now. */
export type OutputSource = {
  processes(): readonly OutputProcess[]
  /** Oldest first. */
  runsOf(processId: string): readonly JobView[]
  /** Settles when that process has changed or gone (null: when another has come), or `signal` fired. */
  changed(processId: string | null, signal: AbortSignal): Promise<void>
}
export type MergedOptions = {
  hub: OutputHub
  source: OutputSource
  /** Of each process. */
  lines: number
  since: number | null
  follow: boolean
  now(): number
}

export function openMerged(options: MergedOptions): ByteSource {
  const abort = new AbortController()
  const sink = new EntrySink(abort.signal)
  const end = new Merged(options, sink, abort.signal).run().finally(() => sink.output.end())
  end.catch(() => undefined) // Whoever uses the source awaits `end`; a closed one nobody awaits.
  return { output: sink.output, end, close: () => abort.abort() }
}

/** What is known of a process's past when its live output begins. */
type Feed = { process: OutputProcess; past: Past | null; splitter: LineSplitter }

class Merged {
  readonly #options: MergedOptions
  readonly #sink: EntrySink
  readonly #signal: AbortSignal
  readonly #live = new Map<string, Promise<void>>()

  constructor(options: MergedOptions, sink: EntrySink, signal: AbortSignal) {
    this.#options = options
    this.#sink = sink
    this.#signal = signal
  }

  async run(): Promise<void> {
    const { source, follow } = this.#options
    const feeds = await Promise.all(source.processes().map(process => this.#begin(process)))
    await this.#tellPast(feeds)
    await this.#sink.put([{ type: 'now' }])
    if (!follow) return
    for (const { process, past, splitter } of feeds) this.#follow(process, past?.to ?? null, splitter)
    while (!this.#signal.aborted) {
      await source.changed(null, this.#signal)
      for (const process of source.processes()) {
        if (!this.#live.has(process.id)) this.#follow(process, null, new LineSplitter())
      }
    }
    await Promise.all(this.#live.values())
  }

  async #begin(process: OutputProcess): Promise<Feed> {
    const { hub, source, lines, since } = this.#options
    const splitter = new LineSplitter()
    try {
      return { process, past: await findPast(hub, source.runsOf(process.id), { lines, since }), splitter }
    } catch (error) {
      await this.#tellAway(process, error)
      return { process, past: null, splitter }
    }
  }

  /** Of those that have something to tell, always the one whose next is the oldest. */
  async #tellPast(feeds: readonly Feed[]): Promise<void> {
    const { hub, now } = this.#options
    const pasts = feeds.map(({ process, past, splitter }) => {
      const none: Past = { runs: [], from: null, to: null }
      return {
        process,
        parts: pastEntries(hub, past ?? none, { process: process.label, splitter, now }),
        next: [] as TimedEntry[],
      }
    })
    let open = pasts
    while (!this.#signal.aborted) {
      for (const past of open) await this.#fill(past)
      open = open.filter(({ next }) => next.length > 0)
      const [first, ...others] = open.toSorted(({ next: [one] }, { next: [other] }) => (one?.sortAt ?? 0) - (other?.sortAt ?? 0))
      if (!first) return
      const until = others[0]?.next[0]?.sortAt ?? Number.POSITIVE_INFINITY
      const count = first.next.findIndex(({ sortAt }) => sortAt > until)
      const told = first.next.splice(0, count < 0 ? first.next.length : Math.max(1, count))
      await this.#sink.put(told.map(({ entry }) => entry))
    }
  }

  async #fill(past: { process: OutputProcess; parts: AsyncGenerator<TimedEntry[]>; next: TimedEntry[] }): Promise<void> {
    try {
      while (past.next.length === 0) {
        const part = await past.parts.next()
        if (part.done) return
        past.next.push(...part.value)
      }
    } catch (error) {
      await this.#tellAway(past.process, error)
    }
  }

  #follow(process: OutputProcess, from: Place | null, splitter: LineSplitter): void {
    const { hub, source, now } = this.#options
    const live = new LiveOutput({ hub, source, process, sink: this.#sink, signal: this.#signal, now })
    const done = live.run(from, splitter).finally(() => this.#live.delete(process.id))
    done.catch(error => this.#sink.output.destroy(error))
    this.#live.set(process.id, done)
  }

  async #tellAway({ label }: OutputProcess, error: unknown): Promise<void> {
    if (!(error instanceof AppError)) throw error
    await this.#sink.put([{ type: 'away', process: label, error: toErrorBody(error) }])
  }
}
