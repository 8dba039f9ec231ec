/**
 * The runs of one command in memory, with what is said of them worked out once: at every placement it is asked of every host. It owns
 * no row; HistoryTable tells it of each that is added.
 */
import type { CommandStats, HistoryEntry, StatsByHost } from './history-table.ts'
import { summarize } from './run-summary.ts'

type Summary = { byHost: Map<string, CommandStats>; overall: CommandStats; lastHost: string | null; stale: Set<string> }

export class KnownRuns {
  /** Newest first. */
  readonly #byHost: Map<string, HistoryEntry[]>
  readonly #kept: number
  readonly #byFolder = new Map<string | null, Summary>()
  /** Newest first. */
  #runs: HistoryEntry[]

  /** `runs` newest first, of which `kept` are kept of each host. */
  constructor(runs: HistoryEntry[], kept: number) {
    this.#runs = runs
    this.#byHost = Map.groupBy(runs, run => run.host)
    this.#kept = kept
  }

  get size(): number {
    return this.#runs.length
  }

  add(run: HistoryEntry): void {
    const ofHost = this.#byHost.get(run.host) ?? []
    this.#byHost.set(run.host, ofHost)
    insert(ofHost, run)
    insert(this.#runs, run)
    const dropped = ofHost.length > this.#kept ? ofHost.pop() : undefined
    if (dropped) this.#runs = this.#runs.filter(one => one !== dropped)
    for (const summary of this.#byFolder.values()) summary.stale.add(run.host)
  }

  stats(folder: string | null): StatsByHost {
    const { stale: _stale, ...said } = this.#upToDate(this.#byFolder.get(folder) ?? this.#summarizeAll(folder), folder)
    return said
  }

  #upToDate(known: Summary, folder: string | null): Summary {
    if (known.stale.size === 0) return known
    for (const host of known.stale) known.byHost.set(host, summarize(this.#byHost.get(host) ?? [], folder))
    known.stale.clear()
    known.overall = summarize(this.#runs, folder)
    known.lastHost = this.#runs[0]?.host ?? null
    return known
  }

  #summarizeAll(folder: string | null): Summary {
    const byHost = new Map<string, CommandStats>()
    for (const [host, runs] of this.#byHost) byHost.set(host, summarize(runs, folder))
    const overall = summarize(this.#runs, folder)
    const summary = { byHost, overall, lastHost: this.#runs[0]?.host ?? null, stale: new Set<string>() }
    this.#byFolder.set(folder, summary)
    return summary
  }
}

/** Mostly it is the newest. Of the same millisecond the later one is. */
function insert(runs: HistoryEntry[], run: HistoryEntry): void {
  const at = runs.findIndex(one => one.endedAt <= run.endedAt)
  runs.splice(at < 0 ? runs.length : at, 0, run)
}
