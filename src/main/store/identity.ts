/** Who this computer is to the hosts: several computers of one person share a host, and each touches its own things only. */
import { randomUUID } from 'node:crypto'
import type { Database } from './database.ts'

const KEY = 'computer_id'

/** Made once, then always the same. `newId` is for tests. */
export function computerId(database: Database, newId: () => string = randomUUID): string {
  const { sqlite } = database
  const known = sqlite.prepare<[string], { value: string }>('SELECT value FROM setting WHERE key = ?').get(KEY)
  if (known) return known.value
  const id = newId()
  database.durably(() => sqlite.prepare('INSERT INTO setting (key, value) VALUES (?, ?)').run(KEY, id))
  return id
}
