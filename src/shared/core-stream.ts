/**
 * A stream as its reader in the window or the command line has it. What is taken from it is told to the core, which sends no more than
 * STREAM_WINDOW_BYTES ahead of that; what is written to it keeps to the same rule.
 */
import { AppError } from './errors.ts'
import { STREAM_WINDOW_BYTES } from './frames.ts'

/** Bytes in order. The next are fetched only as these are taken, so a slow reader slows the sender. Throws the stream's error. */
export interface ByteStream extends AsyncIterable<Uint8Array> {
  close(): void
}

/** Takes bytes as well. */
export interface InputStream extends ByteStream {
  /** Settles when there is room for more. */
  write(bytes: Uint8Array): Promise<void>
}

export interface TerminalStream extends InputStream {
  resize(size: { columns: number; rows: number }): void
}

export type StreamLink = {
  took(bytes: number): void
  send(bytes: Uint8Array): void
  resize(size: { columns: number; rows: number }): void
  close(): void
}

/** Telling less often would stall the sender, more often would cost a message a keystroke. */
const TELL_TAKEN_BYTES = STREAM_WINDOW_BYTES / 4

export class CoreStream implements TerminalStream {
  readonly #link: StreamLink
  readonly #chunks: Uint8Array[] = []
  #end: { error: AppError | null } | undefined
  #wakeReader: (() => void) | undefined
  #takenBytes = 0
  /** How much may still be written. */
  #credit = STREAM_WINDOW_BYTES
  #wakeWriters: (() => void)[] = []

  constructor(link: StreamLink) {
    this.#link = link
  }

  /** From the core. */
  received(bytes: Uint8Array): void {
    this.#chunks.push(bytes)
    this.#wakeReader?.()
  }

  /** From the core: there is room for more input. */
  granted(bytes: number): void {
    this.#credit += bytes
    this.#wake()
  }

  /** From the core, or because it went away. */
  ended(error: AppError | null): void {
    this.#end ??= { error }
    this.#wakeReader?.()
    this.#wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (;;) {
        const chunk = this.#chunks.shift()
        if (chunk) {
          yield chunk
          // Only now: the reader asked for the next one, so it is done with this.
          this.#taken(chunk.length)
        } else if (this.#end) {
          if (this.#end.error) throw this.#end.error
          return
        } else
          await new Promise<void>(resolve => {
            this.#wakeReader = resolve
          })
      }
    } finally {
      this.close()
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    let rest = bytes
    while (rest.length > 0) {
      if (this.#end) throw this.#end.error ?? new AppError('CANCELLED', 'This stream has ended: it takes no more input')
      if (this.#credit > 0) {
        const part = rest.subarray(0, this.#credit)
        rest = rest.subarray(part.length)
        this.#credit -= part.length
        this.#link.send(part)
      } else await new Promise<void>(resolve => this.#wakeWriters.push(resolve))
    }
  }

  resize(size: { columns: number; rows: number }): void {
    if (!this.#end) this.#link.resize(size)
  }

  close(): void {
    if (this.#end) return
    this.#chunks.length = 0
    this.ended(null)
    this.#link.close()
  }

  #taken(bytes: number): void {
    this.#takenBytes += bytes
    if (this.#takenBytes < TELL_TAKEN_BYTES || this.#end) return
    this.#link.took(this.#takenBytes)
    this.#takenBytes = 0
  }

  #wake(): void {
    const waiting = this.#wakeWriters
    this.#wakeWriters = []
    for (const wake of waiting) wake()
  }
}
