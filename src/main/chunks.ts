/**
 * Bytes on their way through the core. They stand outside the engine's heap, and the engine lets go of them only when it collects new
 * objects, which by itself it does after 32 MB of such bytes: a log that is followed would make the core grow by that much.
 * So whoever is the last to have a chunk lets go of it.
 */
import { finished, type Readable } from 'node:stream'

/** The chunks of a stream as they come; `for await` over the stream itself puts all that wait into a new one. */
export function eachChunk(stream: Readable): AsyncGenerator<Buffer, void, undefined> {
  return joinedChunks(stream, { leastMs: 0, mostMs: 0, enoughBytes: 1 })
}

export type Joining = {
  /** What comes sooner than this after the last is kept until then; longer and longer, up to `mostMs`, for as long as it does not pause. */
  leastMs: number
  mostMs: number
  /** So much is not kept, and nothing is read beyond it. */
  enoughBytes: number
}

/** So what never pauses is at its slowest after a dozen. */
const GROWTH = 1.25

/** The same with many small ones made one: the first at once, what comes soon after it together. */
export async function* joinedChunks(stream: Readable, joining: Joining): AsyncGenerator<Buffer, void, undefined> {
  const { leastMs, mostMs, enoughBytes } = joining
  let waiting: Buffer[] = []
  let waitingBytes = 0
  let end: { error: Error | null | undefined } | undefined
  let wake: () => void = () => undefined
  let everyMs = leastMs
  let dueAt = 0
  const take = (chunk: Buffer) => {
    waiting.push(chunk)
    waitingBytes += chunk.length
    if (waiting.length === 1) everyMs = performance.now() < dueAt ? Math.min(mostMs, everyMs * GROWTH) : leastMs
    if (waitingBytes >= enoughBytes) stream.pause()
    if (waiting.length === 1 || waitingBytes >= enoughBytes) wake()
  }
  stream.on('data', take)
  const forget = finished(stream, { writable: false }, error => {
    end = { error }
    wake()
  })
  try {
    for (;;) {
      const pauseMs = dueAt - performance.now()
      if (waiting.length > 0 && (end || waitingBytes >= enoughBytes || pauseMs <= 0)) {
        const chunk = joined(waiting)
        waiting = []
        waitingBytes = 0
        dueAt = performance.now() + everyMs
        yield chunk
      } else if (waiting.length === 0 && end) {
        if (end.error) throw end.error
        return
      } else {
        if (waiting.length === 0) stream.resume()
        await new Promise<void>(resolve => {
          wake = resolve
          if (waiting.length > 0) setTimeout(resolve, pauseMs)
        })
      }
    }
  } finally {
    forget()
    stream.off('data', take)
    stream.destroy()
  }
}

function joined(chunks: Buffer[]): Buffer {
  const [first = Buffer.alloc(0)] = chunks
  if (chunks.length === 1) return first
  const all = Buffer.concat(chunks)
  for (const chunk of chunks) freeChunk(chunk)
  return all
}

/**
 * Gives the memory of a chunk back now. It is empty from then on, and so is all that was cut from it. Not if it takes half of its
 * memory or less: so do the small ones that Node cuts from a pool, where others of them stand.
 */
export function freeChunk({ buffer, length }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && length > buffer.byteLength / 2) buffer.transfer(0)
}
