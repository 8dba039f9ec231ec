/** What a process has printed so far: its last lines, over as many of its runs as they take, from where they begin. */
import type { JobView } from '../../../shared/domain.ts'
import { AppError } from '../../../shared/errors.ts'
import type { OutputEntry } from '../../../shared/process.ts'
import type { LineSplitter, OutputLine } from './line-splitter.ts'
import { byteAt, timeOf } from './log-times.ts'
import type { OutputHub } from './output-hub.ts'

/** A run and a place in what it has printed. */
export type Place = { job: JobView; byte: number }
/** `from` null: there is nothing. `to`: as far as it was printed when it was asked. */
export type Past = { runs: readonly JobView[]; from: Place | null; to: Place | null }
export type PastOptions = { lines: number; since: number | null }
/** Entries with the time by which they are sorted among those of others. */
export type TimedEntry = { sortAt: number; entry: OutputEntry }

const FIRST_BLOCK = 64 * 1024
const MOST_BLOCK = 1024 * 1024
const PART_BYTES = 64 * 1024
const LINE_FEED = 0x0a

/** Where the last lines begin. `runs`: oldest first. @throws {AppError} as `hub.read` does. */
export async function findPast(hub: OutputHub, runs: readonly JobView[], { lines, since }: PastOptions): Promise<Past> {
  const begun = runs.filter(({ startedAt, state, logBytes }) => startedAt !== null || (state === 'ended' && logBytes !== null))
  const newest = begun.at(-1)
  if (!newest) return { runs: begun, from: null, to: null }
  const to = { job: newest, byte: await sizeOf(hub, newest) }
  let from: Place | null = null
  let wanted = lines
  for (const job of begun.toReversed()) {
    if (wanted <= 0 || (since !== null && job.endedAt !== null && job.endedAt < since)) break
    const size = job === newest ? to.byte : await sizeOf(hub, job)
    const found = await lastLines(hub, job.id, { size, wanted }).catch(unlessGone)
    // With it went all that are older.
    if (!found) break
    from = { job, byte: since === null ? found.byte : Math.max(found.byte, await firstLineSince(hub, job.id, since)) }
    wanted -= found.lines
  }
  return { runs: begun, from, to }
}

/** Its host removes the oldest runs of a process that has printed beyond its cap. */
function unlessGone(error: unknown): null {
  if (error instanceof AppError && error.code === 'NOT_FOUND') return null
  throw error
}

/** Where the first line begins that may have been printed then or later. */
export async function firstLineSince(hub: OutputHub, jobId: string, since: number): Promise<number> {
  const byte = byteAt(await hub.times(jobId), since)
  if (byte === 0) return 0
  const part = await hub.read(jobId, byte - 1, PART_BYTES)
  return part.byte + part.bytes.indexOf(LINE_FEED) + 1
}

async function sizeOf(hub: OutputHub, job: JobView): Promise<number> {
  return job.state === 'ended' && job.logBytes !== null ? job.logBytes : await hub.size(job.id)
}

/** How many of the wanted lines there are, and where they begin. */
async function lastLines(
  hub: OutputHub,
  jobId: string,
  { size, wanted }: { size: number; wanted: number },
): Promise<{ byte: number; lines: number }> {
  let lines = size === 0 ? 0 : 1
  let end = size
  let block = FIRST_BLOCK
  while (end > 0) {
    const begin = Math.max(0, end - block)
    const part = await hub.read(jobId, begin, end - begin)
    const bytes = part.bytes.subarray(0, Math.max(0, end - part.byte))
    // The last byte of all ends a line, and begins none.
    for (
      let at = bytes.lastIndexOf(LINE_FEED, end === size ? -2 : undefined);
      at >= 0;
      at = at === 0 ? -1 : bytes.lastIndexOf(LINE_FEED, at - 1)
    ) {
      if (part.byte + at === size - 1) continue
      if (lines === wanted) return { byte: part.byte + at + 1, lines }
      lines += 1
    }
    // What stands before is kept no more.
    if (part.byte > begin || bytes.length === 0) return { byte: part.byte, lines }
    end = begin
    block = Math.min(block * 2, MOST_BLOCK)
  }
  return { byte: 0, lines }
}

/** From `from` to `to`, in parts. The splitter has then what is not a whole line yet. */
export async function* pastEntries(
  hub: OutputHub,
  { runs, from, to }: Past,
  { process, splitter, now }: { process: string; splitter: LineSplitter; now(): number },
): AsyncGenerator<TimedEntry[], void, undefined> {
  if (!from || !to) return
  for (const job of runs.slice(runs.indexOf(from.job), runs.indexOf(to.job) + 1)) {
    const isLast = job === to.job
    // Hosts tell whole seconds, cut off.
    const sortAt = Math.max(job.startedAt ?? 0, job.createdAt)
    const head = { process, jobId: job.id }
    let byte = job === from.job ? from.byte : 0
    const marks = await hub.times(job.id)
    // Behind the last mark stands what was printed just before the end, or just now.
    const lastAt = marks.length > 0 ? (job.endedAt ?? now()) : null
    const timed = (line: OutputLine): TimedEntry => {
      const at = timeOf(marks, line.byte) ?? lastAt
      return { sortAt: Math.max(at ?? 0, sortAt), entry: lineEntry(head, line, at) }
    }
    if (byte === 0) yield [{ sortAt, entry: { type: 'run', ...head, run: runOf(job), at: job.startedAt } }]
    const end = isLast ? to.byte : await sizeOf(hub, job)
    while (byte < end) {
      const part = await hub.read(job.id, byte, Math.min(PART_BYTES, end - byte))
      const entries: TimedEntry[] = []
      if (part.byte > byte) entries.push({ sortAt, entry: { type: 'dropped', ...head, byte, bytes: part.byte - byte } })
      if (part.bytes.length === 0) break
      for (const line of splitter.push(part.byte, part.bytes)) entries.push(timed(line))
      byte = part.byte + part.bytes.length
      yield entries
    }
    if (isLast && job.state !== 'ended') return
    yield [...splitter.end().map(timed), { sortAt: Math.max(job.endedAt ?? 0, sortAt), entry: endedEntry(head, job) }]
  }
}

export type EntryHead = { process: string; jobId: string }

export function lineEntry(head: EntryHead, { byte, text, isCut }: OutputLine, at: number | null): OutputEntry {
  return { type: 'line', ...head, byte, at, text, ...(isCut && { isCut: true as const }) }
}

export function endedEntry(head: EntryHead, job: JobView): OutputEntry {
  return { type: 'ended', ...head, run: runOf(job), at: job.endedAt, exitCode: job.exitCode, signal: job.signal }
}

export function runOf({ process }: JobView): number {
  return process?.run ?? 1
}
