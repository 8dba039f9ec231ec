/** A job's row with all its fields, for tests of the store. `change` is what the test is about. */
import type { JobRow } from '../../src/main/store/job-table.ts'

export function jobRow(change: Partial<JobRow> & { id: string }): JobRow {
  return {
    kind: 'push',
    host: null,
    command: { argv: ['make', '-j4'] },
    folder: '/home/me/project',
    isSynced: true,
    workdir: null,
    hasTerminal: false,
    columns: null,
    rows: null,
    env: {},
    needs: [],
    pull: [],
    pullResults: [],
    state: 'queued',
    outcome: null,
    exitCode: null,
    signal: null,
    reason: null,
    unknownSince: null,
    createdAt: 1_700_000_000_000,
    startedAt: null,
    endedAt: null,
    logBytes: null,
    peakMemoryBytes: null,
    cpuMs: null,
    placement: null,
    stopRequestedAt: null,
    pendingStop: null,
    app: null,
    process: null,
    ...change,
  }
}
