/** Searches what processes have printed so far, in all their runs, on the hosts where it stands. */
import type { Output } from '../../shared/contract.ts'
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
export type LineEntry = Extract<OutputEntry, { type: 'line' }>
/** Oldest first. `leftOut`: older ones than these; `silentHosts`: what ran there was not searched. */
export type Found = { lines: LineEntry[]; leftOut: number; silentHosts: string[] }

/** All of them have to be here before the first can be shown; of a word that is in each line the newest are enough. */
const MOST = 100_000

export async function searchOutput({ call }: CoreSession, search: Search, most = MOST): Promise<Found> {
  const { project, processes, grep, lines, since } = search
  const silentHosts = new Set<string>()
  let found: ProcessMatch[] = []
  let leftOut = 0
  const cut = () => {
    const wanted = newest(inOrder(found), lines)
    leftOut += Math.max(0, wanted.length - most)
    found = wanted.slice(-most)
  }
  let cursor: string | null = null
  do {
    const asked = { project, processes, pattern: grep.pattern, isRegex: true, ignoreCase: grep.ignoreCase, limit: 1000, cursor }
    const answer: Output<'process.search'> = await call('process.search', asked)
    for (const match of answer.matches) if (since === null || (match.at ?? since) >= since) found.push(match)
    if (found.length > 2 * most) cut()
    for (const host of answer.silentHosts) silentHosts.add(host)
    cursor = answer.cursor
  } while (cursor !== null)
  cut()
  const entries = found.map(({ run: _, ...match }): LineEntry => ({ type: 'line', ...match }))
  return { lines: entries, leftOut, silentHosts: [...silentHosts] }
}

/** By time, where it is known; within a run as they stand there, also where its host's clock was set meanwhile. */
export function inOrder(matches: readonly ProcessMatch[]): ProcessMatch[] {
  const byRun = matches.toSorted((one, other) => compare(one.jobId, other.jobId) || one.byte - other.byte)
  let before: ProcessMatch | undefined
  let at = 0
  const timed = byRun.map(match => {
    at = Math.max(match.at ?? 0, match.jobId === before?.jobId ? at : 0)
    before = match
    return { match, at }
  })
  return timed.sort((one, other) => one.at - other.at || one.match.run - other.match.run).map(({ match }) => match)
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
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
