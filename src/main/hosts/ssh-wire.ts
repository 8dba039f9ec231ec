/** How ssh and its agents write what they send each other (RFC 4251): bytes behind their length, and numbers. */

/** Bytes, or a text, as a `string`. */
export function field(bytes: Buffer | string): Buffer {
  const content = Buffer.from(bytes)
  return Buffer.concat([uint32(content.length), content])
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** A number above zero, given with its highest byte first, as an `mpint`: without zeros before it, save one where it would look negative. */
export function mpint(number: Buffer): Buffer {
  const first = number.findIndex(byte => byte !== 0)
  const digits = first < 0 ? Buffer.alloc(0) : number.subarray(first)
  return field((digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), digits]) : digits)
}

/** @throws {RangeError} past the end. */
export class WireReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  byte(): number {
    return this.#bytes.readUInt8(this.#at++)
  }

  uint32(): number {
    this.#at += 4
    return this.#bytes.readUInt32BE(this.#at - 4)
  }

  string(): Buffer {
    const length = this.uint32()
    if (this.#at + length > this.#bytes.length) throw new RangeError('The message of an ssh-agent is cut short')
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }
}

/** Gives the messages of an agent's connection, whole, as they come in. @throws {RangeError} for one that is longer than any may be. */
export class WireMessages {
  #received = Buffer.alloc(0)

  take(chunk: Buffer): Buffer[] {
    this.#received = Buffer.concat([this.#received, chunk])
    const messages: Buffer[] = []
    for (;;) {
      if (this.#received.length < 4) return messages
      const length = this.#received.readUInt32BE(0)
      if (length > MAX_MESSAGE_BYTES) throw new RangeError('A message of an ssh-agent is too long')
      if (this.#received.length < 4 + length) return messages
      messages.push(this.#received.subarray(4, 4 + length))
      this.#received = this.#received.subarray(4 + length)
    }
  }
}

const MAX_MESSAGE_BYTES = 256 * 1024
