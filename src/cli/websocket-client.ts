/**
 * The client's side of a WebSocket (RFC 6455) on the core's unix socket: what our server sends, and no more.
 * Written by hand because a library for the open web costs 25 ms to load, as much as all else the command line does.
 */
import type { Socket } from 'node:net'
import { AppError } from '../shared/errors.ts'
import { errorOf, readAnswer } from './http-answer.ts'

export type WebSocketHandlers = {
  text(message: string): void
  binary(bytes: Buffer): void
  /** Called once. `code` null: the connection broke without a word. */
  closed(code: number | null, reason: string): void
}

const TEXT = 1
const BINARY = 2
const CLOSE = 8
const PING = 9
const PONG = 10
/** Larger than any message of the core but the answer to a call, such as a list of all jobs. */
const MAX_MESSAGE_BYTES = 256 * 1024 * 1024

export class WebSocketClient {
  readonly #socket: Socket
  readonly #handlers: WebSocketHandlers
  #chunks: Buffer[] = []
  #size = 0
  /** Bytes to wait for before it is worth looking again. */
  #needed = 2
  #closed: { code: number | null; reason: string } = { code: null, reason: '' }

  /** Shakes hands on a fresh connection. @throws {AppError} what the core refuses with. */
  static async open(
    socket: Socket,
    handlers: WebSocketHandlers,
  ): Promise<{ webSocket: WebSocketClient; coreVersion: string | undefined }> {
    // The key is there to tell a WebSocket server from one that echoes; on the core's own socket there is nothing to tell apart.
    socket.write(
      'GET /ws HTTP/1.1\r\nHost: drover\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ZHJvdmVyZHJvdmVyZHJvdg==\r\n\r\n',
    )
    const answer = await readAnswer(socket)
    if (answer.status !== 101) throw errorOf(answer)
    const webSocket = new WebSocketClient(socket, handlers, answer.body)
    return { webSocket, coreVersion: answer.headers.get('drover-version') }
  }

  private constructor(socket: Socket, handlers: WebSocketHandlers, rest: Buffer) {
    this.#socket = socket
    this.#handlers = handlers
    if (rest.length > 0) socket.unshift(rest)
    socket.on('data', chunk => this.#receive(chunk))
    socket.once('close', () => handlers.closed(this.#closed.code, this.#closed.reason))
    socket.resume()
  }

  sendText(message: string): void {
    this.#send(TEXT, Buffer.from(message))
  }

  sendBinary(bytes: Uint8Array): void {
    this.#send(BINARY, bytes)
  }

  /** With nothing left to send the end of the socket says as much as a goodbye, a millisecond sooner. */
  close(): void {
    if (this.#socket.writableLength === 0) this.#socket.destroy()
    else this.#socket.end()
  }

  /** Clients must mask so that no cache between them and a server mistakes bytes for a request. Nothing is between us: the mask is zero. */
  #send(opcode: number, payload: Uint8Array): void {
    if (!this.#socket.writable) return
    const { length } = payload
    const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8
    const head = Buffer.alloc(2 + extended + 4)
    head[0] = 0x80 | opcode
    head[1] = 0x80 | (extended === 0 ? length : extended === 2 ? 126 : 127)
    if (extended === 2) head.writeUInt16BE(length, 2)
    else if (extended === 8) head.writeBigUInt64BE(BigInt(length), 2)
    this.#socket.cork()
    this.#socket.write(head)
    this.#socket.write(payload)
    this.#socket.uncork()
  }

  #receive(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#size += chunk.length
    if (this.#size < this.#needed) return
    try {
      const rest = this.#readFrames(Buffer.concat(this.#chunks))
      this.#chunks = [rest]
      this.#size = rest.length
    } catch (error) {
      this.#closed = { code: null, reason: error instanceof Error ? error.message : '' }
      this.#socket.destroy()
    }
  }

  /** Handles all whole frames; gives back what is left. */
  #readFrames(bytes: Buffer): Buffer {
    let at = 0
    for (;;) {
      const frame = frameAt(bytes, at)
      if (typeof frame === 'number') {
        this.#needed = frame
        return at === 0 ? bytes : Buffer.from(bytes.subarray(at))
      }
      at = frame.end
      this.#handle(frame.opcode, frame.payload)
    }
  }

  #handle(opcode: number, payload: Buffer): void {
    if (opcode === TEXT) this.#handlers.text(payload.toString('utf8'))
    else if (opcode === BINARY) this.#handlers.binary(payload)
    else if (opcode === PING) this.#send(PONG, payload)
    else if (opcode === CLOSE) {
      if (payload.length >= 2) this.#closed = { code: payload.readUInt16BE(0), reason: payload.toString('utf8', 2) }
      this.#send(CLOSE, payload.subarray(0, 2))
      this.#socket.end()
    } else if (opcode !== PONG) throw new AppError('PROTOCOL', `The core sent a WebSocket frame of kind ${opcode}`)
  }
}

type Frame = { opcode: number; payload: Buffer; end: number }

/** The frame that begins at `at`, or how many bytes from there on it takes to know more. */
function frameAt(bytes: Buffer, at: number): Frame | number {
  const available = bytes.length - at
  if (available < 2) return 2
  const first = bytes.readUInt8(at)
  const second = bytes.readUInt8(at + 1)
  // Our server neither splits nor masks nor compresses its messages.
  if ((first & 0xf0) !== 0x80 || (second & 0x80) !== 0)
    throw new AppError('PROTOCOL', 'The core sent a WebSocket frame we do not read')
  const extended = second === 126 ? 2 : second === 127 ? 8 : 0
  if (available < 2 + extended) return 2 + extended
  const length = extended === 0 ? second : extended === 2 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2))
  if (length > MAX_MESSAGE_BYTES) throw new AppError('PROTOCOL', `The core sent a message of ${length} bytes`)
  const start = at + 2 + extended
  const end = start + length
  return bytes.length < end ? end - at : { opcode: first & 0x0f, payload: bytes.subarray(start, end), end }
}
