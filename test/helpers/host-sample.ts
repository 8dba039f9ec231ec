/** A host's sample with all its fields, for tests. `change` is what the test is about. */
import type { HostSample } from '../../src/shared/domain.ts'

/** What a kernel that tells nothing beyond the usual leaves open. */
export const NO_READINGS = {
  cpuPressureRatio: null,
  memoryPressureRatio: null,
  ioPressureRatio: null,
  networkInBytesPerS: null,
  networkOutBytesPerS: null,
  diskReadBytesPerS: null,
  diskWriteBytesPerS: null,
  diskTotalBytes: null,
  diskFreeBytes: null,
} as const satisfies Partial<HostSample>

export function hostSample(at: number, change: Partial<HostSample> = {}): HostSample {
  const usual = { cpuRatio: 0.5, ioWaitRatio: 0, memoryTotalBytes: 8e9, memoryAvailableBytes: 4e9, load1: 0.25 }
  return { at, ...usual, ...NO_READINGS, ...change }
}
