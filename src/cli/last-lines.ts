/** Keeps the last lines of bytes that come in pieces, and no more than those in memory. */

const NEWLINE = 0x0a

export class LastLines {
  readonly #count: number
  /** Each with the number of its newlines, oldest first. */
  readonly #pieces: { bytes: Uint8Array; newlines: number }[] = []
  #newlines = 0
  bytesSeen = 0

  constructor(count: number) {
    this.#count = count
  }

  /** True when at least one more line than asked for has begun, so that the first one kept is whole. */
  get isFull(): boolean {
    return this.#newlines > this.#count
  }

  add(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.bytesSeen += bytes.length
    const newlines = countNewlines(bytes)
    this.#pieces.push({ bytes, newlines })
    this.#newlines += newlines
    for (let first = this.#pieces[0]; first && this.#newlines - first.newlines > this.#count; first = this.#pieces[0]) {
      this.#newlines -= first.newlines
      this.#pieces.shift()
    }
  }

  /** The last lines; one without a newline at its end counts as one. */
  chunks(): Uint8Array[] {
    const last = this.#pieces.at(-1)
    if (last === undefined || this.#count === 0) return []
    const isOpen = last.bytes.at(-1) !== NEWLINE
    let skip = this.#newlines + (isOpen ? 1 : 0) - this.#count
    const kept: Uint8Array[] = []
    for (const { bytes } of this.#pieces) {
      let start = 0
      for (; skip > 0 && start < bytes.length; start++) if (bytes[start] === NEWLINE) skip--
      if (start < bytes.length) kept.push(bytes.subarray(start))
    }
    return kept
  }
}

function countNewlines(bytes: Uint8Array): number {
  let count = 0
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count++
  return count
}
