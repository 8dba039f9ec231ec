/** How commands went in the past, host by host: what the allocator learns from. Which commands are "the same" is command-key.ts's. */
import type { Statement } from 'better-sqlite3'
import type { Database } from './database.ts'
import type { LateWrites } from './late-writes.ts'
import { type Columns, type Query, Table } from './table.ts'

export type HistoryEntry = {
  commandKey: string
  host: string
  /** Where on this computer it was pushed from: the same command needs other memory in another folder. */
  folder: string | null
  endedAt: number
  peakMemoryBytes: number | null
  durationMs: number | null
  exitCode: number | null
}
/** Of the last 20 runs. Null where no run has the figure. */
export type CommandStats = {
  runs: number
  medianMemoryBytes: number | null
  peakMemoryBytes: number | null
  medianDurationMs: number | null
  /** When the newest run ended, if it ended because the command was not found (127). */
  lastNotFoundAt: number | null
}

const COLUMNS: Columns<HistoryEntry> = {
  commandKey: 'text',
  host: 'text',
  folder: 'text',
  endedAt: 'integer',
  peakMemoryBytes: 'integer',
  durationMs: 'integer',
  exitCode: 'integer',
}
const COUNTED_RUNS = 20
const KEPT_RUNS = 100
const KEPT_MS = 180 * 24 * 3_600_000
const NOT_FOUND_CODE = 127

export class HistoryTable {
  readonly #database: Database
  readonly #late: LateWrites
  readonly #insert: (entry: HistoryEntry) => void
  readonly #trimRuns: Statement<[string, string, string, string, number]>
  readonly #trimAge: Statement<[number]>
  readonly #byKey: Query<[string], HistoryEntry>

  constructor(database: Database, late: LateWrites) {
    const { sqlite } = database
    const table = new Table(sqlite, 'command_history', COLUMNS)
    this.#database = database
    this.#late = late
    this.#insert = table.inserter('INSERT')
    this.#byKey = table.query('WHERE command_key = ? ORDER BY ended_at DESC, rowid DESC')
    this.#trimRuns = sqlite.prepare(`
      DELETE FROM command_history WHERE command_key = ? AND host = ? AND rowid NOT IN (
        SELECT rowid FROM command_history WHERE command_key = ? AND host = ? ORDER BY ended_at DESC, rowid DESC LIMIT ?)`)
    this.#trimAge = sqlite.prepare('DELETE FROM command_history WHERE ended_at < ?')
  }

  append(entry: HistoryEntry): void {
    const { commandKey, host } = entry
    const write = () => {
      this.#insert(entry)
      this.#trimRuns.run(commandKey, host, commandKey, host, KEPT_RUNS)
    }
    this.#late.make({ write })
  }

  /**
   * What is known of a command by host, and over all hosts. Memory and time are those of `folder`, if it ever ran from there;
   * whether it was found does not depend on the folder.
   */
  stats(commandKey: string, folder: string | null): { byHost: Map<string, CommandStats>; overall: CommandStats } {
    const runs = this.#byKey.all(commandKey)
    const byHost = Map.groupBy(runs, run => run.host)
    return {
      byHost: new Map([...byHost].map(([host, ofHost]) => [host, summarize(ofHost, folder)])),
      overall: summarize(runs, folder),
    }
  }

  /** Forgets what is half a year old: for idle time. */
  trim(now: number): void {
    this.#database.write(() => this.#trimAge.run(now - KEPT_MS))
  }
}

/** `runs` newest first. */
function summarize(runs: readonly HistoryEntry[], folder: string | null): CommandStats {
  const fromHere = runs.filter(run => run.folder === folder)
  const counted = (fromHere.length > 0 ? fromHere : runs).slice(0, COUNTED_RUNS)
  const memory = counted.flatMap(run => run.peakMemoryBytes ?? [])
  const newest = runs[0]
  return {
    runs: counted.length,
    medianMemoryBytes: median(memory),
    peakMemoryBytes: memory.length > 0 ? Math.max(...memory) : null,
    medianDurationMs: median(counted.flatMap(run => run.durationMs ?? [])),
    lastNotFoundAt: newest?.exitCode === NOT_FOUND_CODE ? newest.endedAt : null,
  }
}

/** Of an even number the lower of the middle two, so that it is a figure that was really measured. */
function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null
}
