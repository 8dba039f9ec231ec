/** When jobs began and ended, by time and not by job: what charts are marked with. Reads the job table; job-table.ts owns it. */
import type { Command, JobOutcome } from '../../shared/domain.ts'
import type { Database } from './database.ts'
import { type Columns, type Query, Table } from './table.ts'

export type JobTimes = {
  id: string
  host: string | null
  command: Command
  startedAt: number | null
  endedAt: number | null
  outcome: JobOutcome | null
  exitCode: number | null
}

const COLUMNS: Columns<JobTimes> = {
  id: 'text',
  host: 'text',
  command: 'json',
  startedAt: 'integer',
  endedAt: 'integer',
  outcome: 'text',
  exitCode: 'integer',
}

export class JobTimesTable {
  readonly #started: Query<[number, number, number], JobTimes>
  readonly #ended: Query<[number, number, number], JobTimes>

  constructor({ sqlite }: Database) {
    const table = new Table(sqlite, 'job', COLUMNS)
    this.#started = table.query('WHERE started_at >= ? AND started_at < ? ORDER BY started_at DESC LIMIT ?')
    this.#ended = table.query('WHERE ended_at >= ? AND ended_at < ? ORDER BY ended_at DESC LIMIT ?')
  }

  /** Newest first. */
  started({ from, to }: { from: number; to: number }, limit: number): JobTimes[] {
    return this.#started.all(from, to, limit)
  }

  ended({ from, to }: { from: number; to: number }, limit: number): JobTimes[] {
    return this.#ended.all(from, to, limit)
  }
}
