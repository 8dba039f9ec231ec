/** What a stream of the API reads from, made of any Readable. */
import type { Readable } from 'node:stream'
import type { ByteSource } from '../../src/main/api/streams.ts'

/** A source that has all it has in `output`. */
export function byteSource(output: Readable): ByteSource & { isClosed: boolean } {
  const { promise, resolve } = Promise.withResolvers<void>()
  output.once('close', resolve)
  const source = {
    output,
    end: promise,
    isClosed: false,
    close: () => {
      source.isClosed = true
      output.destroy()
    },
  }
  return source
}
