/**
 * One stream of a WebSocket: a log, a terminal or an upload. Both directions have at most STREAM_WINDOW_BYTES under way that the receiver has not
 * said it took; beyond that the source is not read, so it slows down to the client's pace and nothing piles up in between.
 */
import type { Readable } from 'node:stream'
import { AppError, type ErrorBody, toErrorBody } from '../../shared/errors.ts'
import { type ServerMessage, STREAM_WINDOW_BYTES } from '../../shared/frames.ts'
import { freeChunk, joinedChunks } from '../chunks.ts'
import type { ByteSource, InputSource, TerminalSource } from './streams.ts'

export type StreamPeer = {
  tell(message: ServerMessage): void
  /** Keeps nothing of `bytes`. */
  send(stream: number, bytes: Uint8Array): void
  /** Called once; nothing of this stream is told or sent after it. */
  ended(stream: number, error: ErrorBody | null): void
}
type StreamEnd = ByteSource | InputSource | TerminalSource
/** Begins to open what the stream reads from. */
export type Opening = (signal: AbortSignal) => Promise<StreamEnd>

/** The client is told that its input was taken when this much of it was: often enough to keep it going, too seldom to cost. */
const TELL_TAKEN_BYTES = STREAM_WINDOW_BYTES / 4

/**
 * tmux and many programs write to a terminal in pieces of some 20 bytes, thousands a second, and each message costs a page as much as a
 * long one does. Half a frame of a screen is sooner than anybody sees; who sees a flood go by does not miss every second frame of it.
 */
const JOINING = { leastMs: 8, mostMs: 33, enoughBytes: 32 * 1024 }

export class SocketStream {
  readonly #number: number
  readonly #peer: StreamPeer
  readonly #opening = new AbortController()
  #source: StreamEnd | undefined
  #isClosed = false
  /** Asked for before the terminal was open. */
  #size: { columns: number; rows: number } | undefined
  /** How much we may still send. */
  #credit = STREAM_WINDOW_BYTES
  #wake: (() => void) | undefined
  /** Input that the client has sent and was not yet told we took; and the part of it that we did take. */
  #inputBytes = 0
  #takenBytes = 0

  constructor(number: number, peer: StreamPeer, open: Opening) {
    this.#number = number
    this.#peer = peer
    void this.#run(open)
  }

  /** @throws {AppError} `PROTOCOL` if the client took more than we sent. */
  took(bytes: number): void {
    if (this.#credit + bytes > STREAM_WINDOW_BYTES)
      throw new AppError('PROTOCOL', `Stream ${this.#number}: more was taken than sent`)
    this.#credit += bytes
    this.#wake?.()
  }

  /** @throws {AppError} `PROTOCOL` if this is nothing open that takes bytes, or the client sent beyond its window. */
  write(bytes: Uint8Array): void {
    if (this.#isClosed) return
    if (!this.#source || !('input' in this.#source))
      throw new AppError('PROTOCOL', `Stream ${this.#number} is no open terminal or upload: it takes no bytes`)
    this.#inputBytes += bytes.length
    if (this.#inputBytes > STREAM_WINDOW_BYTES)
      throw new AppError(
        'PROTOCOL',
        `Stream ${this.#number}: more than ${STREAM_WINDOW_BYTES} bytes sent that were not yet taken`,
      )
    const { length } = bytes // It may be let go of by then.
    this.#source.input.write(bytes, () => this.#taken(length))
  }

  resize(size: { columns: number; rows: number }): void {
    this.#size = size
    if (this.#source && 'resize' in this.#source && !this.#isClosed) this.#source.resize(size)
  }

  /** From the client's side. What the source still has is dropped. */
  close(): void {
    this.#end(null)
    this.#opening.abort()
    this.#wake?.()
    this.#release()
  }

  async #run(open: Opening): Promise<void> {
    try {
      this.#source = await open(this.#opening.signal)
      if (this.#isClosed) return this.#release()
      this.#begin(this.#source)
      await this.#sendAll(this.#source.output)
      await this.#source.end
      this.#end(null)
    } catch (error) {
      this.#end(toErrorBody(error))
    }
    this.#release()
  }

  #begin(source: StreamEnd): void {
    // Failures show where we wait for the output's and the source's end; these keep an early one from being nobody's.
    source.end.catch(() => undefined)
    source.output.on('error', () => undefined)
    if ('input' in source) source.input.on('error', () => undefined)
    if (this.#size) this.resize(this.#size)
    this.#peer.tell({ type: 'opened', stream: this.#number })
  }

  #end(error: ErrorBody | null): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#peer.ended(this.#number, error)
  }

  #release(): void {
    this.#source?.close()
    this.#source?.output.destroy()
  }

  async #sendAll(output: Readable): Promise<void> {
    for await (const chunk of joinedChunks(output, JOINING)) {
      let rest: Uint8Array = chunk
      while (rest.length > 0) {
        while (this.#credit === 0 && !this.#isClosed) await new Promise<void>(resolve => (this.#wake = resolve))
        if (this.#isClosed) return
        const part = rest.subarray(0, this.#credit)
        rest = rest.subarray(part.length)
        this.#credit -= part.length
        this.#peer.send(this.#number, part)
      }
      freeChunk(chunk)
    }
  }

  #taken(bytes: number): void {
    this.#takenBytes += bytes
    if (this.#takenBytes < TELL_TAKEN_BYTES || this.#isClosed) return
    this.#inputBytes -= this.#takenBytes
    this.#peer.tell({ type: 'took', stream: this.#number, bytes: this.#takenBytes })
    this.#takenBytes = 0
  }
}
