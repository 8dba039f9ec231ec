/** Reads a merged stream of output: what the core writes as one JSON text a line, in chunks that end anywhere. */
import type { OutputEntry } from '../../shared/process.ts'

/** As many entries at once as a chunk has brought. What stands behind the last newline is no entry, and is left out. */
export async function* outputEntries(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<OutputEntry[], void, undefined> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const bytes of chunks) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    if (lines.length > 0) yield lines.map(line => JSON.parse(line) as OutputEntry)
  }
}
