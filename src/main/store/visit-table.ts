/** Files of this computer that apps on hosts have open: known again by the next core, which brings back what they make of them. */
import type { Statement } from 'better-sqlite3'
import type { Database } from './database.ts'
import { type Columns, type Query, Table } from './table.ts'

/** `hash`: of what both sides last had alike. `jobId`: of the app, perhaps before there is such a job; null of an older Drover, for none. */
export type FileVisit = { id: string; host: string; jobId: string | null; path: string; hash: string }

const COLUMNS: Columns<FileVisit> = { id: 'text', host: 'text', jobId: 'text', path: 'text', hash: 'text' }

export class VisitTable {
  readonly #database: Database
  readonly #put: (visit: FileVisit) => void
  readonly #all: Query<[], FileVisit>
  readonly #remove: Statement<[string]>

  constructor(database: Database) {
    const table = new Table(database.sqlite, 'file_visit', COLUMNS)
    this.#database = database
    this.#put = table.inserter('INSERT OR REPLACE')
    this.#all = table.query('ORDER BY id')
    this.#remove = database.sqlite.prepare('DELETE FROM file_visit WHERE id = ?')
  }

  list(): FileVisit[] {
    return this.#all.all()
  }

  /** @throws {AppError} `DISK_FULL` */
  put(visit: FileVisit): void {
    this.#database.write(() => this.#put(visit))
  }

  remove(id: string): void {
    this.#database.write(() => this.#remove.run(id))
  }
}
