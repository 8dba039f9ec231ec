/** When lines were printed that stand somewhere in the logs of runs, and where in a log a time is. */
import { AppError } from '../../../shared/errors.ts'
import type { ProcessMatch } from '../../../shared/process.ts'
import { timeOf } from './log-times.ts'
import type { OutputHub } from './output-hub.ts'
import { firstLineSince } from './past-output.ts'

/** The same, each with its time, where that is known. */
export async function timed(
  hub: OutputHub,
  matches: readonly ProcessMatch[],
  { now }: { now(): number },
): Promise<ProcessMatch[]> {
  const ids = [...new Set(matches.map(({ jobId }) => jobId))]
  const marks = new Map(await Promise.all(ids.map(async id => [id, await hub.times(id).catch(unlessAway)] as const)))
  return matches.map(match => {
    const its = marks.get(match.jobId) ?? []
    const job = hub.job(match.jobId)
    // Behind the last mark stands what was printed just before the end, or just now; where there is none it has just begun.
    const lastAt = its.length === 0 ? (job?.startedAt ?? null) : (job?.endedAt ?? now())
    return { ...match, at: timeOf(its, match.byte) ?? lastAt }
  })
}

/** Where the first line begins that a job may have printed then or later. @throws {AppError} `HOST_UNREACHABLE`, `NOT_FOUND` */
export async function lineSince(hub: OutputHub, jobId: string, since: number): Promise<number> {
  const { endedAt } = hub.job(jobId) ?? {}
  if (endedAt != null && endedAt < since) return await hub.size(jobId)
  return await firstLineSince(hub, jobId, since)
}

/** It went between the search and this. */
function unlessAway(error: unknown): [] {
  if (error instanceof AppError) return []
  throw error
}
