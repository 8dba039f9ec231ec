/**
 * Where a command's own output begins. Shells read start-up files for every command that sshd runs, and what those print would stand
 * before a log, or in the midst of rsync's protocol. So a command first writes a mark, and whatever comes before it is dropped.
 */
import { randomBytes } from 'node:crypto'

/** What start-up files may write; of more than that, all counts as output. */
const MAX_NOISE_BYTES = 1024 * 1024

export function newMark(): string {
  return `drover-${randomBytes(8).toString('hex')}`
}

/** The command line that writes the mark first: on a terminal to it, else to each of its two outputs. */
export function markOutput(command: string, mark: string, hasTerminal: boolean): string {
  return `printf %s ${mark}${hasTerminal ? '' : `; printf %s ${mark} >&2`}\n${command}`
}

/** One output of such a command. */
export class NoiseFilter {
  readonly #mark: string
  #held: Buffer | null = Buffer.alloc(0)

  constructor(mark: string) {
    this.#mark = mark
  }

  /** The mark has not come yet. */
  get isWaiting(): boolean {
    return this.#held !== null
  }

  /** What of the output is known to be the command's own with this chunk; empty while the mark is awaited. */
  take(chunk: Buffer): Buffer {
    if (this.#held === null) return chunk
    const held = Buffer.concat([this.#held, chunk])
    const at = held.indexOf(this.#mark)
    if (at < 0 && held.length < MAX_NOISE_BYTES) {
      this.#held = held
      return Buffer.alloc(0)
    }
    this.#held = null
    return at < 0 ? held : held.subarray(at + this.#mark.length)
  }

  /** At the end of the output: what came without a mark is all there is to say why the command was not run. */
  rest(): Buffer {
    const held = this.#held ?? Buffer.alloc(0)
    this.#held = null
    return held
  }
}
