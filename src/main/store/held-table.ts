/** News that a person was not to hear yet, kept for the core that may tell it. One text: whose it is knows what stands in it. */
import type { Database } from './database.ts'
import type { LateWrites } from './late-writes.ts'

const KEY = 'held_news'

export class HeldTable {
  readonly #database: Database
  readonly #late: LateWrites

  constructor(database: Database, late: LateWrites) {
    this.#database = database
    this.#late = late
  }

  /** Null: nothing was ever held. */
  read(): string | null {
    const sql = 'SELECT value FROM setting WHERE key = ?'
    return this.#database.sqlite.prepare<[string], { value: string }>(sql).get(KEY)?.value ?? null
  }

  write(text: string): void {
    const statement = this.#database.sqlite.prepare('INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)')
    this.#late.make({ write: () => void statement.run(KEY, text) })
  }
}
