/** The record of what was taken over from other tools' files: each is imported once, and this says when. */
import type { Database } from './database.ts'
import { type Columns, type Query, Table } from './table.ts'

export type ImportRecord = {
  /** `ssh-config`, `beowulf` or `p`. */
  source: string
  path: string
  importedAt: number
  /** The hosts that were added. */
  names: readonly string[]
}

const COLUMNS: Columns<ImportRecord> = { source: 'text', path: 'text', importedAt: 'integer', names: 'json' }

export class ImportTable {
  readonly #database: Database
  readonly #insert: (record: ImportRecord) => void
  readonly #all: Query<[], ImportRecord>

  constructor(database: Database) {
    const table = new Table(database.sqlite, 'import', COLUMNS)
    this.#database = database
    this.#insert = table.inserter('INSERT')
    this.#all = table.query('ORDER BY imported_at DESC, rowid DESC')
  }

  append(record: ImportRecord): void {
    this.#database.durably(() => this.#insert(record))
  }

  /** Newest first. */
  list(): ImportRecord[] {
    return this.#all.all()
  }

  /** When this file was last imported from; null if never. */
  lastImportedAt(source: string, path: string): number | null {
    return this.list().find(record => record.source === source && record.path === path)?.importedAt ?? null
  }
}
