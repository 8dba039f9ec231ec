/**
 * A page's port, to be served as a WebSocket is. Behind a port stands a queue without end, so what is written counts as buffered until
 * the page says that it took it, and a page that writes more than it may while it is held is let go.
 */
import { EventEmitter } from 'node:events'
import { MAX_BODY_BYTES } from './http.ts'
import type { MessageSocket } from './message-socket.ts'

const OPEN = 1
const CLOSED = 3
const CLOSE_POLICY = 1008
const CLOSE_TOO_BIG = 1009
/** What may wait while we are paused. A page keeps to the windows of its streams, and to few calls. */
const MAX_HELD_BYTES = 16 * 1024 * 1024

/** Electron's MessagePortMain, as far as we need it. */
export type Port = {
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown
  on(event: 'close', listener: () => void): unknown
  start(): void
  postMessage(message: unknown): void
  close(): void
}

type Events = { message: [data: Buffer, isBinary: boolean]; error: [error: Error]; close: [] }

export class PortSocket extends EventEmitter<Events> implements MessageSocket {
  readonly OPEN = OPEN
  readonly #port: Port
  /** Written, and not yet taken. */
  readonly #sent: { bytes: number; written: () => void }[] = []
  readonly #held: (string | Uint8Array)[] = []
  #heldBytes = 0
  #bufferedBytes = 0
  #isPaused = false
  #isClosed = false

  constructor(port: Port) {
    super()
    this.#port = port
    port.on('message', ({ data }) => this.#receive(data))
    port.on('close', () => this.#release())
    port.start()
  }

  get readyState(): number {
    return this.#isClosed ? CLOSED : OPEN
  }

  get bufferedAmount(): number {
    return this.#bufferedBytes
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    while (!this.#isPaused && this.#held.length > 0) {
      const message = this.#held.shift() ?? ''
      this.#heldBytes -= message.length
      this.#deliver(message)
    }
  }

  send(data: string | Uint8Array, written: () => void): void {
    if (this.#isClosed) return
    this.#bufferedBytes += data.length
    this.#sent.push({ bytes: data.length, written })
    // A part of a buffer would take all of it along.
    this.#port.postMessage(typeof data === 'string' ? data : new Uint8Array(data))
  }

  close(code: number, reason: string): void {
    if (this.#isClosed) return
    this.#port.postMessage({ close: { code, reason } })
    this.terminate()
  }

  terminate(): void {
    if (this.#isClosed) return
    this.#port.close()
    this.#release()
  }

  #receive(message: unknown): void {
    if (this.#isClosed) return
    if (typeof message === 'string' || message instanceof Uint8Array) this.#take(message)
    else {
      const bytes = tookOf(message)
      if (bytes === null || bytes > this.#bufferedBytes) this.close(CLOSE_POLICY, 'this is no message')
      else this.#taken(bytes)
    }
  }

  #take(message: string | Uint8Array): void {
    if (message.length > MAX_BODY_BYTES) this.close(CLOSE_TOO_BIG, 'the message is too long')
    else if (!this.#isPaused) this.#deliver(message)
    else {
      this.#held.push(message)
      this.#heldBytes += message.length
      if (this.#heldBytes > MAX_HELD_BYTES) this.close(CLOSE_POLICY, 'too many messages while none were read')
    }
  }

  #deliver(message: string | Uint8Array): void {
    if (typeof message === 'string') this.emit('message', Buffer.from(message), false)
    else this.emit('message', Buffer.from(message.buffer, message.byteOffset, message.byteLength), true)
  }

  /** Messages are taken in their order, whole. */
  #taken(bytes: number): void {
    this.#bufferedBytes -= bytes
    for (let left = bytes; left > 0; ) {
      const first = this.#sent[0]
      if (!first) return
      if (first.bytes > left) {
        first.bytes -= left
        return
      }
      left -= first.bytes
      this.#sent.shift()
      first.written()
    }
  }

  #release(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#sent.length = 0
    this.#held.length = 0
    this.emit('close')
  }
}

function tookOf(message: unknown): number | null {
  if (typeof message !== 'object' || message === null || !('took' in message)) return null
  const { took } = message
  return typeof took === 'number' && Number.isSafeInteger(took) && took > 0 ? took : null
}
