/**
 * Buffers for the frames of one socket's streams, used again once they were written. Without it a long log makes garbage faster than
 * it is collected, and the core grows by tens of megabytes that nobody uses.
 */
const HEADER_BYTES = 4
/** What pipes and sockets are read by. */
const PAYLOAD_BYTES = 64 * 1024
/** A stream has a window of four under way; more free ones would only lie about. */
const MAX_FREE = 8

export class FramePool {
  readonly #free: Buffer[] = []

  /** Frames `bytes` as encodeFrame of frames.ts does, in as many frames as it takes. `send` calls `written` when it no longer needs the frame. */
  frame(stream: number, bytes: Uint8Array, send: (frame: Uint8Array, written: () => void) => void): void {
    for (let at = 0; at < bytes.length; at += PAYLOAD_BYTES) {
      const part = bytes.subarray(at, at + PAYLOAD_BYTES)
      const buffer = this.#free.pop() ?? Buffer.allocUnsafeSlow(HEADER_BYTES + PAYLOAD_BYTES)
      buffer.writeUInt32BE(stream, 0)
      buffer.set(part, HEADER_BYTES)
      send(buffer.subarray(0, HEADER_BYTES + part.length), () => {
        if (this.#free.length < MAX_FREE) this.#free.push(buffer)
      })
    }
  }
}
