/** The hours before: how busy the hosts were, and some jobs that ran then. */
import type { Product } from '../../test/helpers/product.ts'
import { seedJobs } from '../../test/helpers/seed-jobs.ts'
import { seedMetrics } from '../../test/helpers/seed-metrics.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** How busy a host is by and by: `level` by itself, `wave` up and down every `everyMs`, and once for long all it can. */
const SHAPES: Record<string, { level: number; wave: number; everyMs: number; memory: number; peakAt?: number }> = {
  local: { level: 0.12, wave: 0.06, everyMs: 47 * MINUTE, memory: 0.31 },
  big: { level: 0.38, wave: 0.22, everyMs: 71 * MINUTE, memory: 0.48, peakAt: 150 },
  attic: { level: 0.2, wave: 0.12, everyMs: 33 * MINUTE, memory: 0.22 },
  gpu: { level: 0.55, wave: 0.3, everyMs: 118 * MINUTE, memory: 0.66, peakAt: 55 },
}

export function seedPast(product: Product, names: readonly string[]): void {
  const now = Math.floor(Date.now() / MINUTE) * MINUTE
  const at = (minutesAgo: number) => now - minutesAgo * MINUTE
  const loads = names.map((name, index) => {
    const shape = SHAPES[name]
    if (!shape) throw new Error(`There is no past for ${name}`)
    const { level, wave, everyMs, memory, peakAt } = shape
    const load = (time: number) => {
      const turn = 0.6 * Math.sin((2 * Math.PI * time) / everyMs) + 0.4 * unrest(time, index, 9 * MINUTE)
      const isPeak = peakAt !== undefined && time >= at(peakAt) && time < at(peakAt - 18)
      const cpu =
        (isPeak ? 0.93 : level + wave * turn) + 0.25 * level * unrest(time, index, 10_000) * unrest(time, index + 1, MINUTE)
      const inUse = memory + 0.05 * unrest(time, index, 23 * MINUTE) + (isPeak ? 0.12 : 0)
      return { cpu: Math.min(1, Math.max(0.01, cpu)), memory: inUse, busy: Math.max(0, cpu - 0.1) * 0.8 }
    }
    return { name, connection: name, from: now - 26 * HOUR, to: now, load }
  })
  seedMetrics(product, loads, {
    spikes: names.includes('gpu') ? [{ name: 'gpu', connection: 'gpu', at: at(48), limit: 'cpu', command: 'awk' }] : [],
  })
  const ended = { state: 'ended', outcome: 'exited', exitCode: 0, folder: '/home/me/code/flock' } as const
  const ran = (number: number, host: string, line: string, from: number, until: number, exitCode = 0) => ({
    ...ended,
    id: `${String(number).padStart(8, '4c1f')}-2b7e-4d10-8a31-5f6e7d8c9b0a`,
    host,
    command: { line },
    exitCode,
    createdAt: at(from),
    startedAt: at(from),
    endedAt: at(until),
    peakMemoryBytes: 3e8 + number * 7e7,
    cpuMs: (from - until) * MINUTE,
    placement: null,
  })
  seedJobs(product, [
    ran(1, 'gpu', 'make -j16 release', 55, 37),
    ran(2, 'big', 'make -j16 test', 150, 132),
    ran(3, 'attic', './bleat.sh', 95, 90, 1),
    ran(4, 'big', './graze.sh', 320, 210),
  ])
}

/** Between -1 and 1, another every so often, never the same for two hosts, always the same for one. */
function unrest(time: number, index: number, everyMs: number): number {
  const step = Math.floor(time / everyMs) + index * 7919
  return Math.sin(step * 12.9898) * Math.cos(step * 4.1414)
}
