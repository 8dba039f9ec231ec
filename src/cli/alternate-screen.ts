/**
 * Watches the bytes of a terminal for whether whoever draws there has left the alternate screen again. A tmux that ends in order
 * does; one that was killed leaves the person's terminal as it stands, with its mouse and its keys.
 */

/** The three ways terminals know. Another screen is entered by the last letter `h`, and left by `l`. */
const SWITCHES = [47, 1047, 1049].map(number => ({ enter: `\x1b[?${number}h`, leave: `\x1b[?${number}l` }))
const LONGEST = 8

export class AlternateScreen {
  #isEntered = false
  /** The end of what was seen, where a switch may be cut in two. */
  #tail = Buffer.alloc(0)

  get isEntered(): boolean {
    return this.#isEntered
  }

  see(bytes: Uint8Array): void {
    // A short copy for what spans two pieces; the piece itself is searched as it is.
    const seam = Buffer.concat([this.#tail, bytes.subarray(0, LONGEST - 1)])
    for (const part of [seam, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)]) this.#search(part)
    this.#tail = Buffer.concat([this.#tail, bytes.subarray(-(LONGEST - 1))]).subarray(-(LONGEST - 1))
  }

  #search(part: Buffer): void {
    const last = (texts: readonly string[]) => Math.max(...texts.map(text => part.lastIndexOf(text, undefined, 'latin1')))
    const entered = last(SWITCHES.map(({ enter }) => enter))
    const left = last(SWITCHES.map(({ leave }) => leave))
    if (entered !== left) this.#isEntered = entered > left
  }
}
