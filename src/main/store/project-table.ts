/** Projects, their processes and their failure patterns: what a person wants of them, and how it stands. */
import type { Statement } from 'better-sqlite3'
import type { BrokenBy, FailurePattern, ProcessState } from '../../shared/process.ts'
import type { ProcessInstance, ProjectProblem, RestartPolicy } from '../../shared/project.ts'
import type { Database } from './database.ts'
import type { StopHow } from './job-table.ts'
import type { LateWrites } from './late-writes.ts'
import { type Columns, type Query, Table, type Values } from './table.ts'

export type ProjectRow = {
  id: string
  folder: string
  name: string
  /** As asked for; null: the usual name. */
  procfile: string | null
  formation: Readonly<Record<string, number>>
  port: number | null
  /** In place of the hosts that the files name. */
  host: string | null
  /** Given by hand. May hold secrets. */
  env: Readonly<Record<string, string>>
  /** Of whoever asked, what its files looked up. May hold secrets. */
  here: Readonly<Record<string, string>>
  problems: readonly ProjectProblem[]
  whenOneEnds: 'leave' | 'shutdown'
  createdAt: number
}
export type ProcessRow = {
  id: string
  projectId: string
  position: number
  /** May hold secrets: never logged, never sent to a client whole. */
  definition: ProcessInstance
  /** It is to run: somebody started it, and nobody has stopped it since. */
  isWanted: boolean
  isLeaving: boolean
  host: string | null
  jobId: string | null
  run: number
  failures: number
  state: Exclude<ProcessState, 'unknown'>
  reason: string | null
  /** What it waits for does not come by itself. */
  isStuck: boolean
  since: number
  unknownSince: number | null
  /** What its host does when the newest run ends, as it was told with the start; `never` when that has ended for good. */
  hostRestart: RestartPolicy
  retryAt: number | null
  brokenBy: BrokenBy | null
  /** How its host is to stop it, until that has been told. */
  stopOwed: StopHow | null
  /** How far the output of a run was searched for patterns. */
  searched: { jobId: string; byte: number } | null
}
export type ProcessPatch = Partial<Omit<ProcessRow, 'id' | 'projectId'>>

export const PROJECT_MIGRATION = `
  ALTER TABLE job ADD COLUMN process TEXT CHECK (json_valid(process));
  CREATE INDEX job_by_process ON job (json_extract(process, '$.id'), created_at) WHERE process IS NOT NULL;
  CREATE TABLE project (
    id TEXT PRIMARY KEY,
    folder TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    procfile TEXT,
    formation TEXT NOT NULL CHECK (json_valid(formation)),
    port INTEGER,
    host TEXT,
    env TEXT NOT NULL CHECK (json_valid(env)),
    problems TEXT NOT NULL CHECK (json_valid(problems)),
    when_one_ends TEXT NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE process (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES project (id),
    position INTEGER NOT NULL,
    definition TEXT NOT NULL CHECK (json_valid(definition)),
    is_wanted INTEGER NOT NULL,
    is_leaving INTEGER NOT NULL,
    host TEXT,
    job_id TEXT,
    run INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    since INTEGER NOT NULL,
    unknown_since INTEGER,
    retry_at INTEGER,
    broken_by TEXT CHECK (json_valid(broken_by)),
    stop_owed TEXT CHECK (json_valid(stop_owed)),
    searched TEXT CHECK (json_valid(searched))
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE failure_pattern (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES project (id),
    process TEXT,
    pattern TEXT NOT NULL,
    is_regex INTEGER NOT NULL,
    action TEXT NOT NULL CHECK (json_valid(action)),
    source TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
`
export const PROCESS_OUTLOOK_MIGRATION = `
  ALTER TABLE process ADD COLUMN host_restart TEXT NOT NULL DEFAULT 'never';
  ALTER TABLE process ADD COLUMN is_stuck INTEGER NOT NULL DEFAULT 0;
  UPDATE process
    SET host_restart = json_extract(definition, '$.options.restart')
    WHERE state IN ('starting', 'running', 'ready', 'stopping');
`

export const PROJECT_HERE_MIGRATION = `
  ALTER TABLE project ADD COLUMN here TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(here));
`

const PROJECT: Columns<ProjectRow> = {
  id: 'text',
  folder: 'text',
  name: 'text',
  procfile: 'text',
  formation: 'json',
  port: 'integer',
  host: 'text',
  env: 'json',
  here: 'json',
  problems: 'json',
  whenOneEnds: 'text',
  createdAt: 'integer',
}
const PROCESS: Columns<ProcessRow> = {
  id: 'text',
  projectId: 'text',
  position: 'integer',
  definition: 'json',
  isWanted: 'flag',
  isLeaving: 'flag',
  host: 'text',
  jobId: 'text',
  run: 'integer',
  failures: 'integer',
  state: 'text',
  reason: 'text',
  isStuck: 'flag',
  since: 'integer',
  unknownSince: 'integer',
  hostRestart: 'text',
  retryAt: 'integer',
  brokenBy: 'json',
  stopOwed: 'json',
  searched: 'json',
}
const PATTERN: Columns<FailurePattern> = {
  id: 'text',
  projectId: 'text',
  process: 'text',
  pattern: 'text',
  isRegex: 'flag',
  action: 'json',
  source: 'text',
}

/** What a person asked for is on the disk when it is answered; what a host has told can be told again. */
const DURABLE: ReadonlySet<string> = new Set(['isWanted', 'stopOwed', 'definition', 'isLeaving', 'host', 'brokenBy'])

export class ProjectTable {
  readonly #database: Database
  readonly #late: LateWrites
  readonly #processTable: Table<ProcessRow>
  readonly #projects: Query<[], ProjectRow>
  readonly #processes: Query<[], ProcessRow>
  readonly #patterns: Query<[], FailurePattern>
  readonly #putProject: (row: ProjectRow) => void
  readonly #putProcess: (row: ProcessRow) => void
  readonly #putPattern: (row: FailurePattern) => void
  readonly #removers: Record<'project' | 'process' | 'pattern', Statement<[string]>>

  constructor(database: Database, late: LateWrites) {
    const { sqlite } = database
    this.#database = database
    this.#late = late
    const projects = new Table(sqlite, 'project', PROJECT)
    const processes = new Table(sqlite, 'process', PROCESS)
    const patterns = new Table(sqlite, 'failure_pattern', PATTERN)
    this.#processTable = processes
    this.#projects = projects.query('ORDER BY created_at, id')
    this.#processes = processes.query('ORDER BY project_id, position, id')
    this.#patterns = patterns.query('ORDER BY id')
    this.#putProject = projects.inserter('INSERT OR REPLACE')
    this.#putProcess = processes.inserter('INSERT OR REPLACE')
    this.#putPattern = patterns.inserter('INSERT OR REPLACE')
    this.#removers = {
      project: sqlite.prepare('DELETE FROM project WHERE id = ?'),
      process: sqlite.prepare('DELETE FROM process WHERE id = ?'),
      pattern: sqlite.prepare('DELETE FROM failure_pattern WHERE id = ?'),
    }
  }

  /** Read once, by the room that owns them: it keeps them in memory. */
  all(): { projects: ProjectRow[]; processes: ProcessRow[]; patterns: FailurePattern[] } {
    return { projects: this.#projects.all(), processes: this.#processes.all(), patterns: this.#patterns.all() }
  }

  /** All or nothing, and on the disk when it returns. @throws {AppError} `DISK_FULL`, or what `work` throws. */
  atOnce(work: () => void): void {
    this.#database.durably(work)
  }

  /** Within `atOnce`, or it need not last. */
  putProject(row: ProjectRow): void {
    this.#database.write(() => this.#putProject(row))
  }
  putProcess(row: ProcessRow): void {
    this.#database.write(() => this.#putProcess(row))
  }
  putPattern(row: FailurePattern): void {
    this.#database.write(() => this.#putPattern(row))
  }
  remove(what: 'project' | 'process' | 'pattern', id: string): void {
    this.#database.write(() => this.#removers[what].run(id))
  }

  /** A full disk keeps nothing from being stopped: it is written when there is room. */
  update(changes: readonly { id: string; patch: ProcessPatch }[]): void {
    const isDurable = changes.some(({ patch }) => Object.keys(patch).some(key => DURABLE.has(key)))
    const write = () => {
      for (const { id, patch } of changes) this.#write(id, patch)
    }
    this.#late.make({ write, ...(isDurable && { isDurable }) })
  }

  #write(id: string, patch: ProcessPatch): void {
    const values = this.#processTable.values(patch)
    const names = Object.keys(values)
    if (names.length === 0) return
    const sql = `UPDATE process SET ${names.map(name => `${name} = @${name}`).join(', ')} WHERE id = @id`
    this.#database.sqlite.prepare<[Values]>(sql).run({ ...values, id })
  }
}
