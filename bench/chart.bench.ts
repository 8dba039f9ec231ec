/**
 * A chart of a year: from asking the core over its socket to the parsed answer, with ten hosts and everything kept as long as it is; and
 * how large the database is then.
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { LEVELS } from '../src/main/store/metric-levels.ts'
import { COLUMNS, MEASURES } from '../src/main/store/metric-measures.ts'
import { openStore, type Store } from '../src/main/store/store.ts'
import type { Product } from '../test/helpers/product.ts'
import { rpc } from '../test/helpers/rpc.ts'
import { againstAim, type BenchRow, percentile, range } from './bench.ts'
import { elapsedMs } from './measure.ts'
import { onStage } from './stage.ts'

export const names = ['chart']

const HOSTS = 10
const POINTS = 1_000
const CHARTS = 40
const DAY_MS = 24 * 3_600_000

export function bench(): Promise<BenchRow[]> {
  return onStage({ hosts: 0 }, async ({ product }) => {
    const bytes = fillStore(product)
    const { socketPath } = await product.status()
    const rows: BenchRow[] = []
    for (const { name, days, aim } of [
      { name: 'chart', days: 365, aim: 100 },
      { name: 'chart:week', days: 7, aim: 100 },
      { name: 'chart:hour', days: 1 / 24, aim: 100 },
    ]) {
      const tookMs: number[] = []
      for (let chart = 0; chart < CHARTS; chart++) tookMs.push(await elapsedMs(() => draw(socketPath, days)))
      const figure = { ours: percentile(tookMs, 0.95), unit: 'ms (p95)', better: 'lower', aim, n: CHARTS } as const
      rows.push(againstAim({ ...figure, name, spread: range(tookMs) }))
    }
    const size = { ours: bytes / 1e6, unit: 'MB', better: 'lower', aim: 1000, n: 1 } as const
    return [...rows, againstAim({ ...size, name: 'chart:database', spread: `${HOSTS} hosts, two years` })]
  })
}

async function draw(socketPath: string, days: number): Promise<void> {
  const to = Date.now()
  const { status, body } = await rpc(socketPath, 'metrics.series', { from: to - days * DAY_MS, to, points: POINTS })
  const { hosts } = body as { hosts: { cpuPermille: (number | null)[] }[] }
  const known = hosts.map(({ cpuPermille }) => cpuPermille.filter(one => one !== null).length)
  const filled = known.filter(count => count > 100).length
  if (status !== 200 || filled < HOSTS) throw new Error(`The chart was to have ${HOSTS} hosts, not ${filled}`)
}

/** As a core that ran all the time would have left it. Before any core runs: it would hold the lock. */
function fillStore({ env }: Product): number {
  const path = join(env.XDG_DATA_HOME ?? '', 'drover/drover.db')
  const store = openStore(path)
  const { sqlite } = store.database
  const now = Date.now()
  const add = sqlite.prepare('INSERT INTO metric_host (name, connection) VALUES (?, ?)')
  for (let host = 1; host <= HOSTS; host++) add.run(`h${host}`, `me@h${host}`)
  for (const level of LEVELS) fillLevel(store, level, now)
  store.database.sqlite.pragma('wal_checkpoint(TRUNCATE)')
  store.close()
  return statSync(path).size
}

function fillLevel({ database: { sqlite } }: Store, { name, table, stepMs, keptMs }: (typeof LEVELS)[number], now: number): void {
  const last = Math.floor(now / stepMs) * stepMs
  const insert = sqlite.prepare(`INSERT INTO ${table} (host_id, at, ${COLUMNS}) VALUES (?, ?${', ?'.repeat(MEASURES.length)})`)
  sqlite.transaction(() => {
    for (let at = last - keptMs + stepMs; at < last; at += stepMs) {
      for (let host = 1; host <= HOSTS; host++)
        insert.run(host, at, ...MEASURES.map((_, index) => figure(at / stepMs + host, index)))
    }
    sqlite.prepare('INSERT INTO metric_rolled_up (level, until_at) VALUES (?, ?)').run(name, last)
  })()
}

/** Permille and kilobytes of the sizes they have on a real host. */
function figure(seed: number, index: number): number {
  const noise = (Math.imul(seed, 2_654_435_761) >>> 0) / 2 ** 32
  return Math.round(noise * (index < 5 || (index > 6 && index < 10) ? 1000 : index < 7 || index > 13 ? 5e8 : 5e6))
}
