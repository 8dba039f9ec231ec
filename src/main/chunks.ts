/**
 * Bytes on their way through the core. They stand outside the engine's heap, and the engine lets go of them only when it collects new
 * objects, which by itself it does after 32 MB of such bytes: a log that is followed would make the core grow by that much.
 * So whoever is the last to have a chunk lets go of it.
 */
import { finished, type Readable } from 'node:stream'

/** The chunks of a stream as they come; `for await` over the stream itself puts all that wait into a new one. */
export async function* eachChunk(stream: Readable): AsyncGenerator<Buffer, void, undefined> {
  const waiting: Buffer[] = []
  let end: { error: Error | null | undefined } | undefined
  let wake: () => void = () => undefined
  const take = (chunk: Buffer) => {
    waiting.push(chunk)
    stream.pause()
    wake()
  }
  stream.on('data', take)
  const forget = finished(stream, { writable: false }, error => {
    end = { error }
    wake()
  })
  try {
    for (;;) {
      const chunk = waiting.shift()
      if (chunk) {
        yield chunk
      } else if (end) {
        if (end.error) throw end.error
        return
      } else {
        stream.resume()
        await new Promise<void>(resolve => {
          wake = resolve
        })
      }
    }
  } finally {
    forget()
    stream.off('data', take)
    stream.destroy()
  }
}

/**
 * Gives the memory of a chunk back now. It is empty from then on, and so is all that was cut from it. Not if it takes half of its
 * memory or less: so do the small ones that Node cuts from a pool, where others of them stand.
 */
export function freeChunk({ buffer, length }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && length > buffer.byteLength / 2) buffer.transfer(0)
}
