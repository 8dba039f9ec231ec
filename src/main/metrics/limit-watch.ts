/**
 * Says when a host stands at its limit, so that it is looked at what runs there: after three samples in a row, then after a minute, two,
 * four, and every quarter of an hour as long as it goes on. A host that is always busy is nothing new, and each look is kept.
 */
import type { HostSample } from '../../shared/domain.ts'
import type { Clock } from '../clock.ts'

export type Limit = 'cpu' | 'memory'

const SAMPLES = 3
const LEAST_PAUSE_MS = 60_000
const MOST_PAUSE_MS = 15 * 60_000
const CPU_RATIO = 0.95
const MEMORY_LEFT_RATIO = 0.05

type Watched = {
  reached: Limit | null
  samples: number /** When it was last told, and for how long nothing is after that. */
  toldAt: number
  pauseMs: number
}

const NEW: Watched = { reached: null, samples: 0, toldAt: Number.NEGATIVE_INFINITY, pauseMs: LEAST_PAUSE_MS }

export class LimitWatch {
  readonly #steady: Clock
  readonly #hosts = new Map<string, Watched>()

  /** `steady`: a clock that nobody can set. */
  constructor(steady: Clock) {
    this.#steady = steady
  }

  /** The limit at which the host stands, when it is time to look. */
  see(host: string, sample: HostSample): Limit | null {
    const { reached: before, samples, toldAt, pauseMs } = this.#hosts.get(host) ?? NEW
    const reached = limitOf(sample)
    const now = { reached, samples: reached !== null && reached === before ? samples + 1 : 1, toldAt, pauseMs }
    this.#hosts.set(host, now)
    const sinceMs = this.#steady.now() - toldAt
    if (reached === null || now.samples < SAMPLES || sinceMs < pauseMs) return null
    now.toldAt = this.#steady.now()
    // It was below its limit for longer than it was left alone.
    const isNew = sinceMs > 2 * pauseMs
    now.pauseMs = isNew ? LEAST_PAUSE_MS : Math.min(MOST_PAUSE_MS, pauseMs * 2)
    return reached
  }

  forget(host: string): void {
    this.#hosts.delete(host)
  }
}

function limitOf({ cpuRatio, memoryAvailableBytes, memoryTotalBytes }: HostSample): Limit | null {
  // What lacks memory is in the greater need, and its CPU is busy with that.
  if (memoryTotalBytes > 0 && memoryAvailableBytes < memoryTotalBytes * MEMORY_LEFT_RATIO) return 'memory'
  return cpuRatio >= CPU_RATIO ? 'cpu' : null
}
