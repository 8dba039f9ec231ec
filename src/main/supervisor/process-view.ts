/** A process as clients see it: its row, and what is known of its newest run. */
import type { JobView } from '../../shared/domain.ts'
import type { ProcessView } from '../../shared/process.ts'
import type { ProcessRow } from '../store/project-table.ts'
import { FLAPPING_FAILURES, isRestartDue } from './process-state.ts'

export function processView(row: ProcessRow, job: JobView | undefined): ProcessView {
  const { definition, state, unknownSince, hostRestart: _policy, stopOwed: _stop, searched: _searched, ...shown } = row
  return {
    ...shown,
    label: definition.label,
    name: definition.name,
    instance: definition.instance,
    command: definition.command,
    wantedHost: definition.options.host,
    hasTerminal: job?.hasTerminal ?? definition.options.hasTerminal,
    hasReadiness: definition.options.readiness !== null,
    port: definition.port,
    state: unknownSince === null ? state : 'unknown',
    lastState: state,
    unknownSince,
    startedAt: job?.startedAt ?? null,
    endedAt: job?.endedAt ?? null,
    exitCode: job?.exitCode ?? null,
    signal: job?.signal ?? null,
    isRestartDue: isRestartDue(row),
    isFlapping: row.isWanted && row.failures >= FLAPPING_FAILURES,
    memoryBytes: job?.memoryBytes ?? null,
    cpuMs: job?.cpuMs ?? null,
  }
}
