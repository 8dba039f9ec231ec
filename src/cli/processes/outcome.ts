/** Whether processes have come to where they were to go, and what is to be said of those that have not. */
import { ageText } from '../../shared/format.ts'
import type { ProcessView } from '../../shared/process.ts'
import { visible, visibleLines } from '../../shared/visible.ts'
import { signalNumber } from '../job-exit.ts'

/** It does what it is there for, or has done it. */
export function isUp({ state, hasReadiness, unknownSince }: ProcessView): boolean {
  if (unknownSince !== null) return false
  return state === 'ready' || state === 'done' || (state === 'running' && !hasReadiness)
}

/** It does not come up by itself, as far as can be told. */
export function hasFailed({ state, isRestartDue, isFlapping, unknownSince }: ProcessView): boolean {
  if (unknownSince !== null || state === 'broken' || state === 'stopped') return true
  return state === 'dead' && (!isRestartDue || isFlapping)
}

/** It does not begin before something else has happened. */
export function isHeldUp({ state, isRestartDue, reason }: ProcessView): boolean {
  return state === 'waiting' && !isRestartDue && reason !== null
}

/** Nothing of it runs, and nothing of it will before somebody starts it. */
export function hasEnded({ state, isRestartDue, unknownSince }: ProcessView): boolean {
  if (unknownSince !== null) return false
  return state === 'stopped' || state === 'done' || state === 'broken' || (state === 'dead' && !isRestartDue)
}

/** The exit code that tells of a process that failed. */
export function failureCode({ state, exitCode, signal }: ProcessView): number {
  if (state === 'broken' || (exitCode === null && signal === null)) return 1
  return exitCode ?? 128 + signalNumber(signal ?? '')
}

/** `web.1 is dead: it ended with exit code 1`, for a list of what went wrong. */
export function failureText(process: ProcessView, now: number): string {
  const label = visible(process.label)
  if (process.unknownSince !== null) {
    return `${label}: ${visible(process.host ?? 'its host')} cannot be reached for ${ageText(now - process.unknownSince)}`
  }
  return process.reason === null
    ? `${label} is ${process.state}`
    : `${label} is ${process.state}: ${visibleLines(process.reason)}`
}
