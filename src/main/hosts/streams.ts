/** Small parts that channels and connections are put together from. */
import { Duplex, type Readable } from 'node:stream'
import { finished } from 'node:stream/promises'

/** Settles when an output was read to its end, or its reader let go of it. */
export function isOver(output: Readable): Promise<void> {
  return finished(output, { writable: false }).catch(() => undefined) // Destroyed by its reader: that is an end as well.
}

/** Two one-way streams as one; `onDestroy` lets go of what is behind them. */
export function joinStreams(input: NodeJS.ReadableStream, output: NodeJS.WritableStream, onDestroy: () => void): Duplex {
  const stream = new Duplex({
    read: () => input.resume(),
    write: (chunk: Buffer, _encoding, done) => output.write(chunk, done),
    final: done => {
      output.end()
      done()
    },
    destroy: (error, done) => {
      onDestroy()
      done(error)
    },
  })
  input.on('data', chunk => {
    if (!stream.push(chunk)) input.pause()
  })
  input.on('end', () => stream.push(null))
  input.on('error', error => stream.destroy(error))
  output.on('error', error => stream.destroy(error))
  return stream
}
