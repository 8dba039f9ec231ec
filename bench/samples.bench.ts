/**
 * Writing down how busy hosts are: rows a second that the store takes, against better-sqlite3 that inserts the same rows into one table, as
 * many at once; alone, and with all that keeping them costs (roll-ups, and forgetting what is old enough). An hour of a hundred hosts.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { MEASURES, type MetricRow } from '../src/main/store/metric-measures.ts'
import { openStore } from '../src/main/store/store.ts'
import { busyRow } from '../test/helpers/metric-row.ts'
import { against, type BenchRow } from './bench.ts'
import { interleaved } from './measure.ts'

export const names = ['samples', 'samples:kept']

const HOSTS = 100
const TICK_MS = 10_000
const TICKS = 360
const RUNS = 5
/** Multiples of all steps; in the second hour what the first one wrote is old enough to be forgotten. */
const FIRST_AT = 1_759_968_000_000
const SECOND_AT = FIRST_AT + 3 * 24 * 3_600_000

export async function bench(): Promise<BenchRow[]> {
  const { ours, kept, peer } = await interleaved(
    {
      ours: async () => rowsPerS((folder, ticks) => writeOurs(folder, ticks, false)),
      kept: async () => rowsPerS((folder, ticks) => writeOurs(folder, ticks, true)),
      peer: async () => rowsPerS(writePeer),
    },
    { n: RUNS, warmUps: 1 },
  )
  const peerCommand = `better-sqlite3: INSERT of the same rows into one table, ${HOSTS} a transaction, WAL, synchronous NORMAL`
  const row = { unit: 'rows/s', better: 'higher', peer, peerCommand } as const
  return [
    against({ ...row, name: 'samples', aim: 0.5, ours }),
    // No aim was set for it: the peer keeps nothing in order.
    against({ ...row, name: 'samples:kept', aim: 0, ours: kept }),
  ]
}

function rowsPerS(write: (folder: string, ticks: readonly MetricRow[][]) => number): number {
  const folder = mkdtempSync(join(tmpdir(), 'drover-bench-'))
  try {
    return (HOSTS * TICKS * 1000) / write(folder, hour(SECOND_AT))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** In milliseconds. */
function writeOurs(folder: string, ticks: readonly MetricRow[][], isKept: boolean): number {
  const store = openStore(join(folder, 'drover.db'))
  for (const rows of hour(FIRST_AT)) store.metrics.append(rows)
  while (store.metrics.rollUp(FIRST_AT + 3_600_000));
  const from = performance.now()
  for (const rows of ticks) {
    store.metrics.append(rows)
    if (!isKept) continue
    const now = (rows[0]?.at ?? 0) + TICK_MS
    while (store.metrics.rollUp(now));
    store.metrics.prune(now)
  }
  const tookMs = performance.now() - from
  const left = store.database.sqlite.prepare('SELECT COUNT(*) AS count FROM metric_raw').get() as { count: number }
  if (left.count !== HOSTS * TICKS * (isKept ? 1 : 2))
    throw new Error(`The rows of the first hour were to be ${isKept ? 'gone' : 'there'}: ${left.count} rows`)
  store.close()
  return tookMs
}

function writePeer(folder: string, ticks: readonly MetricRow[][]): number {
  const sqlite = new Sqlite(join(folder, 'peer.db'))
  for (const pragma of ['locking_mode = EXCLUSIVE', 'journal_mode = WAL', 'synchronous = NORMAL']) sqlite.pragma(pragma)
  const columns = MEASURES.map(({ column }) => `${column} INTEGER`)
  sqlite.exec(`CREATE TABLE row (host_id INTEGER, at INTEGER, ${columns.join(', ')}) STRICT`)
  const insert = sqlite.prepare(`INSERT INTO row VALUES (?, ?${', ?'.repeat(MEASURES.length)})`)
  const insertAll = sqlite.transaction((rows: readonly MetricRow[]) => {
    for (const [host, { at, values }] of rows.entries()) insert.run(host, at, ...MEASURES.map(({ field }) => values[field]))
  })
  const from = performance.now()
  for (const rows of ticks) insertAll(rows)
  const tookMs = performance.now() - from
  sqlite.close()
  return tookMs
}

function hour(from: number): MetricRow[][] {
  return Array.from({ length: TICKS }, (_, tick) => Array.from({ length: HOSTS }, (_, host) => row(from + tick * TICK_MS, host)))
}

/** Every column has a figure, as those of a host that tells all. */
function row(at: number, host: number): MetricRow {
  const busy = busyRow(at, (at / TICK_MS + host) % 1000, { name: `h${host}`, connection: `me@h${host}` })
  const values = Object.fromEntries(MEASURES.map(({ field }, index) => [field, busy.values[field] ?? (host + 1) * 1000 * index]))
  return { ...busy, values: values as MetricRow['values'] }
}
