/** A host's load as a sample: what two readings of its counters say together. For AgentClient. */
import type { HostSample } from '../../shared/domain.ts'

/** As the agent reads them. CPU in ticks since the boot, memory and disk in kB; null where the host cannot tell. */
export type HostCounters = {
  busy: number
  idle: number
  ioWait: number
  memoryTotalKb: number
  memoryAvailableKb: number
  load1: number
  /** Of the host's own: what lies between two readings has nothing to do with how long the way to us is. */
  uptimeCentiseconds: number
  /** In percent of the last 10 s. */
  cpuPressure: number | null
  memoryPressure: number | null
  ioPressure: number | null
  /** Another number: the sums below are of other devices. */
  deviceSet: number
  receivedBytes: number | null
  sentBytes: number | null
  readSectors: number | null
  writtenSectors: number | null
  diskKb: number | null
  diskFreeKb: number | null
}

const SECTOR_BYTES = 512

export function hostSample(before: HostCounters, now: HostCounters, at: number): HostSample {
  // The kernel's I/O wait may count backwards.
  const [busy, idle] = [Math.max(0, now.busy - before.busy), Math.max(0, now.idle - before.idle)]
  const ioWait = Math.max(0, now.ioWait - before.ioWait)
  const total = Math.max(1, busy + idle + ioWait)
  const seconds = now.deviceSet === before.deviceSet ? (now.uptimeCentiseconds - before.uptimeCentiseconds) / 100 : 0
  const rate = (from: number | null, to: number | null) => ratePerS(from, to, seconds)
  return {
    at,
    cpuRatio: busy / total,
    ioWaitRatio: ioWait / total,
    memoryTotalBytes: now.memoryTotalKb * 1024,
    memoryAvailableBytes: now.memoryAvailableKb * 1024,
    load1: now.load1,
    cpuPressureRatio: ratioOf(now.cpuPressure),
    memoryPressureRatio: ratioOf(now.memoryPressure),
    ioPressureRatio: ratioOf(now.ioPressure),
    networkInBytesPerS: rate(before.receivedBytes, now.receivedBytes),
    networkOutBytesPerS: rate(before.sentBytes, now.sentBytes),
    diskReadBytesPerS: bytesOf(rate(before.readSectors, now.readSectors)),
    diskWriteBytesPerS: bytesOf(rate(before.writtenSectors, now.writtenSectors)),
    diskTotalBytes: now.diskKb === null ? null : now.diskKb * 1024,
    diskFreeBytes: now.diskFreeKb === null ? null : now.diskFreeKb * 1024,
  }
}

/** A counter that went back has begun anew or run over: what went through it meanwhile nobody knows. */
function ratePerS(from: number | null, to: number | null, seconds: number): number | null {
  if (from === null || to === null || to < from || seconds <= 0) return null
  return (to - from) / seconds
}

function bytesOf(sectors: number | null): number | null {
  return sectors === null ? null : sectors * SECTOR_BYTES
}

function ratioOf(percent: number | null): number | null {
  return percent === null ? null : Math.min(1, percent / 100)
}
