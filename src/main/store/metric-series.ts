/**
 * Reads the load of hosts for a chart: of each level what is rolled up, of the finer ones the rest, so that they join without a gap.
 * In slices, since a year of hundreds of hosts takes its time and the core has other things to do. For MetricTable.
 */
import { type Grid, LEVELS, type Level, RAW } from './metric-levels.ts'
import { COLUMNS, MEASURES, type Measure, merged } from './metric-measures.ts'
import type { MetricRollUp } from './metric-roll-up.ts'
import type { Statements } from './statements.ts'

/** As many as the grid has points; null in its gaps. */
export type MetricColumns = { readonly [M in Measure]: (number | null)[] }
type Row = readonly [host: number, point: number, ...figures: (number | null)[]]
/** Points of the grid, from one up to another. */
type Points = { from: number; to: number }

/** About how many rows of the finest level a slice reads. */
const SLICE_ROWS = 10_000

/** By the machine's number; of one that has nothing in this time there is nothing. Whoever reads may do other things between two slices. */
export function* readSeries(
  { statements, rollUp }: { statements: Statements; rollUp: MetricRollUp },
  hostIds: readonly number[],
  grid: Grid,
): Generator<void, Map<number, MetricColumns>> {
  const found = new Map<number, MetricColumns>()
  const take = (rows: readonly Row[]) => {
    for (const row of rows) put(found, row, grid.count)
  }
  for (const slice of grid.level === RAW ? rawSlices(grid, hostIds.length) : hostSlices(rollUp, grid, hostIds)) {
    take(statements.lists<Row>(slice.sql, slice.values))
    yield
  }
  for (const id of found.keys()) if (!hostIds.includes(id)) found.delete(id)
  return found
}

type Slice = { sql: string; values: Record<string, number> }

// Numbers are bound as real ones, by which a division would not be whole.
const POINT = '(at - CAST(@firstAt AS INTEGER)) / CAST(@stepMs AS INTEGER)'

/** What is newest stands by time: of all hosts at once, a few points after the other. */
function* rawSlices(grid: Grid, hosts: number): Generator<Slice> {
  const sql = `SELECT host_id, ${POINT}, ${merged()} FROM ${RAW.table} WHERE at >= @from AND at < @to GROUP BY 1, 2`
  const rowsAPoint = (grid.stepMs / RAW.stepMs) * Math.max(1, hosts)
  const most = Math.max(1, Math.floor(SLICE_ROWS / rowsAPoint))
  for (let from = 0; from < grid.count; from += most) {
    yield { sql, values: bounds(grid, { from, to: Math.min(grid.count, from + most) }) }
  }
}

/** Everything else stands by host. From the point on in which the level's own rows end, those of finer ones are read as well. */
function* hostSlices(rollUp: MetricRollUp, grid: Grid, hostIds: readonly number[]): Generator<Slice> {
  const { level, firstAt, stepMs, count } = grid
  const edge = Math.min(count, Math.max(0, Math.floor((rollUp.untilAt(level) - firstAt) / stepMs)))
  const whole = `SELECT host_id, ${POINT}, ${merged()} FROM ${level.table}
    WHERE host_id = @host AND at >= @from AND at < @to GROUP BY 2`
  const parts = upTo(level).map(
    ({ name, table, stepMs }) => `SELECT host_id, at, ${COLUMNS}, ${stepMs} AS weight FROM ${table}
      WHERE host_id = @host AND at >= @${name}_from AND at < @${name}_to`,
  )
  // There each row counts as long as it is.
  const rest = `SELECT host_id, ${POINT}, ${merged('weight')} FROM (${parts.join(' UNION ALL ')}) GROUP BY 2`
  const ends = joints(rollUp, grid, { from: edge, to: count })
  for (const host of hostIds) {
    if (edge > 0) yield { sql: whole, values: { host, ...bounds(grid, { from: 0, to: edge }) } }
    if (edge < count) yield { sql: rest, values: { host, firstAt, stepMs, ...ends } }
  }
}

function put(found: Map<number, MetricColumns>, [host, point, ...figures]: Row, count: number): void {
  const columns = found.get(host) ?? emptyColumns(count)
  found.set(host, columns)
  for (const [index, { field }] of MEASURES.entries()) columns[field][point] = figures[index] ?? null
}

function bounds({ firstAt, stepMs }: Grid, { from, to }: Points): Record<string, number> {
  return { firstAt, stepMs, from: firstAt + from * stepMs, to: firstAt + to * stepMs }
}

/** Where one level ends and the next finer one goes on. */
function joints(rollUp: MetricRollUp, grid: Grid, points: Points): Record<string, number> {
  const { from = 0, to = 0 } = bounds(grid, points)
  const all: Record<string, number> = {}
  let at = from
  for (const level of upTo(grid.level)) {
    all[`${level.name}_from`] = at
    at = Math.max(at, Math.min(to, rollUp.untilAt(level)))
    all[`${level.name}_to`] = at
  }
  return all
}

/** Coarsest first. */
function upTo(level: Level): Level[] {
  return LEVELS.slice(0, LEVELS.indexOf(level) + 1).reverse()
}

function emptyColumns(count: number): MetricColumns {
  const columns: Partial<Record<Measure, (number | null)[]>> = {}
  for (const { field } of MEASURES) columns[field] = new Array<number | null>(count).fill(null)
  return columns as MetricColumns
}
