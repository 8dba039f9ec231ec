/** Where projects are served, until a person ends that. Of a token only the SHA-256 stands here. */
import type { Statement } from 'better-sqlite3'
import type { Database } from './database.ts'
import { type Columns, type Query, Table } from './table.ts'

/** `tokenHash` null: nobody is asked who he is. */
export type ServerRow = {
  projectId: string
  port: number
  tokenHash: string | null
  cascade: boolean
  createdAt: number
}

// Refers to no project: one that is written anew is removed for a moment, and with it would go what refers to it.
export const SERVER_MIGRATION = `
  CREATE TABLE project_server (
    project_id TEXT PRIMARY KEY,
    port INTEGER NOT NULL,
    token_hash TEXT,
    cascade INTEGER NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
`

const COLUMNS: Columns<ServerRow> = {
  projectId: 'text',
  port: 'integer',
  tokenHash: 'text',
  cascade: 'flag',
  createdAt: 'integer',
}

export class ServerTable {
  readonly #database: Database
  readonly #all: Query<[], ServerRow>
  readonly #put: (row: ServerRow) => void
  readonly #remove: Statement<[string]>

  constructor(database: Database) {
    const { sqlite } = database
    const table = new Table(sqlite, 'project_server', COLUMNS)
    this.#database = database
    this.#all = table.query('ORDER BY created_at, project_id')
    this.#put = table.inserter('INSERT OR REPLACE')
    this.#remove = sqlite.prepare('DELETE FROM project_server WHERE project_id = ?')
  }

  /** Oldest first. */
  list(): ServerRow[] {
    return this.#all.all()
  }

  /** On the disk when it returns: somebody relies on it from then on. @throws {AppError} `DISK_FULL` */
  put(row: ServerRow): void {
    this.#database.durably(() => this.#put(row))
  }

  /** On the disk when it returns: what was closed stays so. @throws {AppError} `DISK_FULL` */
  remove(projectId: string): void {
    this.#database.durably(() => this.#remove.run(projectId))
  }
}
