/** Tokens that open `/metrics`, until they are revoked. Of each only the SHA-256 stands here. */
import type { Statement } from 'better-sqlite3'
import type { Database } from './database.ts'
import type { LateWrites } from './late-writes.ts'
import { type Columns, type Query, Table } from './table.ts'

/** `usedAt`: about when it was last of use; null if it never was. */
export type MetricsToken = { name: string; hash: string; createdAt: number; usedAt: number | null }

export const TOKEN_MIGRATION = `
  CREATE TABLE metrics_token (
    name TEXT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    used_at INTEGER
  ) STRICT, WITHOUT ROWID;
`

const COLUMNS: Columns<MetricsToken> = { name: 'text', hash: 'text', createdAt: 'integer', usedAt: 'integer' }

export class TokenTable {
  readonly #database: Database
  readonly #late: LateWrites
  readonly #all: Query<[], MetricsToken>
  readonly #insert: (token: MetricsToken) => void
  readonly #remove: Statement<[string]>
  readonly #use: Statement<[number, string]>

  constructor(database: Database, late: LateWrites) {
    const { sqlite } = database
    const table = new Table(sqlite, 'metrics_token', COLUMNS)
    this.#database = database
    this.#late = late
    this.#all = table.query('ORDER BY created_at, name')
    this.#insert = table.inserter('INSERT')
    this.#remove = sqlite.prepare('DELETE FROM metrics_token WHERE name = ?')
    this.#use = sqlite.prepare('UPDATE metrics_token SET used_at = ? WHERE name = ?')
  }

  /** Oldest first. */
  list(): MetricsToken[] {
    return this.#all.all()
  }

  /** On the disk when it returns: somebody relies on it from then on. @throws {AppError} `DISK_FULL` */
  add(token: MetricsToken): void {
    this.#database.durably(() => this.#insert(token))
  }

  /** On the disk when it returns: what was revoked stays so. @throws {AppError} `DISK_FULL` */
  remove(name: string): void {
    this.#database.durably(() => this.#remove.run(name))
  }

  noteUse(name: string, at: number): void {
    this.#late.make({ write: () => this.#use.run(Math.round(at), name) })
  }
}
