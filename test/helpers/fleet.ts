/**
 * A fleet of hosts and a stream of launches, simulated by a seed: how often does a launch land on a host that has too much to do? The
 * policies see what a core would see, samples of the last two seconds that are up to two seconds old; the fleet knows the truth.
 */
import { allocate } from '../../src/main/allocator/allocate.ts'
import type { HostInput } from '../../src/shared/placement.ts'
import { hostInput, needOf } from './host-input.ts'

export type Policy = 'ours' | 'random' | 'round-robin' | 'last-sample'
export type FleetOptions = { seed: number; hosts: number; launches: number }
/** `share`: of the launches whose host, in the ten seconds after, was asked for more CPUs or memory than it has. */
export type FleetResult = { share: number }

type App = { cpus: number; memoryBytes: number; durationMs: number }
type Run = App & { startMs: number; endMs: number }
type FleetHost = {
  name: string
  cpus: number
  memoryBytes: number /** What else runs there, which goes up and down. */
  busyCpus: number
  busyBytes: number
  phaseMs: number
  runs: Run[]
}

const GIB = 2 ** 30
const SAMPLE_EVERY_MS = 2_000
const JUDGED_MS = 10_000
/** Launches come singly, and every so often twenty in a second, as when a person logs in or a build fans out. */
const BURST = 20
const BETWEEN_MS = 500
const APPS = 12

export function simulate(policy: Policy, { seed, hosts: count, launches }: FleetOptions): FleetResult {
  const random = generator(seed)
  const hosts = Array.from({ length: count }, (_, index) => newHost(`h${index}`, random))
  const apps = Array.from({ length: APPS }, () => newApp(random))
  const starts = startTimes(launches, random)
  const pick = picker(policy, hosts, generator(seed + 1))
  const placed = starts.map(atMs => {
    const app = apps[Math.floor(random() * APPS)] ?? never()
    // It takes a little more or less each time; what is remembered is what it took at most.
    const run = { ...app, memoryBytes: app.memoryBytes * (0.7 + 0.3 * random()), startMs: atMs, endMs: atMs + app.durationMs }
    const host = pick(app, atMs)
    host.runs.push(run)
    return { host, atMs }
  })
  return { share: placed.filter(({ host, atMs }) => wasOverloaded(host, atMs)).length / launches }
}

function wasOverloaded(host: FleetHost, fromMs: number): boolean {
  const moments = [0, ...host.runs.map(run => run.startMs - fromMs)].filter(ms => ms >= 0 && ms < JUDGED_MS)
  return moments.some(ms => {
    const { cpus, memoryBytes } = demand(host, fromMs + ms, fromMs + ms + 1)
    return cpus > host.cpus || memoryBytes > host.memoryBytes
  })
}

function picker(policy: Policy, hosts: readonly FleetHost[], random: () => number): (app: App, atMs: number) => FleetHost {
  let turn = 0
  const at = (index: number) => hosts[index % hosts.length] ?? never()
  switch (policy) {
    case 'random':
      return () => at(Math.floor(random() * hosts.length))
    case 'round-robin':
      return () => at(turn++)
    case 'last-sample':
      return (_app, atMs) =>
        hosts.reduce((best, one) => (sampleOf(one, atMs).cpuRatio < sampleOf(best, atMs).cpuRatio ? one : best))
    case 'ours':
      return (app, atMs) => {
        const need = needOf({ memoryBytes: app.memoryBytes, durationMs: app.durationMs })
        const { host } = allocate({ hosts: hosts.map(one => inputOf(one, atMs)), need })
        return hosts.find(one => one.name === host) ?? never()
      }
  }
}

function inputOf(host: FleetHost, atMs: number): HostInput {
  const running = host.runs.filter(run => run.endMs > atMs)
  return hostInput(host.name, {
    cpus: host.cpus,
    sample: sampleOf(host, atMs),
    runningJobs: running.length,
    reservations: running.map(run => ({ ageMs: atMs - run.startMs, memoryBytes: run.memoryBytes })),
  })
}

/** As its agent told last. */
function sampleOf(host: FleetHost, atMs: number) {
  const ageMs = (atMs + host.phaseMs) % SAMPLE_EVERY_MS
  const sampledAt = atMs - ageMs
  const { cpus, memoryBytes } = demand(host, sampledAt - SAMPLE_EVERY_MS, sampledAt)
  const cpuRatio = Math.min(1, cpus / host.cpus)
  return {
    ageMs,
    cpuRatio,
    memoryTotalBytes: host.memoryBytes,
    memoryAvailableBytes: Math.max(0, host.memoryBytes - memoryBytes),
  }
}

/** What is asked of the host on average between two times; a program takes its memory at once. */
function demand(host: FleetHost, fromMs: number, toMs: number): { cpus: number; memoryBytes: number } {
  let [cpus, memoryBytes] = [host.busyCpus * (1 + 0.3 * Math.sin(toMs / 20_000 + host.phaseMs)), host.busyBytes]
  for (const run of host.runs) {
    const share = Math.max(0, Math.min(toMs, run.endMs) - Math.max(fromMs, run.startMs)) / (toMs - fromMs)
    cpus += run.cpus * share
    if (share > 0) memoryBytes += run.memoryBytes
  }
  return { cpus, memoryBytes }
}

function newHost(name: string, random: () => number): FleetHost {
  const cpus = [2, 4, 4, 8, 8, 16, 32, 64][Math.floor(random() * 8)] ?? 4
  const memoryBytes = cpus * (1 + Math.floor(random() * 4)) * GIB
  const phaseMs = Math.floor(random() * SAMPLE_EVERY_MS)
  return {
    name,
    cpus,
    memoryBytes,
    busyCpus: cpus * random() * 0.5,
    busyBytes: memoryBytes * (0.1 + 0.4 * random()),
    phaseMs,
    runs: [],
  }
}

function newApp(random: () => number): App {
  return { cpus: 0.5 + random() ** 2 * 5, memoryBytes: (0.2 + random() ** 2 * 5) * GIB, durationMs: 10_000 + random() * 110_000 }
}

function startTimes(launches: number, random: () => number): number[] {
  const starts: number[] = []
  let atMs = 10_000
  while (starts.length < launches) {
    atMs += BETWEEN_MS * 2 * random()
    const isBurst = random() < 1 / BURST
    const together = isBurst ? BURST : 1
    for (let index = 0; index < together && starts.length < launches; index++) starts.push(atMs + (index * 1000) / BURST)
    if (isBurst) atMs += 1000
  }
  return starts
}

/** Mulberry32: small, and the same everywhere. */
function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function never(): never {
  throw new TypeError('a fleet without hosts')
}
