/** A line of which a search has told the beginning, read from the log to its end. */
import type { CoreSession } from './core-client.ts'

/** What is longer is cut here. */
const MOST_BYTES = 1024 * 1024

export async function wholeLine(session: CoreSession, { jobId, byte }: { jobId: string; byte: number }): Promise<string> {
  const log = await session.openLog({ job: jobId, fromByte: byte })
  const parts: Uint8Array[] = []
  let size = 0
  try {
    for await (const bytes of log) {
      const end = bytes.findIndex(value => value === 0x0a || value === 0x0d)
      parts.push(end < 0 ? bytes : bytes.subarray(0, end))
      size += bytes.length
      if (end >= 0 || size >= MOST_BYTES) break
    }
  } finally {
    log.close()
  }
  return Buffer.concat(parts).subarray(0, MOST_BYTES).toString('utf8')
}
