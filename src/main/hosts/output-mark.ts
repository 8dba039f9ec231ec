/**
 * Where a command's own output begins. Shells read start-up files for every command that sshd runs, and what those print would stand
 * before a log, or in the midst of rsync's protocol. So a command first writes a mark, and whatever comes before it is dropped.
 *
 * On a terminal the mark may never come: a program that takes the whole screen, such as tmux, first has the kernel throw away what was
 * written and not yet fetched. There, what such programs begin with ends the noise as well.
 */
import { randomBytes } from 'node:crypto'

/** What start-up files may write; of more than that, all counts as output. */
const MAX_NOISE_BYTES = 1024 * 1024
/** Sets a mode of the terminal: another screen, or what its keys send. No start-up file has reason to. */
const SCREEN_PROGRAM = '\x1b[?'

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
  readonly #hasTerminal: boolean
  #held: Buffer | null = Buffer.alloc(0)

  constructor(mark: string, hasTerminal: boolean) {
    this.#mark = mark
    this.#hasTerminal = hasTerminal
  }

  /** The mark has not come yet. */
  get isWaiting(): boolean {
    return this.#held !== null
  }

  /** What of the output is known to be the command's own with this chunk; empty while the mark is awaited. */
  take(chunk: Buffer): Buffer {
    if (this.#held === null) return chunk
    const held = Buffer.concat([this.#held, chunk])
    const begin = this.#begin(held)
    if (begin === null) {
      this.#held = held
      return Buffer.alloc(0)
    }
    this.#held = null
    return held.subarray(begin)
  }

  /** Where in `held` the command's own output begins; null if that cannot be said yet. */
  #begin(held: Buffer): number | null {
    const mark = held.indexOf(this.#mark)
    if (mark >= 0) return mark + this.#mark.length
    const program = this.#hasTerminal ? held.indexOf(SCREEN_PROGRAM) : -1
    if (program >= 0) return program
    return held.length < MAX_NOISE_BYTES ? null : 0
  }

  /** At the end of the output: what came without a mark is all there is to say why the command was not run. */
  rest(): Buffer {
    const held = this.#held ?? Buffer.alloc(0)
    this.#held = null
    return held
  }
}
