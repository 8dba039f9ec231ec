/** What processes of a project wait for, pure: who begins before whom, and who ends after whom. */
import type { DependencyCondition } from '../../shared/project.ts'
import type { ProcessRow } from '../store/project-table.ts'
import { isAlive } from './process-state.ts'

/** Of one project. */
type Rows = readonly ProcessRow[]

const WORDS: Record<DependencyCondition, string> = { started: 'to start', ready: 'to be ready', done: 'to be done' }

/** Why it does not begin yet, as a sentence; null if nothing stands in its way. */
export function startBarrier(row: ProcessRow, rows: Rows): string | null {
  for (const { process: name, condition } of row.definition.options.dependsOn) {
    const others = rows.filter(other => other.definition.name === name && !other.isLeaving)
    if (others.length === 0) return `waits for ${name}, of which there is no instance`
    const missing = others.find(other => !isMet(other, condition))
    if (missing) return `waits for ${missing.definition.label} ${WORDS[condition]}${stuck(missing)}`
  }
  return null
}

/**
 * Why one that is to end goes on for now: what depends on it is to end as well, and goes first. A host that cannot be asked holds up nobody.
 */
export function stopBarrier(row: ProcessRow, rows: Rows): string | null {
  const before = dependants(row, rows).find(other => !other.isWanted && isAlive(other) && other.unknownSince === null)
  return before ? `waits for ${before.definition.label} to end` : null
}

/** With all that they depend on, however far down. */
export function withDependencies(chosen: Rows, rows: Rows): ProcessRow[] {
  const found = new Set(chosen)
  // A set goes on to what is added while it is walked.
  for (const row of found) {
    for (const { process: name } of row.definition.options.dependsOn) {
      for (const other of rows) if (other.definition.name === name && !other.isLeaving) found.add(other)
    }
  }
  return [...found]
}

function dependants(row: ProcessRow, rows: Rows): ProcessRow[] {
  return rows.filter(other => other.definition.options.dependsOn.some(({ process: name }) => name === row.definition.name))
}

function isMet({ state, unknownSince, definition }: ProcessRow, condition: DependencyCondition): boolean {
  if (state === 'done') return true
  if (condition === 'done' || unknownSince !== null) return false
  if (condition === 'started') return state === 'running' || state === 'ready'
  return state === 'ready' || (state === 'running' && definition.options.readiness === null)
}

/** What keeps the other one from ever getting there by itself. */
function stuck({ state, unknownSince, retryAt, isWanted }: ProcessRow): string {
  if (unknownSince !== null) return ', whose host cannot be asked'
  if (state === 'broken' || state === 'stopped') return `, which is ${state}`
  if (state === 'dead') return retryAt === null ? ', which is dead' : ', which is dead and is started again'
  return isWanted ? '' : ', which is being stopped'
}
