/** A process's row with all its fields, for tests: one that is stopped. `change` and `definition` are what the test is about. */
import type { ProcessRow } from '../../src/main/store/project-table.ts'
import type { ProcessInstance, ProcessOptions } from '../../src/shared/project.ts'

export function processRow(
  change: Partial<ProcessRow> & { id: string },
  definition: Partial<Omit<ProcessInstance, 'options'>> & { options?: Partial<ProcessOptions> } = {},
): ProcessRow {
  return {
    projectId: 'aaaaaaaa-0000-4000-8000-000000000000',
    position: 0,
    definition: {
      name: 'web',
      instance: 1,
      label: 'web.1',
      command: 'serve',
      line: 1,
      port: 5000,
      environment: { PORT: '5000' },
      ...definition,
      options: { ...OPTIONS, ...definition.options },
    },
    isWanted: false,
    isLeaving: false,
    host: null,
    jobId: null,
    run: 0,
    failures: 0,
    state: 'stopped',
    reason: null,
    since: 0,
    unknownSince: null,
    isStuck: false,
    hostRestart: 'never',
    retryAt: null,
    brokenBy: null,
    stopOwed: null,
    searched: null,
    ...change,
  }
}

const OPTIONS: ProcessOptions = {
  host: 'local',
  dependsOn: [],
  readiness: null,
  restart: 'never',
  backoff: { initialMs: 1_000, maxMs: 60_000, stableMs: 10_000 },
  stopSignal: 'TERM',
  stopGraceMs: 5_000,
  hasTerminal: false,
  failurePatterns: [],
  logCapBytes: 100_000_000,
  workingDirectory: null,
  whenItEnds: 'leave',
}
