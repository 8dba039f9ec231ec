/** A job as clients see it, with all its fields: one that runs. `change` is what the test is about. */
import type { JobView } from '../../src/shared/domain.ts'

export function jobView(change: Partial<JobView> = {}): JobView {
  return {
    id: 'aaaaaaaa-0000-4000-8000-000000000000',
    kind: 'push',
    host: 'box',
    command: { line: 'make' },
    folder: '/home/me/project',
    isSynced: true,
    workdir: null,
    hasTerminal: false,
    state: 'running',
    outcome: null,
    exitCode: null,
    signal: null,
    reason: null,
    unknownSince: null,
    createdAt: 1_000,
    startedAt: 1_000,
    endedAt: null,
    logBytes: null,
    memoryBytes: null,
    peakMemoryBytes: null,
    cpuMs: null,
    pid: null,
    placement: null,
    progress: null,
    pull: [],
    pullResults: [],
    process: null,
    isForeign: false,
    ...change,
  }
}
