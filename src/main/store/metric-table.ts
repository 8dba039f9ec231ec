/**
 * The load of hosts over time: a row each ten seconds, rolled up to minutes, quarters of an hour and four hours, each kept as long as
 * metric-levels.ts says; and what ran on hosts that stood at their limit.
 *
 * Rows are known by machine and time: what a clock that was set back lives through once more is replaced. A machine is a name and where
 * it led, so that another one of the same name later gets rows of its own.
 */
import type { Database } from './database.ts'
import { type Grid, LEVELS } from './metric-levels.ts'
import { COLUMNS, MEASURES, type Measure, type MetricRow, merged } from './metric-measures.ts'
import { MetricRollUp } from './metric-roll-up.ts'
import { Statements } from './statements.ts'

export type MetricHost = { readonly id: number; readonly name: string; readonly connection: string }
export type MetricColumns = { readonly [M in Measure]: (number | null)[] }
/** `processes` is whatever was given. */
export type MetricSpike = { name: string; at: number; reached: string; processes: unknown }

/** About how many rows are removed at once. */
const SLICE_ROWS = 2_000
const SPIKES_KEPT_MS = 30 * 24 * 3_600_000
const INSERT = `INSERT OR REPLACE INTO metric_raw (host_id, at, ${COLUMNS}) VALUES (?, ?${', ?'.repeat(MEASURES.length)})`

export class MetricTable {
  readonly #database: Database
  readonly #statements: Statements
  readonly #rollUp: MetricRollUp
  readonly #hosts = new Map<string, MetricHost>()

  constructor(database: Database) {
    this.#database = database
    this.#statements = new Statements(database.sqlite)
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
    const numbered = rows.map(row => ({ ...row, id: this.#host(row).id }))
    this.#database.write(() => {
      for (const { id, at, values } of numbered)
        this.#statements.run(INSERT, id, at, ...MEASURES.map(({ field }) => values[field]))
      this.#rollUp.touched(Math.min(...rows.map(({ at }) => at)))
    })
  }

  /** Rolls up what is complete by `now`, a slice of it. True when there is more to do. @throws {AppError} `DISK_FULL` */
  rollUp(now: number): boolean {
    return this.#rollUp.advance(now, this.#ids())
  }

  /** Forgets what was kept as long as it is to be, a slice of it. True when there may be more. @throws {AppError} `DISK_FULL` */
  prune(now: number): boolean {
    let left = SLICE_ROWS
    this.#database.write(() => {
      for (const { table, keptMs } of LEVELS) {
        const sql = `DELETE FROM ${table} WHERE host_id = ? AND at IN (SELECT at FROM ${table} WHERE host_id = ? AND at < ? LIMIT ?)`
        for (const id of left > 0 ? this.#ids() : []) left -= this.#statements.run(sql, id, id, now - keptMs, Math.max(0, left))
      }
      this.#statements.run('DELETE FROM metric_spike WHERE at < ?', now - SPIKES_KEPT_MS)
    })
    return left <= 0
  }

  /** What is known of a machine on this grid, null in its gaps; null if there is nothing at all. */
  columns(hostId: number, { level, firstAt, stepMs, count }: Grid): MetricColumns | null {
    const bounds: Record<string, number> = {}
    const parts: string[] = []
    let from = firstAt
    // Of the coarser levels what is rolled up, of the finer ones the rest.
    for (const part of LEVELS.slice(0, LEVELS.indexOf(level) + 1).reverse()) {
      const to = Math.max(from, Math.min(firstAt + count * stepMs, this.#rollUp.untilAt(part)))
      bounds[`${part.name}_from`] = from
      bounds[`${part.name}_to`] = to
      from = to
      parts.push(`SELECT at, ${COLUMNS}, ${part.stepMs} AS weight FROM ${part.table}
        WHERE host_id = @hostId AND at >= @${part.name}_from AND at < @${part.name}_to`)
    }
    // Numbers are bound as real ones, by which a division would not be whole.
    const sql = `SELECT (at - CAST(@firstAt AS INTEGER)) / CAST(@stepMs AS INTEGER), ${merged('weight')} FROM (${parts.join(' UNION ALL ')}) GROUP BY 1`
    const rows = this.#statements.lists<[number, ...(number | null)[]]>(sql, { hostId, firstAt, stepMs, ...bounds })
    return rows.length === 0 ? null : columnsOf(rows, count)
  }

  /** @throws {AppError} `DISK_FULL` */
  addSpike(spike: MetricSpike & { connection: string }): void {
    const sql = 'INSERT OR REPLACE INTO metric_spike (host_id, at, reached, processes) VALUES (?, ?, ?, ?)'
    const { at, reached, processes } = spike
    const { id } = this.#host(spike)
    this.#database.write(() => this.#statements.run(sql, id, Math.round(at), reached, JSON.stringify(processes)))
  }

  /** Newest first. */
  spikes({ from, to }: { from: number; to: number }, limit: number): MetricSpike[] {
    const sql = `SELECT name, at, reached, processes FROM metric_spike JOIN metric_host ON metric_host.id = host_id
      WHERE at >= ? AND at < ? ORDER BY at DESC LIMIT ?`
    const rows = this.#statements.all<MetricSpike & { processes: string }>(sql, from, to, limit)
    return rows.map(row => ({ ...row, processes: JSON.parse(row.processes) as unknown }))
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

function columnsOf(rows: readonly (readonly [number, ...(number | null)[]])[], count: number): MetricColumns {
  const columns = MEASURES.map(() => new Array<number | null>(count).fill(null))
  for (const [index, ...values] of rows) {
    for (const [which, value] of values.entries()) {
      const column = columns[which]
      if (column) column[index] = value
    }
  }
  const named: Partial<Record<Measure, (number | null)[]>> = {}
  for (const [which, { field }] of MEASURES.entries()) named[field] = columns[which] ?? []
  return named as MetricColumns
}

function keyOf({ name, connection }: Pick<MetricHost, 'name' | 'connection'>): string {
  return `${name} ${connection}`
}
