/** Small parts that channels and connections are put together from. */
import { Duplex, type Readable } from 'node:stream'
import { finished } from 'node:stream/promises'

/** Settles when an output was read to its end, or its reader let go of it. */
export function isOver(output: Readable): Promise<void> {
  return finished(output, { writable: false }).catch(() => undefined) // Destroyed by its reader: that is an end as well.
}

/** Reads to the end, and keeps the first of it. A channel that is closed breaks it off; what came until then counts. */
export async function beginningOf(output: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of output as AsyncIterable<Buffer>) {
      if (bytes < maxBytes) chunks.push(chunk.subarray(0, maxBytes - bytes))
      bytes += chunk.length
    }
  } catch {
    // The channel's end tells.
  }
  return Buffer.concat(chunks)
}

export type JoinOptions = {
  /** Lets go of what is behind the streams. */
  onDestroy(): void
  /** Who reads is told of an error in place of the end, once it is known: then `input`'s own end is kept from him. */
  endsByError?: boolean
}

/** Two one-way streams as one. */
export function joinStreams(input: NodeJS.ReadableStream, output: NodeJS.WritableStream, options: JoinOptions): Duplex {
  const stream = new Duplex({
    read: () => input.resume(),
    write: (chunk: Buffer, _encoding, done) => {
      output.write(chunk, error => {
        if (!error || !options.endsByError) done(error)
      })
    },
    final: done => {
      output.end()
      done()
    },
    destroy: (error, done) => {
      options.onDestroy()
      done(error)
    },
  })
  input.on('data', chunk => {
    if (!stream.push(chunk)) input.pause()
  })
  if (!options.endsByError) input.on('end', () => stream.push(null))
  input.on('error', error => stream.destroy(error))
  // A broken pipe is only how the other side's end looks from here.
  if (options.endsByError) output.on('error', () => undefined)
  else output.on('error', error => stream.destroy(error))
  return stream
}
