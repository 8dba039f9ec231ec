/** The last ten minutes of every host, in memory, so that a window that opens has its lines at once. Owns nothing on disk. */
import type { HostSample, SampleSeries } from '../../shared/domain.ts'

const KEPT_MS = 10 * 60_000
/** One each 2 s; a host asked at once after a sleep may give more. */
const KEPT = 300

export class SampleRing {
  readonly #samples = new Map<string, HostSample[]>()

  /** Those that come out of order go: a line that runs back in time says nothing. */
  add(host: string, sample: HostSample): void {
    const kept = this.#samples.get(host)?.filter(({ at }) => at > sample.at - KEPT_MS && at < sample.at) ?? []
    this.#samples.set(host, [...kept.slice(1 - KEPT), sample])
  }

  /** Our clock was set: they are still as old as they were. */
  clockSet(byMs: number): void {
    for (const [host, samples] of this.#samples) {
      this.#samples.set(
        host,
        samples.map(sample => ({ ...sample, at: sample.at + byMs })),
      )
    }
  }

  forget(host: string): void {
    this.#samples.delete(host)
  }

  /** By column, in whole numbers: a third of what the samples take as they are, and there may be hundreds of hosts. */
  series(): SampleSeries[] {
    return [...this.#samples].map(([name, samples]) => ({
      name,
      at: samples.map(({ at }) => Math.round(at)),
      cpuPermille: samples.map(({ cpuRatio }) => permille(cpuRatio)),
      ioWaitPermille: samples.map(({ ioWaitRatio }) => permille(ioWaitRatio)),
      memoryTotalBytes: samples.at(-1)?.memoryTotalBytes ?? 0,
      memoryAvailableKb: samples.map(({ memoryAvailableBytes }) => Math.round(memoryAvailableBytes / 1000)),
      load1: samples.map(({ load1 }) => load1),
    }))
  }
}

function permille(ratio: number): number {
  return Math.round(ratio * 1000)
}
