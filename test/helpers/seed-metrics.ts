/** The past load of hosts, in the store of a core that does not run: as much as one likes, at no cost of living through it. */
import BetterSqlite3 from 'better-sqlite3'
import { systemPaths } from '../../src/main/config/paths.ts'
import type { Product } from './product.ts'

export type SeededLoad = {
  name: string
  /** Where it leads, as the core knows it. */
  connection: string
  from: number
  to: number
  /** Null: nothing was measured then. Ratios 0..1. */
  load(at: number): { cpu: number; memory: number; busy: number } | null
}
export type SeededSpike = { name: string; connection: string; at: number; limit: 'cpu' | 'memory'; command: string }

const RAW_MS = 10_000
const LEVELS = [
  { table: 'metric_raw', stepMs: RAW_MS },
  { table: 'metric_minute', stepMs: 60_000 },
  { table: 'metric_quarter', stepMs: 900_000 },
  { table: 'metric_four_hours', stepMs: 14_400_000 },
] as const
const MEMORY_KIB = 64 * 1024 * 1024

/** `finest`: in how many milliseconds the finest rows lie; years in ten-second steps would take minutes to write. */
export function seedMetrics(
  product: Product,
  loads: readonly SeededLoad[],
  { finestMs = RAW_MS, spikes = [] as readonly SeededSpike[] } = {},
): void {
  const sqlite = new BetterSqlite3(systemPaths(product.env).databaseFile)
  try {
    sqlite.transaction(() => {
      for (const { name, connection, from, to, load } of loads) {
        const id = hostId(sqlite, name, connection)
        for (const { table, stepMs } of LEVELS.filter(level => level.stepMs >= finestMs)) {
          const put = sqlite.prepare(insertInto(table))
          for (let at = Math.ceil(from / stepMs) * stepMs; at + stepMs <= to; at += stepMs) {
            const values = load(at)
            if (values) put.run(id, at, ...row(values))
          }
        }
      }
      for (const { name, connection, at, limit, command } of spikes) {
        const top = [{ pid: 4321, user: 'me', command, cpuRatio: 3.6, memoryBytes: 9e9 }]
        const processes = JSON.stringify({ byCpu: top, byMemory: top })
        const put = sqlite.prepare('INSERT INTO metric_spike (host_id, at, reached, processes) VALUES (?, ?, ?, ?)')
        put.run(hostId(sqlite, name, connection), at, limit, processes)
      }
      // As if the core had rolled up all of it: it is not to do so over again.
      const done = sqlite.prepare('INSERT OR REPLACE INTO metric_rolled_up (level, until_at) VALUES (?, ?)')
      const until = Math.max(...loads.map(({ to }) => to))
      for (const { table, stepMs } of LEVELS.slice(1)) done.run(table.replace('metric_', ''), Math.floor(until / stepMs) * stepMs)
    })()
  } finally {
    sqlite.close()
  }
}

/** What a job's tree took, every ten seconds of its life. */
export function seedJobMetrics(
  product: Product,
  { jobId, from, to, cpu, memoryKib }: { jobId: string; from: number; to: number; cpu: number; memoryKib: number },
): void {
  const sqlite = new BetterSqlite3(systemPaths(product.env).databaseFile)
  try {
    const { lastInsertRowid } = sqlite.prepare('INSERT INTO metric_job (job_id) VALUES (?)').run(jobId)
    const put = sqlite.prepare('INSERT INTO job_metric (metric_job_id, at, cpu_permille, memory_kib) VALUES (?, ?, ?, ?)')
    for (let at = Math.ceil(from / RAW_MS) * RAW_MS; at < to; at += RAW_MS)
      put.run(lastInsertRowid, at, Math.round(cpu * 1000), memoryKib)
  } finally {
    sqlite.close()
  }
}

function hostId(sqlite: BetterSqlite3.Database, name: string, connection: string): number {
  sqlite.prepare('INSERT OR IGNORE INTO metric_host (name, connection) VALUES (?, ?)').run(name, connection)
  const found = sqlite.prepare<[string, string], { id: number }>('SELECT id FROM metric_host WHERE name = ? AND connection = ?')
  const row = found.get(name, connection)
  if (!row) throw new Error(`${name} is not in metric_host`)
  return row.id
}

const COLUMNS = [
  'cpu_min_permille',
  'cpu_permille',
  'cpu_max_permille',
  'io_wait_permille',
  'load_hundredths',
  'memory_total_kib',
  'memory_available_kib',
  'cpu_pressure_permille',
  'memory_pressure_permille',
  'io_pressure_permille',
  'network_in_bytes_per_s',
  'network_out_bytes_per_s',
  'disk_read_bytes_per_s',
  'disk_write_bytes_per_s',
  'disk_total_kib',
  'disk_free_kib',
]

function insertInto(table: string): string {
  return `INSERT OR REPLACE INTO ${table} (host_id, at, ${COLUMNS.join(', ')}) VALUES (?, ?${', ?'.repeat(COLUMNS.length)})`
}

function row({ cpu, memory, busy }: { cpu: number; memory: number; busy: number }): number[] {
  const permille = (ratio: number) => Math.round(Math.min(1, Math.max(0, ratio)) * 1000)
  const kib = (ratio: number) => Math.round(ratio * MEMORY_KIB)
  return [
    permille(cpu * 0.6),
    permille(cpu),
    permille(cpu * 1.3 + 0.02),
    permille(busy * 0.2),
    Math.round(cpu * 1600),
    MEMORY_KIB,
    MEMORY_KIB - kib(memory),
    permille(cpu * cpu * 0.5),
    permille(Math.max(0, memory - 0.8)),
    permille(busy * 0.3),
    Math.round(busy * 4e7),
    Math.round(busy * 1.2e7),
    Math.round(busy * 9e7),
    Math.round(busy * 5e7),
    MEMORY_KIB * 8,
    MEMORY_KIB * 3,
  ]
}
