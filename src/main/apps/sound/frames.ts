/**
 * Cuts a stream of PulseAudio's native protocol into its frames: control packets, which come whole, and sound, which is passed on as it
 * comes. Each begins with five numbers: its length, its channel (none: a packet), a place in the stream (two), and flags. Pure.
 */

export type Frame =
  | { kind: 'packet'; body: Buffer }
  /** `header`: the five numbers. The bytes follow as `sound`, of the same channel. */
  | { kind: 'sound-begin'; channel: number; header: Buffer }
  | { kind: 'sound'; bytes: Buffer }

/** Whoever sends what is not of the protocol is heard no further. */
export class FrameError extends Error {
  override name = 'FrameError'
}

const HEADER_BYTES = 20
const NO_CHANNEL = 0xffff_ffff
const MAX_PACKET_BYTES = 64 * 1024
/** The protocol's own limit. */
const MAX_SOUND_BYTES = 16 * 1024 ** 2
/** Where in the stream it is written counts from one of four places; all other flags are of memory that both sides share. */
const MAX_SEEK_MODE = 3

export class FrameReader {
  /** What has come of a header or a packet: each part at least a byte of 64 KB. */
  #parts: Buffer[] = []
  #partsBytes = 0
  /** What is still to come of the packet or the sound whose header was read. */
  #packetBytes = 0
  #soundBytes = 0

  /** What of it is whole now; sound need not be. @throws {FrameError} */
  read(chunk: Buffer): Frame[] {
    const frames: Frame[] = []
    for (let rest = chunk; rest.length > 0; ) {
      if (this.#soundBytes > 0) {
        const bytes = rest.subarray(0, this.#soundBytes)
        this.#soundBytes -= bytes.length
        rest = rest.subarray(bytes.length)
        frames.push({ kind: 'sound', bytes })
        continue
      }
      const wanted = this.#packetBytes || HEADER_BYTES
      const part = rest.subarray(0, wanted - this.#partsBytes)
      rest = rest.subarray(part.length)
      this.#parts.push(part)
      this.#partsBytes += part.length
      const frame = this.#partsBytes < wanted ? null : this.#whole()
      if (frame) frames.push(frame)
    }
    return frames
  }

  /** All of a header, which is no frame yet where a packet follows; or all of a packet. */
  #whole(): Frame | null {
    const whole = Buffer.concat(this.#parts)
    this.#parts = []
    this.#partsBytes = 0
    if (this.#packetBytes === 0) return this.#begin(whole)
    this.#packetBytes = 0
    return { kind: 'packet', body: whole }
  }

  #begin(header: Buffer): Frame | null {
    const length = header.readUInt32BE(0)
    const channel = header.readUInt32BE(4)
    const flags = header.readUInt32BE(16)
    if (channel === NO_CHANNEL) {
      if (flags !== 0 || length === 0 || length > MAX_PACKET_BYTES)
        throw new FrameError(`a packet of ${length} bytes, flags ${flags}`)
      this.#packetBytes = length
      return null
    }
    if (flags > MAX_SEEK_MODE || length === 0 || length > MAX_SOUND_BYTES) {
      throw new FrameError(`sound of ${length} bytes, flags ${flags}`)
    }
    this.#soundBytes = length
    return { kind: 'sound-begin', channel, header }
  }
}

/** A packet with its header, as it crosses. */
export function packetFrame(body: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt32BE(body.length, 0)
  header.writeUInt32BE(NO_CHANNEL, 4)
  return Buffer.concat([header, body])
}
