/** The states of processes as people see them: the same words and colours everywhere. Pure. */
import type { ProcessState, ProcessView } from '../../shared/process.ts'

type Tone = 'ok' | 'run' | 'warn' | 'bad' | 'unknown' | 'none'

const TONES: Readonly<Record<ProcessState, Tone>> = {
  stopped: 'none',
  waiting: 'warn',
  starting: 'run',
  running: 'run',
  ready: 'ok',
  stopping: 'none',
  dead: 'bad',
  broken: 'bad',
  done: 'ok',
  unknown: 'unknown',
}

export function processTone({ state }: Pick<ProcessView, 'state'>): Tone {
  return TONES[state]
}

/** It runs, or did when its host was last asked. */
export function isUp({ state }: Pick<ProcessView, 'state'>): boolean {
  return state === 'running' || state === 'ready'
}

/** It can be started: nothing of it is under way. */
export function isAtRest({ state }: Pick<ProcessView, 'state'>): boolean {
  return state === 'stopped' || state === 'dead' || state === 'broken' || state === 'done'
}

export function processWord({ state, exitCode, signal }: Pick<ProcessView, 'state' | 'exitCode' | 'signal'>): string {
  if (state !== 'dead') return state
  if (signal !== null) return `dead, SIG${signal}`
  return exitCode === null ? 'dead' : `dead, exit ${exitCode}`
}
