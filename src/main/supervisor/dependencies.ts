/** What processes of a project wait for, pure: who begins before whom, and who ends after whom. */
import type { DependencyCondition } from '../../shared/project.ts'
import type { ProcessRow } from '../store/project-table.ts'
import { hasEndedForGood, isAlive, isRestartDue } from './process-state.ts'

/** Of one project. */
type Rows = readonly ProcessRow[]

const WORDS: Record<DependencyCondition, string> = { started: 'to start', ready: 'to be ready', done: 'to be done' }

/** `reason` is a sentence. `isStuck`: what is waited for does not come before somebody does something. */
export type Barrier = { reason: string; isStuck: boolean }

/** Why it does not begin yet; null if nothing stands in its way. */
export function startBarrier(row: ProcessRow, rows: Rows): Barrier | null {
  for (const { process: name, condition } of row.definition.options.dependsOn) {
    const others = rows.filter(other => other.definition.name === name && !other.isLeaving)
    if (others.length === 0) return { reason: `waits for ${name}, of which there is no instance`, isStuck: true }
    const missing = others.filter(other => !isMet(other, condition))
    const [first] = missing
    if (!first) continue
    const worst = missing.find(isStuck) ?? first
    return { reason: `waits for ${worst.definition.label} ${WORDS[condition]}${whyLong(worst)}`, isStuck: isStuck(worst) }
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

/** It does not get any further by itself. */
function isStuck(row: ProcessRow): boolean {
  return (
    row.unknownSince === null && (row.state === 'stopped' || hasEndedForGood(row) || (row.state === 'waiting' && row.isStuck))
  )
}

function whyLong(row: ProcessRow): string {
  if (row.unknownSince !== null) return ', whose host cannot be asked'
  if (row.state === 'broken' || row.state === 'stopped') return `, which is ${row.state}`
  if (row.state === 'dead') return isRestartDue(row) ? ', which is dead and is started again' : ', which is dead'
  return row.isWanted ? '' : ', which is being stopped'
}
