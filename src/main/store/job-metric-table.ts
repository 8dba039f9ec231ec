/** CPU and memory of jobs' process trees, every ten seconds while they run. Owns these rows; a job's go when it is removed, or with age. */
import type { Database } from './database.ts'
import { floorTo } from './metric-levels.ts'
import { Statements } from './statements.ts'

/** `cpuPermille` is of one core; null where there was no reading before it. */
export type JobMetric = { jobId: string; at: number; cpuPermille: number | null; memoryKib: number }
/** Within each step of `stepMs` from `firstAt` on. */
export type JobMetricPoint = {
  index: number
  cpuPermille: number | null
  cpuMaxPermille: number | null
  memoryKib: number
  memoryMaxKib: number
}

const KEPT_MS = 30 * 24 * 3_600_000
/** About how many rows are removed at once, and how many jobs are looked at. */
const SLICE_ROWS = 2_000
const SLICE_JOBS = 100
/** So long a time is read at once: some thousand rows. */
const SLICE_POINTS_MS = 24 * 3_600_000
/** What goes too late by so much does no harm, and to look through all jobs for it takes a while. */
const PRUNED_EVERY_MS = 15 * 60_000

export class JobMetricTable {
  readonly #database: Database
  readonly #statements: Statements
  readonly #ids = new Map<string, number>()
  #prunedTo = 0
  /** The quarter of an hour in which the last round came to its end. */
  #prunedIn = Number.NaN

  constructor(database: Database) {
    this.#database = database
    this.#statements = new Statements(database.sqlite)
  }

  /** All of them or none. @throws {AppError} `DISK_FULL` */
  append(rows: readonly JobMetric[]): void {
    if (rows.length === 0) return
    const sql = 'INSERT OR REPLACE INTO job_metric (metric_job_id, at, cpu_permille, memory_kib) VALUES (?, ?, ?, ?)'
    const numbered = rows.map(row => ({ ...row, id: this.#id(row.jobId) }))
    this.#database.write(() => {
      for (const { id, at, cpuPermille, memoryKib } of numbered) this.#statements.run(sql, id, at, cpuPermille, memoryKib)
    })
  }

  /** From when to when a job was measured; null if it never was. */
  span(jobId: string): { from: number; to: number } | null {
    // The lowest and the highest each for itself are looked up; both in one query, all rows would be read.
    const end = (which: 'MIN' | 'MAX') => `(SELECT ${which}(at) FROM job_metric WHERE metric_job_id = metric_job.id)`
    const sql = `SELECT ${end('MIN')} AS "from", ${end('MAX')} AS "to" FROM metric_job WHERE job_id = ?`
    const row = this.#statements.get<{ from: number | null; to: number | null }>(sql, jobId)
    return row?.from == null || row.to === null ? null : { from: row.from, to: row.to }
  }

  /** Of the first `count` steps. In slices, for one that ran for a month has many rows: others may have their turn between two. */
  *points(jobId: string, grid: { firstAt: number; stepMs: number; count: number }): Generator<void, JobMetricPoint[]> {
    const sql = `SELECT (at - CAST(? AS INTEGER)) / CAST(? AS INTEGER) AS "index",
        CAST(ROUND(AVG(cpu_permille)) AS INTEGER) AS cpuPermille, MAX(cpu_permille) AS cpuMaxPermille,
        CAST(ROUND(AVG(memory_kib)) AS INTEGER) AS memoryKib, MAX(memory_kib) AS memoryMaxKib
      FROM job_metric WHERE metric_job_id = (SELECT id FROM metric_job WHERE job_id = ?) AND at >= ? AND at < ?
      GROUP BY 1 ORDER BY 1`
    const { firstAt, stepMs, count } = grid
    const endAt = firstAt + count * stepMs
    const sliceMs = Math.max(1, Math.floor(SLICE_POINTS_MS / stepMs)) * stepMs
    const found: JobMetricPoint[] = []
    for (let from = firstAt; from < endAt; from += sliceMs) {
      const to = Math.min(endAt, from + sliceMs)
      found.push(...this.#statements.all<JobMetricPoint>(sql, firstAt, stepMs, jobId, from, to))
      yield
    }
    return found
  }

  /** Forgets what is old, and of jobs that were removed; a slice of it, going round. True when there may be more. */
  prune(now: number): boolean {
    const quarter = floorTo(now, PRUNED_EVERY_MS)
    if (quarter === this.#prunedIn) return false
    const sql = `SELECT id, job_id AS jobId, EXISTS (SELECT 1 FROM job WHERE job.id = metric_job.job_id) AS isThere
      FROM metric_job WHERE id > ? ORDER BY id LIMIT ${SLICE_JOBS}`
    const jobs = this.#statements.all<{ id: number; jobId: string; isThere: 0 | 1 }>(sql, this.#prunedTo)
    this.#prunedTo = jobs.length < SLICE_JOBS ? 0 : (jobs.at(-1)?.id ?? 0)
    let left = SLICE_ROWS
    this.#database.write(() => {
      for (const { id, jobId, isThere } of jobs) {
        left -= this.#removeBefore(id, isThere ? now - KEPT_MS : Number.MAX_SAFE_INTEGER, left)
        if (left <= 0) return
        if (!isThere) this.#forget(id, jobId)
      }
    })
    if (left <= 0) this.#prunedTo = 0
    const isMore = left <= 0 || this.#prunedTo > 0
    if (!isMore) this.#endRound(quarter)
    return isMore
  }

  #endRound(quarter: number): void {
    this.#prunedIn = quarter
    // Most of them have ended; what still runs is found again.
    this.#ids.clear()
  }

  #removeBefore(id: number, at: number, most: number): number {
    const sql = `DELETE FROM job_metric WHERE metric_job_id = ? AND at IN (
      SELECT at FROM job_metric WHERE metric_job_id = ? AND at < ? LIMIT ?)`
    return this.#statements.run(sql, id, id, at, most)
  }

  #forget(id: number, jobId: string): void {
    this.#statements.run('DELETE FROM metric_job WHERE id = ?', id)
    this.#ids.delete(jobId)
  }

  #id(jobId: string): number {
    const known = this.#ids.get(jobId)
    if (known !== undefined) return known
    const find = 'SELECT id FROM metric_job WHERE job_id = ?'
    const add = 'INSERT INTO metric_job (job_id) VALUES (?) RETURNING id'
    const row = this.#database.write(
      () => this.#statements.get<{ id: number }>(find, jobId) ?? this.#statements.get<{ id: number }>(add, jobId),
    )
    if (!row) throw new TypeError(`Job ${jobId} got no number in metric_job`)
    this.#ids.set(jobId, row.id)
    return row.id
  }
}
