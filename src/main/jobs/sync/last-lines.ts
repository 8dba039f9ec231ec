/** What a program said on its error stream, as far as a message to a person has room for it. */
import type { Readable } from 'node:stream'

const KEPT_BYTES = 16 * 1024
const SHOWN_LINES = 5

/** Reads to the end, keeps little, and gives the last lines without control characters. */
export async function lastLines(stream: Readable): Promise<string> {
  let kept = Buffer.alloc(0)
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) kept = Buffer.concat([kept, chunk]).subarray(-KEPT_BYTES)
  } catch {
    // A closed channel breaks it off; what was said until then counts.
  }
  return shown(kept.toString('utf8'))
}

function shown(text: string): string {
  const lines = text
    .split('\n')
    .map(line => line.replace(/[\x00-\x1f\x7f-\x9f]/g, ' ').trim())
    .filter(line => line !== '')
  return lines.slice(-SHOWN_LINES).join('; ')
}
