/** Searches all that processes have printed, over all their runs, on the hosts where it is: for a while, and from there on when asked again. */
import { z } from 'zod'
import type { JobView } from '../../../shared/domain.ts'
import { AppError } from '../../../shared/errors.ts'
import type { ProcessMatch } from '../../../shared/process.ts'
import type { Live } from '../../hosts/host-link.ts'
import { findInLog, PART_BYTES, searchLog } from '../../jobs/log-search.ts'
import { runOf } from './past-output.ts'

export type SearchedRun = { process: string; job: JobView }
export type OutputQuery = { pattern: string; isRegex: boolean; ignoreCase: boolean; limit: number; cursor: string | null }
export type OutputFindings = { matches: ProcessMatch[]; cursor: string | null; share: number; silentHosts: string[] }
export type SearchOptions = {
  runs: readonly SearchedRun[]
  /** Null while that host cannot be asked. */
  live(hostName: string): Live | null
}

/** After so long an answer is due, with whatever was found. */
const LONG_MS = 1_000
/** What is looked through, in lines, around the first find, and the more the more is found: where little is, grep alone is faster. */
const FIRST_PART_BYTES = 1024 * 1024
/** Of those lines are told that end by a carriage return, too: only the slow search looks for these ends. */
const ASKS_FOR_ENDS = /[\^$]/
/** So many are remembered from call to call: a cursor has no room for more. */
const MOST_SILENT = 20

/**
 * Where a search goes on: a run, by when it was begun, and a byte of it; and the hosts that could not be asked, of which each may have cost
 * a minute, and is not asked again. It comes back from clients.
 */
const Cursor = z.strictObject({
  createdAt: z.int().min(0),
  jobId: z.uuid(),
  byte: z.int().min(0),
  silent: z.array(z.string().max(255)).max(MOST_SILENT),
})
type Cursor = z.infer<typeof Cursor>

/** A host that fails is named, and passed over. @throws {AppError} `BAD_INPUT` for a pattern or a cursor that is none. */
export async function searchOutput(query: OutputQuery, { runs, live }: SearchOptions): Promise<OutputFindings> {
  const from = query.cursor === null ? null : parseCursor(query.cursor)
  const all = runs
    .filter(({ job }) => job.host !== null && job.startedAt !== null)
    .toSorted((one, other) => compare(one.job, other.job))
  const begin = from === null ? 0 : all.findIndex(({ job }) => compare(job, from) >= 0)
  const matches: ProcessMatch[] = []
  const silent = new Set(from?.silent)
  const startedAt = performance.now()
  let partBytes = FIRST_PART_BYTES
  for (let index = begin < 0 ? all.length : begin; index < all.length; index++) {
    const { process, job } = all[index] as SearchedRun
    const name = job.host ?? ''
    const host = silent.has(name) ? null : live(name)
    let byte: number | null = from?.jobId === job.id ? from.byte : 0
    if (!host) silent.add(name)
    while (host && byte !== null) {
      if (matches.length >= query.limit || performance.now() - startedAt > LONG_MS) {
        const cursor: Cursor = { createdAt: job.createdAt, jobId: job.id, byte, silent: [...silent].slice(0, MOST_SILENT) }
        return { matches, cursor: JSON.stringify(cursor), share: shareOf(all, index, byte), silentHosts: [...silent] }
      }
      const part: PartQuery = { ...query, fromByte: byte, limit: query.limit - matches.length, partBytes }
      const found: Part | null = await searchOn(host, job, part).catch(unlessHostFails)
      if (!found) {
        silent.add(name)
        break
      }
      partBytes = Math.min(partBytes * 4, PART_BYTES)
      for (const match of found.matches) matches.push({ process, jobId: job.id, run: runOf(job), at: null, ...match })
      byte = found.next
    }
  }
  return { matches, cursor: null, share: 1, silentHosts: [...silent] }
}

/** A pattern that is none is so everywhere. */
function unlessHostFails(error: unknown): null {
  if (error instanceof AppError && error.code !== 'BAD_INPUT') return null
  throw error
}

type PartQuery = OutputQuery & { fromByte: number; partBytes: number }
type Part = { matches: { byte: number; text: string }[]; next: number | null }

/** As far as the next matches, or a part of what is left. `next` null: to its end. */
async function searchOn(live: Live, job: JobView, query: PartQuery): Promise<Part> {
  const host = job.host ?? ''
  try {
    let { fromByte } = query
    if (!query.isRegex || !ASKS_FOR_ENDS.test(query.pattern)) {
      const { byte } = await findInLog(host, live, job.id, query)
      if (byte === null) return { matches: [], next: null }
      fromByte = byte
    }
    const { matches, searchedTo, logBytes } = await searchLog(host, live, job.id, { ...query, fromByte })
    return { matches, next: searchedTo >= logBytes ? null : searchedTo }
  } catch (error) {
    // What was removed is not to be found.
    if (error instanceof AppError && error.code === 'HOST_ERROR' && /There is no job/.test(error.message))
      return { matches: [], next: null }
    throw error
  }
}

/** Newest first. */
function compare(
  one: { createdAt: number; id?: string; jobId?: string },
  other: { createdAt: number; id?: string; jobId?: string },
): number {
  const ids = [one.id ?? one.jobId ?? '', other.id ?? other.jobId ?? ''] as const
  return other.createdAt - one.createdAt || (ids[0] < ids[1] ? -1 : ids[0] > ids[1] ? 1 : 0)
}

/** Of a run that goes on nothing but that is known. */
function shareOf(runs: readonly SearchedRun[], index: number, byte: number): number {
  const sizes = runs.map(
    ({ job }, at) => (at < index ? (job.logBytes ?? 0) : Math.max(job.logBytes ?? 0, at === index ? byte : 0)) + 1,
  )
  const sum = (some: readonly number[]) => some.reduce((total, size) => total + size, 0)
  return Math.min(1, (sum(sizes.slice(0, index)) + byte) / sum(sizes))
}

function parseCursor(text: string): Cursor {
  try {
    return Cursor.parse(JSON.parse(text))
  } catch (cause) {
    throw new AppError('BAD_INPUT', 'The cursor is none of this search', { cause })
  }
}
