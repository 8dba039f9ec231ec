/**
 * How much time a job is expected to lose on a host, in seconds: the one unit in which a busy CPU and a slow link can be compared.
 * Every part grows with the load, so a busier host never has a better score.
 */
import type { HostInput, HostLoad, Need, Reservation } from '../../shared/placement.ts'

/** A command we know nothing of is taken to run a minute; what is known is kept within bounds that leave every part its say. */
const UNKNOWN_DURATION_SECONDS = 60
const MIN_DURATION_SECONDS = 5
const MAX_DURATION_SECONDS = 600
/** A job shows in the sample that was begun after it: two samples later at most. */
const CPU_RESERVED_MS = 4_000
/** A program takes its memory over time. */
const MEMORY_RESERVED_MS = 30_000
/** A link that was never measured: 100 Mbit/s, a slow home network. */
const UNKNOWN_LINK_BYTES_PER_SECOND = 12_500_000
/** A quarter of the time waiting for a disk makes a host slower than one whose CPUs are all busy but one. */
const IO_WAIT_WEIGHT = 4
/** The same told by the kernel as time lost (PSI): it counts while there is I/O to wait for, whether or not a CPU is idle meanwhile. */
const IO_PRESSURE_WEIGHT = 2
/** A host that waits for its memory is swapping: nothing is slower. */
const MEMORY_PRESSURE_WEIGHT = 10
/** Below this share of free memory a host begins to lose time over it. */
const MEMORY_COMFORT_RATIO = 0.1

export function lostSeconds(host: HostInput, sample: HostLoad, need: Need): number {
  const duration = durationSeconds(need)
  const slowed = contention(host, sample) + diskDelay(sample) + memoryDelay(host, sample, need)
  return duration * slowed + transferSeconds(host)
}

/** What sending the folder takes. */
export function transferSeconds(host: HostInput): number {
  if (host.bytesToSend === 0) return 0
  const speed = host.linkBytesPerSecond ?? UNKNOWN_LINK_BYTES_PER_SECOND
  return host.bytesToSend / Math.max(speed, 1)
}

/** What the job is expected to need on this host; null when nothing is known. */
export function neededMemoryBytes(host: HostInput, need: Need): number | null {
  return host.history?.peakMemoryBytes ?? need.memoryBytes
}

/** Available memory, less what jobs just placed there are expected to take yet. */
export function freeMemoryBytes(host: HostInput, sample: HostLoad): number {
  return sample.memoryAvailableBytes - reservedBytes(host, sample)
}

/** What jobs just placed there are expected to take yet. */
export function reservedBytes(host: HostInput, sample: HostLoad): number {
  const reserved = host.reservations.filter(one => isNewFor(one, sample, MEMORY_RESERVED_MS))
  return reserved.reduce((sum, { memoryBytes }) => sum + (memoryBytes ?? 0), 0)
}

/** Jobs that the sample does not show yet. */
export function unseenJobs(host: HostInput, sample: HostLoad): number {
  return host.reservations.filter(one => isNewFor(one, sample, CPU_RESERVED_MS)).length
}

/** It was placed less than `reservedMs` before the sample was taken, or after it. */
function isNewFor(reservation: Reservation, sample: HostLoad, reservedMs: number): boolean {
  return reservation.ageMs < sample.ageMs + reservedMs
}

/**
 * The share of its time that the job loses to others: by the CPUs that are free, for most that is worth pushing can use many.
 * Half a CPU is added so that the last free one is not worth infinitely much; once none is free it is a queue, and grows by its length.
 */
function contention(host: HostInput, sample: HostLoad): number {
  const cpus = Math.max(host.cpus ?? 1, 1)
  const free = cpus * (1 - sample.cpuRatio) - unseenJobs(host, sample)
  return free >= 0 ? 1 / (free + 0.5) : 2 - (2 * free) / cpus
}

/** Two measures of one thing: they are not added. */
function diskDelay(sample: HostLoad): number {
  return Math.max(IO_WAIT_WEIGHT * sample.ioWaitRatio, IO_PRESSURE_WEIGHT * (sample.ioPressureRatio ?? 0))
}

function memoryDelay(host: HostInput, sample: HostLoad, need: Need): number {
  const left = freeMemoryBytes(host, sample) - (neededMemoryBytes(host, need) ?? 0)
  const leftRatio = left / Math.max(sample.memoryTotalBytes, 1)
  const shortage = Math.max(0, MEMORY_COMFORT_RATIO - leftRatio) / MEMORY_COMFORT_RATIO
  return Math.max(shortage, MEMORY_PRESSURE_WEIGHT * (sample.memoryPressureRatio ?? 0))
}

function durationSeconds({ durationMs }: Need): number {
  const seconds = durationMs === null ? UNKNOWN_DURATION_SECONDS : durationMs / 1000
  return Math.min(Math.max(seconds, MIN_DURATION_SECONDS), MAX_DURATION_SECONDS)
}
