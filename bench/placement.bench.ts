/**
 * Placing a job: how long it takes among 1,000 hosts, each with a history of the command, with all that is read and kept for it; and how
 * often a launch lands on an overloaded host (a seeded simulation: 100 hosts, 1,000 launches), beside simpler ways to choose.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { commandKey } from '../src/main/allocator/command-key.ts'
import type { Live } from '../src/main/hosts/host-link.ts'
import { Holds } from '../src/main/jobs/holds.ts'
import { type PlacerLink, type PlacerOptions, place } from '../src/main/jobs/placer.ts'
import { openStore, type Store } from '../src/main/store/store.ts'
import type { HostSample } from '../src/shared/domain.ts'
import { type Policy, simulate } from '../test/helpers/fleet.ts'
import { jobRow } from '../test/helpers/job-row.ts'
import { against, againstAim, type BenchRow, percentile, range, round } from './bench.ts'

export const names = ['placement', 'placement:overload']

const HOSTS = 1_000
const RUNS_PER_HOST = 5
const UNFINISHED = 20
const PLACEMENTS = 1_000
const WARM_UP = 50
/** Every so many placements a run of the command ends, and what is known of it changes. */
const ENDS_EVERY = 10
const SEEDS = [1, 2, 3, 4, 5]
const GIB = 2 ** 30
const STEADY_MS = 1_000_000
const COMMAND = { argv: ['make', '-j8'] }

export async function bench(): Promise<BenchRow[]> {
  return [await placing(), ...overload()]
}

async function placing(): Promise<BenchRow> {
  const dir = mkdtempSync(join(tmpdir(), 'drover-bench-'))
  const store = openStore(join(dir, 'drover.db'))
  try {
    fill(store)
    let options = placer(store)
    const tookMs: number[] = []
    for (let count = 0; count < WARM_UP + PLACEMENTS; count++) {
      if (count % ENDS_EVERY === 0) store.history.append(ended(count % HOSTS, Date.now()))
      // Twenty jobs at once are on their way; then they are seen where they run.
      if (count % UNFINISHED === 0) options = { ...options, holds: new Holds() }
      const startedAt = performance.now()
      await place({ id: `bench-${count}`, command: COMMAND, folder: '/home/me/project' }, null, options)
      if (count >= WARM_UP) tookMs.push(performance.now() - startedAt)
      await new Promise(setImmediate)
    }
    const p99 = percentile(tookMs, 0.99)
    const spread = `median ${round(percentile(tookMs, 0.5))}, ${range(tookMs)}`
    return againstAim({ name: 'placement', unit: 'ms p99', better: 'lower', ours: p99, aim: 2, n: PLACEMENTS, spread })
  } finally {
    store.close()
    rmSync(dir, { recursive: true, force: true })
  }
}

function overload(): BenchRow[] {
  const shares = (policy: Policy) => SEEDS.map(seed => simulate(policy, { seed, hosts: 100, launches: 1_000 }).share * 100)
  const ours = shares('ours')
  const row = { unit: '% of launches', better: 'lower', aim: 0.25, ours } as const
  return (['random', 'round-robin', 'last-sample'] as const).map(policy => {
    const name = policy === 'last-sample' ? 'placement:overload' : `placement:overload-${policy}`
    const peerCommand = policy === 'last-sample' ? 'the host whose last sample has the least CPU use' : policy
    return against({ ...row, name, peer: shares(policy), peerCommand })
  })
}

function fill(store: Store): void {
  const now = Date.now()
  store.database.write(() => {
    for (let host = 0; host < HOSTS; host++) {
      for (let run = 0; run < RUNS_PER_HOST; run++) store.history.append(ended(host, now - run * 60_000))
    }
  })
  for (let index = 0; index < UNFINISHED; index++) {
    store.jobs.insert(
      jobRow({ id: `running-${index}`, host: `h${index}`, command: COMMAND, state: 'running', startedAt: now - 500 }),
    )
  }
}

function ended(host: number, endedAt: number) {
  const peakMemoryBytes = GIB + host * 1_000_000
  return {
    commandKey: commandKey(COMMAND),
    host: `h${host}`,
    folder: '/home/me/project',
    endedAt,
    peakMemoryBytes,
    durationMs: 60_000 + host,
    exitCode: 0,
  }
}

function placer(store: Store): PlacerOptions {
  const links = Array.from({ length: HOSTS }, (_, index) => link(`h${index}`, index))
  return {
    store,
    links: () => links,
    settled: () => Promise.resolve(),
    traitsOf: () => ({ tags: ['big'], drain: false }),
    rules: () => [],
    unfinished: () => store.jobs.listUnfinished(),
    holds: new Holds(),
    now: () => Date.now(),
    // A clock that stands: it is the sampling that would keep the readings fresh.
    steadyNow: () => STEADY_MS,
  }
}

/** What the placer reads of a link that was sampled a moment ago. */
function link(name: string, index: number): PlacerLink {
  const sample: HostSample = {
    at: Date.now(),
    cpuRatio: (index % 97) / 100,
    ioWaitRatio: (index % 7) / 100,
    memoryTotalBytes: 64 * GIB,
    memoryAvailableBytes: (8 + (index % 40)) * GIB,
    load1: 1,
  }
  const info = { cpus: 4 + (index % 60), arch: 'x86_64', hasGpu: false }
  return {
    name,
    status: { state: 'connected', since: 0, error: null, retryAt: null, transportReason: null },
    sample,
    sampledAtSteadyMs: STEADY_MS - 800,
    live: { agent: { info } } as unknown as Live,
    askSample: () => Promise.resolve(true),
  }
}
