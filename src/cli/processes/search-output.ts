/** Searches what processes have printed so far, in all their runs, on the hosts where it stands. */
import type { OutputEntry, ProcessMatch } from '../../shared/process.ts'
import type { CoreSession } from '../core-client.ts'

export type Search = {
  project: string
  processes: string[]
  grep: { pattern: string; ignoreCase: boolean }
  /** The newest of each process only; null: all. */
  lines: number | null
  since: number | null
}
type LineEntry = Extract<OutputEntry, { type: 'line' }>

/** Oldest first. */
export async function searchOutput({ call }: CoreSession, search: Search): Promise<LineEntry[]> {
  const { project, processes, grep, lines, since } = search
  const found: ProcessMatch[] = []
  let cursor: string | null = null
  do {
    const asked = { project, processes, pattern: grep.pattern, isRegex: true, ignoreCase: grep.ignoreCase, limit: 1000, cursor }
    const answer: { matches: ProcessMatch[]; cursor: string | null } = await call('process.search', asked)
    for (const match of answer.matches) if (since === null || (match.at ?? since) >= since) found.push(match)
    cursor = answer.cursor
  } while (cursor !== null)
  return newest(inOrder(found), lines).map(({ run: _, ...match }) => ({ type: 'line', ...match }))
}

/** By time, where it is known; within a run as they stand there. */
export function inOrder(matches: readonly ProcessMatch[]): ProcessMatch[] {
  return matches.toSorted((one, other) => {
    if (one.jobId === other.jobId) return one.byte - other.byte
    return (one.at ?? 0) - (other.at ?? 0) || one.run - other.run
  })
}

/** So many of each process. */
function newest(matches: readonly ProcessMatch[], lines: number | null): readonly ProcessMatch[] {
  if (lines === null) return matches
  const left = new Map<string, number>()
  const kept = matches.toReversed().filter(({ process }) => {
    const count = left.get(process) ?? lines
    left.set(process, count - 1)
    return count > 0
  })
  return kept.toReversed()
}
