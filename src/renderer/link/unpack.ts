/** Messages of the core as they were written: some come packed, which takes a moment to undo, and none may overtake another. */
import { decodeFrame, PACKED_STREAM } from '../../shared/frames.ts'

export type Message = string | Uint8Array<ArrayBuffer>

/** Hands each message on to `receive`, in the order of their coming. `failed`: what came cannot be unpacked. */
export function unpacking(receive: (message: Message) => void, failed: () => void): (data: string | ArrayBuffer) => void {
  /** Of the last message that had to wait, as long as it does. */
  let last: Promise<void> | null = null
  return data => {
    const message = typeof data === 'string' ? data : new Uint8Array(data)
    const isPacked = typeof message !== 'string' && decodeFrame(message).stream === PACKED_STREAM
    if (!isPacked && last === null) return receive(message)
    const unpacked = isPacked ? unpack(message) : message
    const turn = Promise.all([unpacked, last]).then(([whole]) => {
      if (last === turn) last = null
      receive(whole)
    })
    last = turn
    turn.catch(failed)
  }
}

async function unpack(message: Uint8Array<ArrayBuffer>): Promise<string> {
  const bytes = decodeFrame(message).bytes as Uint8Array<ArrayBuffer>
  return await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))).text()
}
