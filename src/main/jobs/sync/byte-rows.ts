/**
 * Very many byte strings, kept outside the heap: a big folder's entries as JavaScript objects would cost the core ten times their
 * bytes. For manifests and lists of paths.
 */

const CHUNK_BYTES = 1024 * 1024

export class ByteRows {
  readonly #chunks: Buffer[] = []
  /** How much of each chunk is used. */
  readonly #ends: number[] = []
  /** In the last chunk. */
  #filled = CHUNK_BYTES
  #totalBytes = 0

  get totalBytes(): number {
    return this.#totalBytes
  }

  /** Gives where the row lies, for `part`. No row lies in two chunks. */
  add(row: string): { chunk: number; at: number } {
    const isBig = row.length > CHUNK_BYTES
    if (isBig || this.#filled + row.length > CHUNK_BYTES) {
      this.#chunks.push(Buffer.allocUnsafeSlow(isBig ? row.length : CHUNK_BYTES))
      this.#filled = 0
    }
    const chunk = this.#chunks.length - 1
    const at = this.#filled
    this.#chunks[chunk]?.write(row, at, 'latin1')
    this.#filled += row.length
    this.#totalBytes += row.length
    this.#ends[chunk] = this.#filled
    return { chunk, at }
  }

  part({ chunk, from, to }: { chunk: number; from: number; to: number }): Buffer {
    return (this.#chunks[chunk] ?? Buffer.alloc(0)).subarray(from, to)
  }

  /** All rows, in the order in which they came, behind `head`. */
  bytes(head = ''): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(head.length + this.#totalBytes)
    Buffer.from(all.buffer).write(head, 'latin1')
    let at = head.length
    for (const [index, chunk] of this.#chunks.entries()) {
      const part = chunk.subarray(0, this.#ends[index])
      all.set(part, at)
      at += part.length
    }
    return all
  }
}

/** The texts of bytes in which each is ended by NUL. */
export function* textsOf(bytes: Uint8Array): Generator<string> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let from = 0; from < buffer.length; ) {
    const end = buffer.indexOf(0, from)
    if (end === -1) return
    yield buffer.toString('latin1', from, end)
    from = end + 1
  }
}
