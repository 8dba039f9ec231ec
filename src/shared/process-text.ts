/** How processes are written for people. */
import { ageText } from './format.ts'
import type { ProcessView } from './process.ts'
import type { ProjectProblem } from './project.ts'

type Ended = Pick<ProcessView, 'exitCode' | 'signal'>

/** `1`, `SIGKILL`; empty for what has neither. */
function endCode({ exitCode, signal }: Ended): string {
  if (exitCode !== null) return String(exitCode)
  return signal === null ? '' : `SIG${signal}`
}

/** How a run ended, as a sentence's end: `exited 1`, `was ended by SIGKILL`. */
export function endText(end: Ended): string {
  if (end.exitCode !== null) return `exited ${end.exitCode}`
  return end.signal === null ? 'ended' : `was ended by ${endCode(end)}`
}

/** What is shown as the state. Not knowing comes first: what was last known may be true no more. */
export function processStateText(
  process: Ended & Pick<ProcessView, 'state' | 'unknownSince' | 'isFlapping' | 'isLeaving'>,
  now: number,
): string {
  if (process.unknownSince !== null) return `unknown (${ageText(now - process.unknownSince)})`
  const code = process.state === 'dead' ? endCode(process) : ''
  const words = [code === '' ? process.state : `${process.state} [${code}]`]
  if (process.isFlapping) words.push('flapping')
  if (process.isLeaving) words.push('leaving')
  return words.join(', ')
}

/** How long its run goes on, up to when it was last known to. Null when none does. */
export function uptimeMs(process: Pick<ProcessView, 'startedAt' | 'endedAt' | 'unknownSince'>, now: number): number | null {
  if (process.startedAt === null || process.endedAt !== null) return null
  return Math.max(0, (process.unknownSince ?? now) - process.startedAt)
}

/** As compilers tell it: `Procfile:3:1: error: …`. */
export function problemText({ severity, file, line, column, message }: ProjectProblem): string {
  return `${file}:${line}:${column}: ${severity}: ${message}`
}
