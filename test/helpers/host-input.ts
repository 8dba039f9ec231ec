/** A host as the allocator is told of it, and what a job needs of one, for tests. `change` is what the test is about. */
import type { HostInput, HostLoad, Need } from '../../src/shared/placement.ts'

export type HostChange = Partial<Omit<HostInput, 'sample'>> & { sample?: Partial<HostLoad> | null }

const GIB = 2 ** 30

/** Four CPUs, a tenth of them busy; half of 16 GiB free. */
export function hostInput(name: string, { sample, ...change }: HostChange = {}): HostInput {
  const usual: HostLoad = {
    ageMs: 1000,
    isSilent: false,
    cpuRatio: 0.1,
    ioWaitRatio: 0,
    memoryTotalBytes: 16 * GIB,
    memoryAvailableBytes: 8 * GIB,
    ioPressureRatio: null,
    memoryPressureRatio: null,
  }
  return {
    name,
    state: 'connected',
    isDrained: false,
    sample: sample === null ? null : { ...usual, ...sample },
    cpus: 4,
    arch: 'x86_64',
    hasGpu: false,
    runningJobs: 0,
    reservations: [],
    linkBytesPerSecond: null,
    bytesToSend: 0,
    history: null,
    tags: [],
    ...change,
  }
}

export function needOf(change: Partial<Need> = {}): Need {
  return { memoryBytes: null, durationMs: null, needs: [], pin: null, affinity: null, lastHost: null, notes: [], ...change }
}
