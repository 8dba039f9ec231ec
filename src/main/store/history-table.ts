/** How commands went in the past, host by host: what the allocator learns from. Which commands are "the same" is command-key.ts's. */
import type { Statement } from 'better-sqlite3'
import type { Database } from './database.ts'
import { KnownRuns } from './known-runs.ts'
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
export type StatsByHost = {
  readonly byHost: ReadonlyMap<string, CommandStats>
  readonly overall: CommandStats
  /** Where the newest run was. */
  readonly lastHost: string | null
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
const KEPT_RUNS = 100
const KEPT_MS = 180 * 24 * 3_600_000
/** In memory, of all commands together; the ones asked for longest ago go first. */
const KNOWN_RUNS = 100_000

export class HistoryTable {
  readonly #database: Database
  readonly #late: LateWrites
  readonly #known = new Map<string, KnownRuns>()
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
    this.#known.get(commandKey)?.add(entry)
  }

  /**
   * What is known of a command by host, and over all hosts. Memory and time are those of `folder`, if it ever ran from there;
   * whether it was found does not depend on the folder.
   */
  stats(commandKey: string, folder: string | null): StatsByHost {
    const runs = this.#known.get(commandKey) ?? new KnownRuns(this.#byKey.all(commandKey), KEPT_RUNS)
    // Set again: a Map keeps the order of insertion.
    this.#known.delete(commandKey)
    this.#known.set(commandKey, runs)
    this.#forgetOldest()
    return runs.stats(folder)
  }

  /** Forgets what is half a year old: for idle time. */
  trim(now: number): void {
    this.#database.write(() => this.#trimAge.run(now - KEPT_MS))
    this.#known.clear()
  }

  #forgetOldest(): void {
    // A command that never ran takes room as well.
    let size = [...this.#known.values()].reduce((sum, runs) => sum + runs.size + 1, 0)
    for (const [key, runs] of this.#known) {
      if (size <= KNOWN_RUNS || this.#known.size === 1) return
      this.#known.delete(key)
      size -= runs.size + 1
    }
  }
}
