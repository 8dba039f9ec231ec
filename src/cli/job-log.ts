/** The output of a job: the bytes it wrote, as they are; or those of its lines that match. */
import type { JobView } from '../shared/domain.ts'
import type { Cli } from './cli.ts'
import type { CoreSession } from './core-client.ts'
import { followMatches, type Grep, printMatches } from './job-grep.ts'
import { LastLines } from './last-lines.ts'
import { written } from './output.ts'
import { copyLog } from './stream-job.ts'

/** Of a long log, the end is read first: most lines are shorter than this. */
const BYTES_PER_LINE = 200
const LEAST_BYTES = 64 * 1024

export type LogPrinting = {
  isFollowed: boolean
  /** At most so many, the last ones; null: all. */
  lines: number | null
  since: number | null
  grep: Grep | null
}

/** The exit code: 1 if nothing that there is matches. */
export async function printJobLog(cli: Cli, session: CoreSession, job: JobView, printing: LogPrinting): Promise<number> {
  const { isFollowed, lines, since, grep } = printing
  const fromByte = since === null ? 0 : (await session.call('job.logSince', { job: job.id, since })).byte
  if (grep !== null) {
    const found = await printMatches(cli, session, { jobId: job.id, fromByte, lines, grep, isFollowed })
    if (!isFollowed) return found.count === 0 ? 1 : 0
    await followMatches(cli, session, { jobId: job.id, grep, ...found })
    return 0
  }
  const end = lines === null ? fromByte : await printLast(cli, session, { job, count: lines, fromByte })
  if (isFollowed) await copyLog(cli, session, { jobId: job.id, fromByte: end })
  else if (lines === null) await print(cli, session, { job: job.id, fromByte })
  return 0
}

async function print(cli: Cli, session: CoreSession, log: { job: string; fromByte: number }): Promise<void> {
  for await (const bytes of await session.openLog(log)) await written(cli.out.stdout, bytes)
}

type Tail = { job: { id: string; logBytes: number | null }; count: number; fromByte: number }

/** Prints the last lines there are now; gives the byte after them. Reads back in steps that grow fourfold. */
async function printLast(cli: Cli, session: CoreSession, { job, count, fromByte }: Tail): Promise<number> {
  const size = job.logBytes ?? 0
  for (let back = Math.max(LEAST_BYTES, count * BYTES_PER_LINE); ; back *= 4) {
    const start = Math.max(fromByte, size - back)
    const last = new LastLines(count)
    for await (const bytes of await session.openLog({ job: job.id, fromByte: start })) last.add(bytes)
    if (start > fromByte && !last.isFull) continue
    for (const bytes of last.chunks()) await written(cli.out.stdout, bytes)
    return start + last.bytesSeen
  }
}
