/** The table of jobs: one row for each job that this computer started, kept until it is removed. */
import type { Statement } from 'better-sqlite3'
import { type JobView, owedPulls } from '../../shared/domain.ts'
import type { Database } from './database.ts'
import type { LateWrite, LateWrites } from './late-writes.ts'
import { type Columns, type Query, Table, type Values } from './table.ts'

/** What is kept of a job: all that is shown of it but the figures of this moment, and what is needed to run it again. */
export type JobRow = Omit<JobView, 'memoryBytes' | 'pid' | 'progress' | 'isForeign'> & {
  /** Size of the terminal it was started with. */
  columns: number | null
  rows: number | null
  /** As given with --env. May hold secrets: never logged, never sent to a client. */
  env: Readonly<Record<string, string>>
  /** What it asks of its host: `gpu`, `arch:NAME`, tags. */
  needs: readonly string[]
  stopRequestedAt: number | null
  /** Null for what is no app. */
  app: JobApp | null
  /** How it was last asked to stop, until its host has been told. */
  pendingStop: StopHow | null
}
/** Where an app shows itself. */
export type JobApp = {
  /** `waypipe`: drawn here from its host; `direct`: it runs here; `terminal`: it needs no desktop. */
  way: 'waypipe' | 'direct' | 'terminal'
  /** The variables that name the desktop. */
  desktop: Readonly<Record<string, string>>
  /** The display link that draws it, from when there is one. */
  link: { id: string; remoteSocket: string; compression: string /** Where it plays, if it may. */; sound?: string | null } | null
  /** Absolute, on its host: where it begins. Null: a folder of its own. */
  startFolder: string | null
}
export type StopHow = { signal: string; graceMs: number }
/** A place in the list of all jobs. */
export type JobCursor = { createdAt: number; id: string }
export type JobPatch = Partial<Omit<JobRow, 'id'>>

export const COLUMNS: Columns<JobRow> = {
  id: 'text',
  kind: 'text',
  host: 'text',
  command: 'json',
  folder: 'text',
  isSynced: 'flag',
  workdir: 'text',
  hasTerminal: 'flag',
  columns: 'integer',
  rows: 'integer',
  env: 'json',
  needs: 'json',
  pull: 'json',
  pullResults: 'json',
  state: 'text',
  outcome: 'text',
  exitCode: 'integer',
  signal: 'text',
  reason: 'text',
  unknownSince: 'integer',
  createdAt: 'integer',
  startedAt: 'integer',
  endedAt: 'integer',
  logBytes: 'integer',
  peakMemoryBytes: 'integer',
  cpuMs: 'integer',
  placement: 'json',
  stopRequestedAt: 'integer',
  pendingStop: 'json',
  app: 'json',
  process: 'json',
}

/** Reads the few that are asked for, however many there are. Past runs of processes are listed with their process. */
export const RECENT = `WHERE state <> 'ended' OR rowid IN (
  SELECT rowid FROM job WHERE state = 'ended' AND process IS NULL ORDER BY created_at DESC, rowid DESC LIMIT ?
) ORDER BY created_at DESC, rowid DESC LIMIT ?`

/** A job that is there no more leaves those of its millisecond in: twice is better than never. */
export const OLDER = `WHERE state = 'ended' AND process IS NULL
  AND (created_at, rowid) < (?, coalesce((SELECT rowid FROM job WHERE id = ?), 9223372036854775807))
  ORDER BY created_at DESC, rowid DESC LIMIT ?`

/** As the index of them has it. */
export const OWING = `WHERE host = ? AND state = 'ended' AND started_at IS NOT NULL
  AND json_array_length(pull_results) < json_array_length(pull) ORDER BY rowid`

/** As the index of them has it. */
export const RUNS = "WHERE process IS NOT NULL AND json_extract(process, '$.id') = ? ORDER BY created_at DESC, rowid DESC"

/** Asked for each host every two seconds. */
export const UNFINISHED_ON = `WHERE host = ? AND state <> 'ended'`

/** Enough to name what an ambiguous id may mean. */
const PREFIX_LIMIT = 20

export class JobTable {
  readonly #database: Database
  readonly #late: LateWrites
  /** What a full disk has no room for yet, by job: what is read here counts it in. */
  readonly #unsaved = new Map<string, JobPatch>()
  readonly #table: Table<JobRow>
  readonly #updates = new Map<string, Statement<[Values]>>()
  readonly #insert: (row: JobRow) => void
  readonly #byId: Query<[string], JobRow>
  readonly #byPrefix: Query<[string, string, number], JobRow>
  readonly #newest: Query<[number], JobRow>
  readonly #recent: Query<[number, number], JobRow>
  readonly #older: Query<[number, string, number], JobRow>
  readonly #unfinished: Query<[], JobRow>
  readonly #unfinishedApps: Query<[], JobRow>
  readonly #unfinishedOn: Query<[string], JobRow>
  readonly #countUnfinishedOn: Statement<[string], number>
  readonly #byHost: Query<[string, number], JobRow>
  readonly #owing: Query<[string], JobRow>
  readonly #runs: Query<[string], JobRow>
  readonly #remove: Statement<[string]>

  constructor(database: Database, late: LateWrites) {
    this.#database = database
    this.#late = late
    this.#table = new Table(database.sqlite, 'job', COLUMNS)
    this.#insert = this.#table.inserter('INSERT')
    this.#byId = this.#table.query('WHERE id = ?')
    this.#byPrefix = this.#table.query('WHERE id >= ? AND id < ? ORDER BY created_at DESC, rowid DESC LIMIT ?')
    this.#newest = this.#table.query("WHERE process IS NULL OR state <> 'ended' ORDER BY created_at DESC, rowid DESC LIMIT ?")
    this.#recent = this.#table.query(RECENT)
    this.#older = this.#table.query(OLDER)
    this.#unfinished = this.#table.query("WHERE state <> 'ended' ORDER BY created_at, rowid")
    this.#unfinishedApps = this.#table.query("WHERE state <> 'ended' AND kind = 'app' ORDER BY created_at, rowid")
    this.#unfinishedOn = this.#table.query(`${UNFINISHED_ON} ORDER BY created_at, rowid`)
    this.#countUnfinishedOn = database.sqlite.prepare<[string], number>(`SELECT count(*) FROM job ${UNFINISHED_ON}`).pluck()
    this.#byHost = this.#table.query('WHERE host = ? ORDER BY created_at DESC, rowid DESC LIMIT ?')
    this.#owing = this.#table.query(OWING)
    this.#runs = this.#table.query(RUNS)
    this.#remove = database.sqlite.prepare('DELETE FROM job WHERE id = ?')
  }

  /** Takes on jobs: on the disk when this returns, or none of them. @throws if an id is taken; {AppError} if the database's file is gone. */
  insert(...rows: readonly JobRow[]): void {
    const { misplacement } = this.#database
    if (misplacement) throw misplacement
    this.#database.durably(() => {
      for (const row of rows) this.#insert(row)
    })
  }

  /**
   * Changes what the patch names, and gives the row as it is then; undefined if there is no such job. A full disk does not keep a job
   * from being stopped, nor its end from being told: such a change holds at once, and is written when there is room.
   *
   * @throws {AppError} `DISK_FULL` if it places the job: sent to a host that is not on the disk, it might run on another one as well.
   */
  update(id: string, patch: JobPatch): JobRow | undefined {
    if ('host' in patch && !this.#database.sqlite.inTransaction) {
      this.#database.durably(() => this.#write(id, patch))
    } else {
      const before = this.#unsaved.get(id)
      this.#unsaved.set(id, { ...before, ...patch })
      try {
        this.#late.make(isKnownOnlyHere(patch) ? this.#saveDurably : this.#save)
      } catch (error) {
        if (before) this.#unsaved.set(id, before)
        else this.#unsaved.delete(id)
        throw error
      }
    }
    return this.get(id)
  }

  get(id: string): JobRow | undefined {
    return this.#asItIs(this.#byId.get(id))
  }

  /** Jobs whose id begins so, newest first; at most 20. */
  findByPrefix(prefix: string): JobRow[] {
    // Ids are ASCII, so every id with this beginning sorts before it with a character above them all.
    return this.#allAsTheyAre(this.#byPrefix.all(prefix, `${prefix}\u{10FFFF}`, PREFIX_LIMIT))
  }

  /** Newest first. With `ended` all that have not ended, and of the others the newest so many. */
  list({ limit, ended }: { limit: number; ended?: number | undefined }): JobRow[] {
    return this.#allAsTheyAre(ended === undefined ? this.#newest.all(limit) : this.#recent.all(ended, limit))
  }

  /** Newest first, of those that have ended: what follows `before` in a list of all. */
  listOlder(before: JobCursor, limit: number): JobRow[] {
    return this.#allAsTheyAre(this.#older.all(before.createdAt, before.id, limit))
  }

  /** Oldest first: the order in which they are to be gone on with. */
  listUnfinished(): JobRow[] {
    return this.#allAsTheyAre(this.#unfinished.all()).filter(row => row.state !== 'ended')
  }

  listUnfinishedApps(): JobRow[] {
    if (this.#unsaved.size > 0) return this.listUnfinished().filter(row => row.kind === 'app')
    return this.#unfinishedApps.all()
  }

  /** Of those what is on a host, or on its way there. */
  listUnfinishedOn(host: string): JobRow[] {
    if (this.#unsaved.size > 0) return this.listUnfinished().filter(row => row.host === host)
    return this.#unfinishedOn.all(host)
  }

  countUnfinishedOn(host: string): number {
    return this.#unsaved.size > 0 ? this.listUnfinishedOn(host).length : (this.#countUnfinishedOn.get(host) ?? 0)
  }

  /** Newest first. */
  listByHost(host: string, { limit = 1_000_000 }: { limit?: number } = {}): JobRow[] {
    return this.#allAsTheyAre(this.#byHost.all(host, limit))
  }

  newestRun(processId: string): JobRow | undefined {
    return this.#asItIs(this.#runs.get(processId))
  }

  /** Newest first. */
  listRuns(processId: string): JobRow[] {
    return this.#allAsTheyAre(this.#runs.all(processId))
  }

  /** Jobs of a host whose results are still to be brought back, oldest first. */
  listOwing(host: string): JobRow[] {
    return this.#allAsTheyAre(this.#owing.all(host)).filter(row => owedPulls(row).length > 0)
  }

  /** False if there was none. */
  remove(id: string): boolean {
    this.#unsaved.delete(id)
    return this.#database.write(() => this.#remove.run(id).changes > 0)
  }

  readonly #save: LateWrite = {
    write: () => {
      for (const [id, patch] of this.#unsaved) this.#write(id, patch)
    },
    done: () => this.#unsaved.clear(),
  }
  readonly #saveDurably: LateWrite = { ...this.#save, isDurable: true }

  #write(id: string, patch: JobPatch): void {
    const values = this.#table.values(patch)
    if (Object.keys(values).length > 0) this.#updateStatement(values).run({ ...values, id })
  }

  #asItIs(row: JobRow | undefined): JobRow | undefined {
    return row && this.#unsaved.size > 0 ? { ...row, ...this.#unsaved.get(row.id) } : row
  }

  #allAsTheyAre(rows: JobRow[]): JobRow[] {
    return this.#unsaved.size > 0 ? rows.map(row => ({ ...row, ...this.#unsaved.get(row.id) })) : rows
  }

  #updateStatement(values: Values): Statement<[Values]> {
    const assignments = Object.keys(values)
      .map(name => `${name} = @${name}`)
      .join(', ')
    const known = this.#updates.get(assignments)
    if (known) return known
    const statement = this.#database.sqlite.prepare<[Values]>(`UPDATE job SET ${assignments} WHERE id = @id`)
    this.#updates.set(assignments, statement)
    return statement
  }
}

/** True for what no host could tell us again after a power cut: see database.ts. */
function isKnownOnlyHere(patch: JobPatch): boolean {
  const isStop = 'stopRequestedAt' in patch || patch.pendingStop != null
  return 'host' in patch || isStop || patch.outcome === 'failed' || patch.outcome === 'cancelled'
}
