/**
 * Who is signed in at the web address, and at which port that was last. Of a session's secret only the SHA-256 stands here: whoever
 * reads the database cannot sign in with it.
 */
import type { Statement } from 'better-sqlite3'
import type { Database } from './database.ts'
import { type Columns, type Query, Table } from './table.ts'

export type WebSession = { hash: string; createdAt: number; usedAt: number }
/** `configured` is the port that was asked for, `port` the one it came to. */
export type WebPort = { configured: number; port: number }

const COLUMNS: Columns<WebSession> = { hash: 'text', createdAt: 'integer', usedAt: 'integer' }
const PORT_KEY = 'web_port'

export class WebTable {
  readonly #database: Database
  readonly #put: (session: WebSession) => void
  readonly #all: Query<[], WebSession>
  readonly #remove: Statement<[string]>
  readonly #clear: Statement<[]>

  constructor(database: Database) {
    const { sqlite } = database
    const table = new Table(sqlite, 'web_session', COLUMNS)
    this.#database = database
    this.#put = table.inserter('INSERT OR REPLACE')
    this.#all = table.query('ORDER BY used_at')
    this.#remove = sqlite.prepare('DELETE FROM web_session WHERE hash = ?')
    this.#clear = sqlite.prepare('DELETE FROM web_session')
  }

  put(session: WebSession): void {
    this.#database.write(() => this.#put(session))
  }

  /** The one that was not used for longest first. */
  list(): WebSession[] {
    return this.#all.all()
  }

  remove(hash: string): void {
    this.#database.write(() => this.#remove.run(hash))
  }

  /** On the disk when it returns: who was shut out stays so. */
  clear(): void {
    this.#database.durably(() => this.#clear.run())
  }

  port(): WebPort | null {
    const sql = 'SELECT value FROM setting WHERE key = ?'
    const row = this.#database.sqlite.prepare<[string], { value: string }>(sql).get(PORT_KEY)
    const [configured = 0, port = 0] = row?.value.split(':').map(Number) ?? []
    return row ? { configured, port } : null
  }

  setPort({ configured, port }: WebPort): void {
    const sql = 'INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)'
    this.#database.write(() => this.#database.sqlite.prepare(sql).run(PORT_KEY, `${configured}:${port}`))
  }
}
