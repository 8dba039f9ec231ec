/** A host's sample with all its fields, for tests. `change` is what the test is about. */
import { type HostSample, NO_READINGS } from '../../src/shared/domain.ts'

export function hostSample(at: number, change: Partial<HostSample> = {}): HostSample {
  const usual = { cpuRatio: 0.5, ioWaitRatio: 0, memoryTotalBytes: 8e9, memoryAvailableBytes: 4e9, load1: 0.25 }
  return { at, ...usual, ...NO_READINGS, ...change }
}
