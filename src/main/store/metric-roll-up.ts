/**
 * Makes each level of the hosts' load of the one below it, and knows how far that is done. A roll-up replaces what is there, so it may be
 * done twice, or gone on with by the next core. For MetricTable.
 */
import type { Database } from './database.ts'
import { floorTo, LEVELS, type Level, RAW } from './metric-levels.ts'
import { COLUMNS, merged } from './metric-measures.ts'
import type { Statements } from './statements.ts'

/** About how many rows a slice reads: some milliseconds. */
const SLICE_ROWS = 2_000

type Step = { readonly level: Level; readonly below: Level }
const STEPS: readonly Step[] = LEVELS.flatMap((level, index) => {
  const below = LEVELS[index - 1]
  return below ? [{ level, below }] : []
})

export class MetricRollUp {
  readonly #database: Database
  readonly #statements: Statements
  readonly #untilAt: Map<string, number>

  constructor(database: Database, statements: Statements) {
    this.#database = database
    this.#statements = statements
    const rows = statements.all<{ level: string; untilAt: number }>('SELECT level, until_at AS untilAt FROM metric_rolled_up')
    this.#untilAt = new Map(rows.map(({ level, untilAt }) => [level, untilAt]))
  }

  /** Up to when a level has all that there is. The finest one has it always. */
  untilAt(level: Level): number {
    if (level === RAW) return Number.POSITIVE_INFINITY
    return this.#untilAt.get(level.name) ?? 0
  }

  /** Rolls up what is complete by `now`, a slice of it. True when there is more to do. @throws {AppError} `DISK_FULL` */
  advance(now: number, hostIds: readonly number[]): boolean {
    // The finer levels first, each to its end: the next one is made of it.
    for (const step of STEPS) {
      const to = floorTo(now, step.level.stepMs)
      if (this.untilAt(step.level) >= to) continue
      this.#slice(step, to, hostIds)
      return true
    }
    return false
  }

  /** Rows came that begin at `at`: where that is rolled up it has to be done again. */
  touched(at: number): void {
    for (const { level } of STEPS) if (at < this.untilAt(level)) this.#note(level, floorTo(at, level.stepMs))
  }

  #slice({ level, below }: Step, to: number, hostIds: readonly number[]): void {
    const first = this.#firstAt(below, this.untilAt(level), hostIds)
    // Nothing was measured before it: as when this computer was off for a month.
    const from = first === null ? to : Math.min(to, floorTo(first, level.stepMs))
    const rowsAStep = (level.stepMs / below.stepMs) * Math.max(1, hostIds.length)
    const end = Math.min(to, from + Math.max(1, Math.floor(SLICE_ROWS / rowsAStep)) * level.stepMs)
    this.#database.write(() => {
      if (from < end) this.#merge({ level, below }, { from, end }, hostIds)
      this.#store(level, end)
    })
    this.#untilAt.set(level.name, end)
  }

  #merge({ level, below }: Step, { from, end }: { from: number; end: number }, hostIds: readonly number[]): void {
    const sql = (where: string) => `INSERT OR REPLACE INTO ${level.table} (host_id, at, ${COLUMNS})
      SELECT host_id, at / ${level.stepMs} * ${level.stepMs}, ${merged()}
      FROM ${below.table} WHERE ${where} at >= ? AND at < ? GROUP BY 1, 2`
    if (below === RAW) this.#statements.run(sql(''), from, end)
    else for (const id of hostIds) this.#statements.run(sql('host_id = ? AND'), id, from, end)
  }

  #firstAt({ table }: Level, from: number, hostIds: readonly number[]): number | null {
    const sql = (where: string) => `SELECT MIN(at) AS at FROM ${table} WHERE ${where} at >= ?`
    if (table === RAW.table) return this.#statements.get<{ at: number | null }>(sql(''), from)?.at ?? null
    const found = hostIds.flatMap(id => this.#statements.get<{ at: number | null }>(sql('host_id = ? AND'), id, from)?.at ?? [])
    return found.length === 0 ? null : Math.min(...found)
  }

  #note(level: Level, untilAt: number): void {
    this.#database.write(() => this.#store(level, untilAt))
    this.#untilAt.set(level.name, untilAt)
  }

  #store(level: Level, untilAt: number): void {
    this.#statements.run('INSERT OR REPLACE INTO metric_rolled_up (level, until_at) VALUES (?, ?)', level.name, untilAt)
  }
}
