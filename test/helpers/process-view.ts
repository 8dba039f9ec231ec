/** A process of which a test says only what it is about. */
import type { ProcessView } from '../../src/shared/process.ts'

export function processView(change: Partial<ProcessView> = {}): ProcessView {
  const { label = 'web.1', state = 'running', retryAt = null } = change
  const [name = '', instance = '1'] = label.split('.')
  return {
    id: `id of ${label}`,
    projectId: '00000000-0000-4000-8000-000000000001',
    label,
    name,
    instance: Number(instance),
    command: 'sleep 100',
    wantedHost: 'local',
    host: 'local',
    hasTerminal: false,
    hasReadiness: false,
    port: null,
    position: 0,
    isWanted: state !== 'stopped',
    state,
    lastState: state === 'unknown' ? 'running' : state,
    reason: null,
    since: 0,
    unknownSince: state === 'unknown' ? 0 : null,
    jobId: '1a2b3c4d-0000-4000-8000-000000000001',
    run: 1,
    startedAt: 0,
    endedAt: null,
    exitCode: null,
    signal: null,
    failures: 0,
    isFlapping: false,
    isStuck: false,
    isRestartDue: retryAt !== null,
    retryAt,
    brokenBy: null,
    memoryBytes: null,
    cpuMs: null,
    isLeaving: false,
    ...change,
  }
}
