/** Says when a host stands at its limit, so that it is looked at what runs there: three samples in a row, at most once a minute. */
import type { HostSample } from '../../shared/domain.ts'
import type { Clock } from '../clock.ts'

export type Limit = 'cpu' | 'memory'

const SAMPLES = 3
const PAUSE_MS = 60_000
const CPU_RATIO = 0.95
const MEMORY_LEFT_RATIO = 0.05

type Watched = { reached: Limit | null; samples: number; toldAt: number }

export class LimitWatch {
  readonly #steady: Clock
  readonly #hosts = new Map<string, Watched>()

  /** `steady`: a clock that nobody can set. */
  constructor(steady: Clock) {
    this.#steady = steady
  }

  /** The limit at which the host stands, when it is time to look. */
  see(host: string, sample: HostSample): Limit | null {
    const { reached: before, samples, toldAt } = this.#hosts.get(host) ?? { reached: null, samples: 0, toldAt: -PAUSE_MS }
    const reached = limitOf(sample)
    const now = { reached, samples: reached !== null && reached === before ? samples + 1 : 1, toldAt }
    this.#hosts.set(host, now)
    if (reached === null || now.samples < SAMPLES || this.#steady.now() - toldAt < PAUSE_MS) return null
    now.toldAt = this.#steady.now()
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
