/**
 * hosts-100: what a hundred connected hosts, sampled every 2 s, cost the core, and how soon all are back after every connection was
 * cut. A hundred aliases stand for ten sshd on loopback, which share this machine's cores with the core and with a hundred agents.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createClient } from '../src/cli/client.ts'
import type { Product } from '../test/helpers/product.ts'
import { againstAim, type BenchRow, median, range } from './bench.ts'
import { cpuMs, elapsedMs, residentMb } from './measure.ts'
import { type BenchHost, onStage, type Stage, sshBlock, succeed } from './stage.ts'

export const names = ['hosts-100']

const SERVERS = 10
const ALIASES = 10
const HOSTS = SERVERS * ALIASES
const CPU_WINDOWS = 3
const CPU_WINDOW_MS = 10_000
const STORMS = 3
const STREAM_DEADLINE_MS = 60_000
const ASK_EVERY_MS = 100

export function bench(): Promise<BenchRow[]> {
  return onStage({ hosts: SERVERS, sshConfig: aliases }, async stage => {
    const { product, hosts } = stage
    // One host is there before, so that what the first one loads counts for none.
    setHosts(product, ['first'])
    await succeed(product, ['status'])
    await allStream(product, 1)
    const before = await settledMb(product)
    setHosts(product, ['first', ...hosts.flatMap(({ name }) => aliasesOf(name))])
    await allStream(product, HOSTS + 1)
    const cpuPercent = await idleCpu(product)
    const memory = ((await settledMb(product)) - before) / HOSTS
    const storms = await cuts(stage)
    return [
      againstAim({
        ...{ name: 'hosts-100:memory', unit: 'MB a host', better: 'lower', aim: 0.3 },
        ...{ ours: memory, n: 1, spread: `${before.toFixed(0)} MB with one host` },
      }),
      againstAim({
        ...{ name: 'hosts-100:cpu', unit: '% of a core', better: 'lower', aim: 5 },
        ...{ ours: median(cpuPercent), n: CPU_WINDOWS, spread: range(cpuPercent) },
      }),
      againstAim({
        ...{ name: 'hosts-100:storm', unit: 's', better: 'lower', aim: 5 },
        ...{ ours: median(storms), n: STORMS, spread: range(storms) },
      }),
    ]
  })
}

function aliases(hosts: readonly BenchHost[]): string {
  const [first] = hosts
  const blocks = hosts.flatMap(({ name, sshd }) => aliasesOf(name).map(alias => sshBlock(alias, sshd)))
  return `${first ? sshBlock('first', first.sshd) : ''}${blocks.join('')}`
}

function aliasesOf(name: string): string[] {
  return Array.from({ length: ALIASES }, (_, index) => `${name}-${index}`)
}

/** Written as by hand: the core follows its config. */
function setHosts({ env }: Product, names: readonly string[]): void {
  const path = join(env.XDG_CONFIG_HOME ?? '', 'drover/config.yaml')
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `hosts:\n${names.map(name => `  - { name: ${name}, connection: ${name} }\n`).join('')}`)
}

/** Waits until so many hosts beside `local` have given a sample taken after `since`. Asks seldom: it costs the core as well. */
async function allStream({ env }: Product, count: number, since = 0): Promise<void> {
  const { call } = createClient({ env, start: false })
  for (const deadline = performance.now() + STREAM_DEADLINE_MS; ; await delay(ASK_EVERY_MS)) {
    const { hosts } = await call('core.status', {})
    const streaming = hosts.filter(host => host.name !== 'local' && (host.sample?.at ?? 0) > since)
    if (streaming.length === count) return
    if (performance.now() > deadline) throw new Error(`Only ${streaming.length} of ${count} hosts are sampled after 60 s`)
  }
}

/** The middle of what it has over some seconds: the garbage collector comes and goes. */
async function settledMb(product: Product): Promise<number> {
  const pid = product.corePid()
  const readings: number[] = []
  for (let reading = 0; reading < 10; reading++) {
    await delay(500)
    readings.push(residentMb(pid))
  }
  return median(readings)
}

async function idleCpu(product: Product): Promise<number[]> {
  const pid = product.corePid()
  const percents: number[] = []
  for (let window = 0; window < CPU_WINDOWS; window++) {
    const [usedBefore, startedAt] = [cpuMs(pid), performance.now()]
    await delay(CPU_WINDOW_MS)
    percents.push(((cpuMs(pid) - usedBefore) / (performance.now() - startedAt)) * 100)
  }
  return percents
}

async function cuts({ product, hosts }: Stage): Promise<number[]> {
  const seconds: number[] = []
  for (let storm = 0; storm < STORMS; storm++) {
    const cutAt = Date.now()
    const tookMs = await elapsedMs(async () => {
      for (const { sshd } of hosts) sshd.cutConnections()
      await allStream(product, HOSTS + 1, cutAt + 50)
    })
    seconds.push(tookMs / 1_000)
  }
  return seconds
}
