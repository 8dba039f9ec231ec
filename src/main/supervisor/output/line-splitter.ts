/**
 * Cuts output into lines for people: at line feeds, and what is longer than anybody reads also within. Bytes that are no UTF-8 become
 * U+FFFD; a carriage return at a line's end goes, any other stays, and shows what overwrote what.
 */

export type OutputLine = { byte: number; text: string; isCut: boolean }

const MOST_BYTES = 64 * 1024
const LINE_FEED = 0x0a
const NOTHING = Buffer.alloc(0)

export class LineSplitter {
  #rest: Buffer = NOTHING
  #restByte = 0

  /** The lines that end in these bytes, which stand at `byte`; what comes must follow on what came. */
  push(byte: number, bytes: Buffer): OutputLine[] {
    if (this.#rest.length === 0) this.#restByte = byte
    const all = this.#rest.length > 0 ? Buffer.concat([this.#rest, bytes]) : bytes
    const lines: OutputLine[] = []
    let from = 0
    for (;;) {
      const end = all.indexOf(LINE_FEED, from)
      const length = (end < 0 ? all.length : end) - from
      if (length > MOST_BYTES) {
        const taken = wholeCharacters(all.subarray(from, from + MOST_BYTES))
        lines.push(this.#line(all, { from, end: from + taken, isCut: true }))
        from += taken
      } else if (end < 0) break
      else {
        const isReturn = end > from && all[end - 1] === 0x0d
        lines.push(this.#line(all, { from, end: isReturn ? end - 1 : end, isCut: false }))
        from = end + 1
      }
    }
    this.#restByte += from
    this.#rest = from === all.length ? NOTHING : Buffer.from(all.subarray(from))
    return lines
  }

  /** What has no end yet, as the beginning of a line; nothing where that is within a character. */
  flush(): OutputLine[] {
    const taken = wholeCharacters(this.#rest)
    if (taken === 0) return []
    const line = this.#line(this.#rest, { from: 0, end: taken, isCut: true })
    this.#rest = this.#rest.subarray(taken)
    this.#restByte += taken
    return [line]
  }

  /** The output has ended, or does not go on from here: what there is is a line. */
  end(): OutputLine[] {
    if (this.#rest.length === 0) return []
    const line = this.#line(this.#rest, { from: 0, end: this.#rest.length, isCut: false })
    this.#rest = NOTHING
    return [line]
  }

  /** What comes next does not follow: what has no end yet is left out. Gives where that began, if there is any. */
  drop(): number | null {
    const byte = this.hasRest ? this.#restByte : null
    this.#rest = NOTHING
    return byte
  }

  get hasRest(): boolean {
    return this.#rest.length > 0
  }

  #line(bytes: Buffer, { from, end, isCut }: { from: number; end: number; isCut: boolean }): OutputLine {
    return { byte: this.#restByte + from, text: bytes.toString('utf8', from, end), isCut }
  }
}

/** How many of these bytes there are without a character that they only begin. */
function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number
    if (byte < 0x80) break
    if (byte < 0xc0) continue
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
    return length > back ? bytes.length - back : bytes.length
  }
  return bytes.length
}
