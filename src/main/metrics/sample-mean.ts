/** Ten seconds of a host's samples as one row to be stored: the means of what was measured, and the CPU's lowest and highest. Pure. */
import type { HostSample } from '../../shared/domain.ts'
import type { Measures } from '../store/metric-measures.ts'

type Figure = Exclude<keyof HostSample, 'at'>

/** @throws {TypeError} of no samples there is no mean. */
export function sampleMean(samples: readonly HostSample[]): Measures {
  if (samples.length === 0) throw new TypeError('No samples have no mean')
  const mean = (figure: Figure, scale = 1) => {
    const known = samples.flatMap(sample => sample[figure] ?? [])
    return known.length === 0 ? null : whole((known.reduce((sum, value) => sum + value, 0) / known.length) * scale)
  }
  const cpu = samples.map(({ cpuRatio }) => cpuRatio * 1000)
  return {
    cpuMinPermille: whole(Math.min(...cpu)),
    cpuPermille: mean('cpuRatio', 1000),
    cpuMaxPermille: whole(Math.max(...cpu)),
    ioWaitPermille: mean('ioWaitRatio', 1000),
    loadHundredths: mean('load1', 100),
    memoryTotalKib: mean('memoryTotalBytes', 1 / 1024),
    memoryAvailableKib: mean('memoryAvailableBytes', 1 / 1024),
    cpuPressurePermille: mean('cpuPressureRatio', 1000),
    memoryPressurePermille: mean('memoryPressureRatio', 1000),
    ioPressurePermille: mean('ioPressureRatio', 1000),
    networkInBytesPerS: mean('networkInBytesPerS'),
    networkOutBytesPerS: mean('networkOutBytesPerS'),
    diskReadBytesPerS: mean('diskReadBytesPerS'),
    diskWriteBytesPerS: mean('diskWriteBytesPerS'),
    diskTotalKib: mean('diskTotalBytes', 1 / 1024),
    diskFreeKib: mean('diskFreeBytes', 1 / 1024),
  }
}

/** A host may tell any number; the store takes those that are one exactly. */
export function whole(value: number): number {
  return Math.min(Number.MAX_SAFE_INTEGER, Math.round(value))
}
