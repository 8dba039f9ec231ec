/**
 * The part of a log that the page holds: some bytes in a row, and where its lines begin. Never changed: each change gives another.
 * Of what grows beyond its limit the other end is let go, so a log of any size takes as much of the page as a small one.
 */

/** What is held at most. */
export const WINDOW_BYTES = 1024 * 1024
/** A line longer than this goes on in the next one. */
export const LINE_BYTES = 8 * 1024

const NEWLINE = 10
const decoder = new TextDecoder()

export class LogWindow {
  /** Where in the log it begins. */
  readonly start: number
  readonly bytes: Uint8Array
  /** Where each line begins, in the window. */
  readonly #lines: Uint32Array<ArrayBuffer>

  /** `lines`: where its first lines begin, if that is known already; the last of them may go on. */
  constructor(start: number, bytes: Uint8Array, lines = new Uint32Array()) {
    this.start = start
    this.bytes = bytes
    const known = lines.subarray(0, -1)
    const found = lineStarts(bytes, lines.at(-1) ?? 0)
    this.#lines = new Uint32Array(known.length + found.length)
    this.#lines.set(known)
    this.#lines.set(found, known.length)
  }

  get end(): number {
    return this.start + this.bytes.length
  }
  get lineCount(): number {
    return this.#lines.length
  }

  /** Where in the log a line begins. */
  byteOf(line: number): number {
    return this.start + (this.#lines[line] ?? this.bytes.length)
  }

  /** Without its end. */
  textOf(line: number): string {
    const from = this.#lines[line] ?? this.bytes.length
    const next = this.#lines[line + 1] ?? this.bytes.length
    return decoder.decode(this.bytes.subarray(from, this.bytes[next - 1] === NEWLINE ? next - 1 : next))
  }

  /** The line in which a byte of the log stands, or the nearest one. */
  lineAt(byte: number): number {
    const wanted = byte - this.start
    let [low, high] = [0, this.#lines.length - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((this.#lines[middle] ?? 0) <= wanted) low = middle
      else high = middle - 1
    }
    return Math.max(0, low)
  }

  /** What stands behind it came. */
  append(bytes: Uint8Array): LogWindow {
    const all = joined(this.bytes, bytes)
    const over = all.length - WINDOW_BYTES
    if (over <= 0) return new LogWindow(this.start, all, this.#lines)
    const cut = lineStartAfter(all, over)
    const first = this.lineAt(this.start + cut)
    const kept = this.#lines[first] === cut ? this.#lines.slice(first) : new Uint32Array()
    return new LogWindow(
      this.start + cut,
      all.slice(cut),
      kept.map(at => at - cut),
    )
  }

  /** What stands before it came, from a line's beginning on. */
  prepend(bytes: Uint8Array): LogWindow {
    const all = joined(bytes, this.bytes)
    return new LogWindow(this.start - bytes.length, all.length > WINDOW_BYTES ? all.slice(0, WINDOW_BYTES) : all)
  }
}

/** Of bytes from the midst of a log, where the first whole line begins; 0 if there is none near. */
export function firstLineStart(bytes: Uint8Array): number {
  return lineStartAfter(bytes, 0, 0)
}

function lineStartAfter(bytes: Uint8Array, at: number, otherwise = at): number {
  const newline = bytes.subarray(at, at + 2 * LINE_BYTES).indexOf(NEWLINE)
  return newline === -1 || at + newline + 1 >= bytes.length ? otherwise : at + newline + 1
}

/** From `first` on, where a line begins. */
function lineStarts(bytes: Uint8Array, first: number): number[] {
  const starts: number[] = []
  let newline = bytes.indexOf(NEWLINE, first)
  for (let at = first; at < bytes.length; ) {
    starts.push(at)
    if (newline !== -1 && newline < at) newline = bytes.indexOf(NEWLINE, at)
    const end = newline === -1 ? bytes.length : newline + 1
    at = end - at > LINE_BYTES ? characterStart(bytes, at + LINE_BYTES) : end
  }
  return starts
}

/** Not in the midst of a character of UTF-8, which has three more bytes at most. */
function characterStart(bytes: Uint8Array, at: number): number {
  for (let back = 0; back < 4; back++) if (((bytes[at - back] ?? 0) & 0xc0) !== 0x80) return at - back
  return at
}

export function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const all = new Uint8Array(first.length + second.length)
  all.set(first)
  all.set(second, first.length)
  return all
}
