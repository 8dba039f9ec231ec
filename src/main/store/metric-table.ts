/**
 * The load of hosts over time: a row each ten seconds, rolled up to minutes, quarters of an hour and four hours, each kept as long as
 * metric-levels.ts says; and what ran on hosts that stood at their limit.
 *
 * Rows are known by machine and time: what a clock that was set back lives through once more is replaced. A machine is a name and where
 * it led, so that another one of the same name later gets rows of its own.
 */
import type { Statement } from 'better-sqlite3'
import type { Database } from './database.ts'
import { floorTo, type Grid, LEVELS, type Level, RAW } from './metric-levels.ts'
import { COLUMNS, MEASURES, type MetricRow } from './metric-measures.ts'
import { MetricRollUp } from './metric-roll-up.ts'
import { type MetricColumns, readSeries } from './metric-series.ts'
import { Statements } from './statements.ts'

export type MetricHost = { readonly id: number; readonly name: string; readonly connection: string }
/** `processes` is whatever was given. */
export type MetricSpike = { name: string; at: number; reached: string; processes: unknown }

/** About how many rows are removed at once. */
const SLICE_ROWS = 2_000
/** What is forgotten too late by so much does no harm. */
const PRUNED_EVERY_MS = 15 * 60_000
const SPIKES_KEPT_MS = 30 * 24 * 3_600_000
/** Of each machine: one that swings about its limit for a month would fill a hundred times the room of its load. */
const SPIKES_KEPT = 1_000
/** It is what the store does most often. */
const FIELDS = MEASURES.map(({ field }) => field)
const INSERT = `INSERT OR REPLACE INTO metric_raw (host_id, at, ${COLUMNS}) VALUES (?, ?${', ?'.repeat(MEASURES.length)})`

export class MetricTable {
  readonly #database: Database
  readonly #statements: Statements
  readonly #insert: Statement
  readonly #rollUp: MetricRollUp
  /** Before when each level has nothing any more. */
  readonly #prunedTo = new Map<string, number>()
  readonly #hosts = new Map<string, MetricHost>()

  constructor(database: Database) {
    this.#database = database
    this.#statements = new Statements(database.sqlite)
    this.#insert = database.sqlite.prepare(INSERT)
    this.#rollUp = new MetricRollUp(database, this.#statements)
    const hosts = this.#statements.all<MetricHost>('SELECT id, name, connection FROM metric_host ORDER BY name, id')
    for (const host of hosts) this.#hosts.set(keyOf(host), host)
  }

  /** Every machine of which anything was kept. */
  hosts(): MetricHost[] {
    return [...this.#hosts.values()]
  }

  /** All of them or none. @throws {AppError} `DISK_FULL` */
  append(rows: readonly MetricRow[]): void {
    if (rows.length === 0) return
    const ids = rows.map(row => this.#host(row).id)
    this.#database.write(() => {
      for (const [index, { at, values }] of rows.entries()) {
        this.#insert.run([ids[index], at, ...FIELDS.map(field => values[field])])
      }
      this.#rollUp.touched(Math.min(...rows.map(({ at }) => at)))
    })
  }

  /** Rolls up what is complete by `now`, a slice of it. True when there is more to do. @throws {AppError} `DISK_FULL` */
  rollUp(now: number): boolean {
    return this.#rollUp.advance(now, this.#ids())
  }

  /** Forgets what was kept as long as it is to be, a slice of it. True when there may be more. @throws {AppError} `DISK_FULL` */
  prune(now: number): boolean {
    return this.#database.write(() => {
      this.#statements.run('DELETE FROM metric_spike WHERE at < ?', now - SPIKES_KEPT_MS)
      return LEVELS.reduce((left, level) => left - this.#pruneLevel(level, now, left), SLICE_ROWS) <= 0
    })
  }

  /** What is known of these machines on this grid, by their numbers. Whoever reads may do other things between two slices. */
  series(hostIds: readonly number[], grid: Grid): Generator<void, Map<number, MetricColumns>> {
    return readSeries({ statements: this.#statements, rollUp: this.#rollUp }, hostIds, grid)
  }

  /** @throws {AppError} `DISK_FULL` */
  addSpike(spike: MetricSpike & { connection: string }): void {
    const sql = 'INSERT OR REPLACE INTO metric_spike (host_id, at, reached, processes) VALUES (?, ?, ?, ?)'
    const { at, reached, processes } = spike
    const { id } = this.#host(spike)
    const tooMany = `DELETE FROM metric_spike WHERE host_id = ? AND at <=
      (SELECT at FROM metric_spike WHERE host_id = ? ORDER BY at DESC LIMIT 1 OFFSET ${SPIKES_KEPT})`
    this.#database.write(() => {
      this.#statements.run(sql, id, Math.round(at), reached, JSON.stringify(processes))
      this.#statements.run(tooMany, id, id)
    })
  }

  /** Newest first. */
  spikes({ from, to }: { from: number; to: number }, limit: number): MetricSpike[] {
    const sql = `SELECT name, at, reached, processes FROM metric_spike JOIN metric_host ON metric_host.id = host_id
      WHERE at >= ? AND at < ? ORDER BY at DESC LIMIT ?`
    const rows = this.#statements.all<MetricSpike & { processes: string }>(sql, from, to, limit)
    return rows.map(row => ({ ...row, processes: JSON.parse(row.processes) as unknown }))
  }

  /** How many rows went. */
  #pruneLevel({ table, stepMs, keptMs }: Level, now: number, most: number): number {
    const before = floorTo(now - keptMs, Math.max(stepMs, PRUNED_EVERY_MS))
    if (most <= 0 || this.#prunedTo.get(table) === before) return 0
    const gone = table === RAW.table ? this.#pruneRaw(before, most) : this.#pruneByHost(table, before, most)
    // Until the next row is old enough there is nothing to look for.
    if (gone < most) this.#prunedTo.set(table, before)
    return gone
  }

  /** Rows of one time stand together, and go together: some more than `most` may. */
  #pruneRaw(before: number, most: number): number {
    const nth = `SELECT at FROM ${RAW.table} WHERE at < ? ORDER BY at LIMIT 1 OFFSET ?`
    const last = this.#statements.get<{ at: number }>(nth, before, most - 1)
    return this.#statements.run(`DELETE FROM ${RAW.table} WHERE at < ? AND at <= ?`, before, last?.at ?? before)
  }

  #pruneByHost(table: string, before: number, most: number): number {
    let left = most
    for (const id of this.#ids()) {
      if (left <= 0) return most
      const oldest = `SELECT at FROM ${table} WHERE host_id = ? AND at < ? LIMIT ?`
      left -= this.#statements.run(`DELETE FROM ${table} WHERE host_id = ? AND at IN (${oldest})`, id, id, before, left)
    }
    return most - left
  }

  #ids(): number[] {
    return [...this.#hosts.values()].map(({ id }) => id)
  }

  #host({ name, connection }: Pick<MetricHost, 'name' | 'connection'>): MetricHost {
    const key = keyOf({ name, connection })
    const known = this.#hosts.get(key)
    if (known) return known
    // Before the rows that it is wanted for: should they find no room, it stays.
    const sql = 'INSERT INTO metric_host (name, connection) VALUES (?, ?) RETURNING id'
    const row = this.#database.write(() => this.#statements.get<{ id: number }>(sql, name, connection))
    if (!row) throw new TypeError(`${name} got no number in metric_host`)
    const host = { id: row.id, name, connection }
    this.#hosts.set(key, host)
    return host
  }
}

function keyOf({ name, connection }: Pick<MetricHost, 'name' | 'connection'>): string {
  return `${name} ${connection}`
}
