/** The output of a job: the bytes it wrote, as they are. */
import type { JobView } from '../shared/domain.ts'
import type { Cli } from './cli.ts'
import type { CoreSession } from './core-client.ts'
import { LastLines } from './last-lines.ts'
import { written } from './output.ts'
import { copyLog } from './stream-job.ts'
import { parseCount } from './values.ts'

/** Of a long log, the end is read first: most lines are shorter than this. */
const BYTES_PER_LINE = 200
const LEAST_BYTES = 64 * 1024

type Printing = { isFollowed: boolean; lines: string | undefined }

export async function printJobLog(cli: Cli, session: CoreSession, job: JobView, { isFollowed, lines }: Printing): Promise<void> {
  const fromByte = lines === undefined ? 0 : await printLast(cli, session, { job, count: parseCount(lines, '--lines') })
  if (isFollowed) await copyLog(cli, session, { jobId: job.id, fromByte })
  else if (lines === undefined) await print(cli, session, job.id)
}

async function print(cli: Cli, session: CoreSession, job: string): Promise<void> {
  for await (const bytes of await session.openLog({ job })) await written(cli.out.stdout, bytes)
}

type Tail = { job: { id: string; logBytes: number | null }; count: number }

/** Prints the last lines there are now; gives the byte after them. Reads back in steps that grow fourfold. */
async function printLast(cli: Cli, session: CoreSession, { job, count }: Tail): Promise<number> {
  const size = job.logBytes ?? 0
  for (let back = Math.max(LEAST_BYTES, count * BYTES_PER_LINE); ; back *= 4) {
    const start = Math.max(0, size - back)
    const last = new LastLines(count)
    for await (const bytes of await session.openLog({ job: job.id, fromByte: start })) last.add(bytes)
    if (start > 0 && !last.isFull) continue
    for (const bytes of last.chunks()) await written(cli.out.stdout, bytes)
    return start + last.bytesSeen
  }
}
