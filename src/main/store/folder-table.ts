/** Which of our folders has a pristine copy on which host, and what was in it when it was last synced. A hint: the host's disk decides. */
import type { Statement } from 'better-sqlite3'
import type { Database } from './database.ts'
import type { LateWrites } from './late-writes.ts'
import { type Columns, type Query, Table } from './table.ts'

export type FolderCopy = {
  host: string
  /** Name of the copy on the host. */
  folderKey: string
  /** The folder on this computer. */
  folder: string
  /** Of the list of all that was in it. */
  manifestHash: string
  bytes: number
  files: number
  syncedAt: number
}

const COLUMNS: Columns<FolderCopy> = {
  host: 'text',
  folderKey: 'text',
  folder: 'text',
  manifestHash: 'text',
  bytes: 'integer',
  files: 'integer',
  syncedAt: 'integer',
}

export class FolderTable {
  readonly #database: Database
  readonly #late: LateWrites
  readonly #put: (copy: FolderCopy) => void
  readonly #byKey: Query<[string], FolderCopy>
  readonly #byHost: Query<[string], FolderCopy>
  readonly #remove: Statement<[string, string]>
  readonly #removeHost: Statement<[string]>

  constructor(database: Database, late: LateWrites) {
    const { sqlite } = database
    const table = new Table(sqlite, 'folder_copy', COLUMNS)
    this.#database = database
    this.#late = late
    this.#put = table.inserter('INSERT OR REPLACE')
    this.#byKey = table.query('WHERE folder_key = ?')
    this.#byHost = table.query('WHERE host = ? ORDER BY folder_key')
    this.#remove = sqlite.prepare('DELETE FROM folder_copy WHERE host = ? AND folder_key = ?')
    this.#removeHost = sqlite.prepare('DELETE FROM folder_copy WHERE host = ?')
  }

  put(copy: FolderCopy): void {
    this.#late.make({ write: () => this.#put(copy) })
  }

  get(host: string, folderKey: string): FolderCopy | undefined {
    return this.copiesOf(folderKey).get(host)
  }

  /** By host. */
  copiesOf(folderKey: string): Map<string, FolderCopy> {
    return new Map(this.#byKey.all(folderKey).map(copy => [copy.host, copy]))
  }

  listByHost(host: string): FolderCopy[] {
    return this.#byHost.all(host)
  }

  remove(host: string, folderKey: string): void {
    this.#database.write(() => this.#remove.run(host, folderKey))
  }

  removeHost(host: string): void {
    this.#database.write(() => this.#removeHost.run(host))
  }
}
