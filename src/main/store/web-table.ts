/**
 * Who is signed in at the web address, and at which port that was last. Of a session's secret only the SHA-256 stands here: whoever
 * reads the database cannot sign in with it.
 */
import type { Statement } from 'better-sqlite3'
import type { WebRole } from '../../shared/contract.ts'
import type { Database } from './database.ts'
import type { LateWrite, LateWrites } from './late-writes.ts'
import { type Columns, type Query, Table } from './table.ts'

/** `role`: who may call what with it; of those before there were roles, the owner. */
export type WebSession = { hash: string; role: WebRole; createdAt: number; usedAt: number }
/** `configured` is the port that was asked for, `port` the one it came to. */
export type WebPort = { configured: number; port: number }

const COLUMNS: Columns<WebSession> = { hash: 'text', role: 'text', createdAt: 'integer', usedAt: 'integer' }
const PORT_KEY = 'web_port'

export class WebTable {
  readonly #database: Database
  readonly #late: LateWrites
  readonly #all: Query<[], WebSession>
  readonly #clear: Statement<[]>
  /** What shall stand here; one write of all of it, so that one that waits for room never brings back who was shut out since. */
  #wanted: readonly WebSession[] = []
  readonly #write: LateWrite

  constructor(database: Database, late: LateWrites) {
    const { sqlite } = database
    const table = new Table(sqlite, 'web_session', COLUMNS)
    const put = table.inserter('INSERT')
    this.#database = database
    this.#late = late
    this.#all = table.query('ORDER BY used_at, hash')
    this.#clear = sqlite.prepare('DELETE FROM web_session')
    this.#write = {
      write: () => {
        this.#clear.run()
        for (const session of this.#wanted) put(session)
      },
    }
  }

  /** The one that was not used for longest first. */
  list(): WebSession[] {
    return this.#all.all()
  }

  /** These and no others. */
  save(sessions: readonly WebSession[]): void {
    this.#wanted = sessions
    this.#late.make(this.#write)
  }

  /** On the disk when it returns: who was shut out stays so. @throws {AppError} `DISK_FULL` */
  clear(): void {
    this.#wanted = []
    this.#database.durably(() => this.#clear.run())
  }

  port(): WebPort | null {
    const sql = 'SELECT value FROM setting WHERE key = ?'
    const row = this.#database.sqlite.prepare<[string], { value: string }>(sql).get(PORT_KEY)
    const [configured = 0, port = 0] = row?.value.split(':').map(Number) ?? []
    return row ? { configured, port } : null
  }

  setPort({ configured, port }: WebPort): void {
    const statement = this.#database.sqlite.prepare('INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)')
    this.#late.make({ write: () => statement.run(PORT_KEY, `${configured}:${port}`) })
  }
}
