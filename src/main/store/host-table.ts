/** What is remembered of a host that is not the user's to configure: how it was last reached, and how far we have read its events. */
import type { Statement } from 'better-sqlite3'
import type { TransportKind } from '../../shared/domain.ts'
import type { Database } from './database.ts'
import type { LateWrites } from './late-writes.ts'
import { type Columns, type Query, Table } from './table.ts'

export type HostRow = {
  name: string
  transport: TransportKind | null
  /** Why OpenSSH is used in place of ssh2. */
  transportReason: string | null
  /** A moving average over transfers worth measuring; null before the first. */
  linkBytesPerSecond: number | null
  /** Which events file of the host `eventOffset` counts in. */
  eventGeneration: string | null
  eventOffset: number | null
  lastSeenAt: number | null
  importedFrom: string | null
}
export type HostPatch = Partial<Omit<HostRow, 'name'>>

const COLUMNS: Columns<HostRow> = {
  name: 'text',
  transport: 'text',
  transportReason: 'text',
  linkBytesPerSecond: 'real',
  eventGeneration: 'text',
  eventOffset: 'integer',
  lastSeenAt: 'integer',
  importedFrom: 'text',
}
const UNKNOWN: Omit<HostRow, 'name'> = {
  transport: null,
  transportReason: null,
  linkBytesPerSecond: null,
  eventGeneration: null,
  eventOffset: null,
  lastSeenAt: null,
  importedFrom: null,
}
/** Below either, a transfer says more about latency than about the link. */
const MIN_MEASURED_BYTES = 256 * 1024
const MIN_MEASURED_MS = 20
/** How much the newest transfer counts. */
const NEWEST_SHARE = 0.3

export class HostTable {
  readonly #database: Database
  readonly #late: LateWrites
  /** As they are there, or will be when a full disk has room: they are asked for of every host at every placement. */
  readonly #known = new Map<string, HostRow>()
  readonly #put: (row: HostRow) => void
  readonly #byName: Query<[string], HostRow>
  readonly #all: Query<[], HostRow>
  readonly #remove: Statement<[string]>

  constructor(database: Database, late: LateWrites) {
    const table = new Table(database.sqlite, 'host', COLUMNS)
    this.#database = database
    this.#late = late
    this.#put = table.inserter('INSERT OR REPLACE')
    this.#byName = table.query('WHERE name = ?')
    this.#all = table.query('ORDER BY name')
    this.#remove = database.sqlite.prepare('DELETE FROM host WHERE name = ?')
  }

  /** All null for a host of which nothing is known yet. */
  get(name: string): HostRow {
    const known = this.#known.get(name)
    if (known) return known
    const row = this.#byName.get(name) ?? { name, ...UNKNOWN }
    this.#known.set(name, row)
    return row
  }

  list(): HostRow[] {
    return this.#all.all()
  }

  update(name: string, patch: HostPatch): void {
    const row = { ...this.get(name), ...patch, name }
    this.#late.make({ write: () => this.#put(row) })
    this.#known.set(name, row)
  }

  /** Takes a transfer into the link's speed. One too small to say anything about it changes nothing. */
  noteTransfer(name: string, transfer: { bytes: number; tookMs: number }): void {
    const { bytes, tookMs } = transfer
    if (bytes < MIN_MEASURED_BYTES || tookMs < MIN_MEASURED_MS) return
    const newest = (bytes * 1000) / tookMs
    const before = this.get(name).linkBytesPerSecond ?? newest
    this.update(name, { linkBytesPerSecond: before + NEWEST_SHARE * (newest - before) })
  }

  /** The host has left the config, or its name now stands for another machine. */
  remove(name: string): void {
    this.#database.write(() => this.#remove.run(name))
    this.#known.delete(name)
  }
}
