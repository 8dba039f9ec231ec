/**
 * One client's WebSocket, or a window's port that is as one: its calls, its events, its logs, terminals and uploads. What a client does
 * wrong ends this socket only, and a client that does not read costs a bounded amount of memory: then its own messages wait, its events
 * stay in the bus, its streams in their sources.
 */
import { ClientMessage } from '../../shared/contract.ts'
import { AppError, toErrorBody } from '../../shared/errors.ts'
import { decodeFrame, type Pong, type ServerMessage } from '../../shared/frames.ts'
import type { Api } from './api.ts'
import { describeIssues } from './describe-issues.ts'
import { dispatch } from './dispatch.ts'
import { EventFeed } from './event-feed.ts'
import { FramePool } from './frame-pool.ts'
import { parseJson } from './http.ts'
import type { MessageSocket } from './message-socket.ts'
import { isWorthPacking, pack } from './pack.ts'
import { type Opening, SocketStream } from './socket-stream.ts'
import { STREAM_ROLES } from './streams.ts'

const MAX_STREAMS = 64
/** Calls under way; more wait. */
const MAX_CALLS = 256
/** With so many messages waiting we read no more of them; those that have come in one piece wait all the same. */
const MAX_INBOX = 64
/** With this much written and not yet taken by the client we read nothing more from it, until it is down to LOW_BYTES. */
const FULL_BYTES = 2 * 1024 * 1024
const LOW_BYTES = 256 * 1024

const CLOSE_GOING_AWAY = 1001
const CLOSE_POLICY = 1008

export class ApiSocket {
  readonly #api: Api
  readonly #socket: MessageSocket
  readonly #packs: boolean
  readonly #streams = new Map<number, SocketStream>()
  readonly #feed: EventFeed
  readonly #frames = new FramePool()
  /** Messages that wait for the client to take its answers, and for the turn of each. */
  readonly #inbox: { data: Buffer; isBinary: boolean }[] = []
  #isHandling = false
  /** We have ended it: what comes now is of no account. */
  #isEnding = false
  #lastStream = 0
  #callsUnderWay = 0

  /** `packs`: long messages are sent packed, which the client must have asked for. */
  constructor(api: Api, socket: MessageSocket, { packs = false } = {}) {
    this.#api = api
    this.#socket = socket
    this.#packs = packs
    this.#feed = new EventFeed({ bus: api.bus, isFull: () => this.#isFull, tell: message => this.#tell(message) })
    // ws gives a Buffer for either kind, as long as binaryType is left alone.
    socket.on('message', (data, isBinary) => this.#receive(data as Buffer, isBinary))
    socket.on('error', () => undefined) // `close` follows; a message that is too long was answered by ws itself.
    socket.once('close', () => this.#release())
  }

  /** Unless told otherwise because the core goes away: the client may come back to the next one. */
  close(code = CLOSE_GOING_AWAY, reason = 'the core is closing'): void {
    this.#isEnding = true
    this.#socket.close(code, reason)
  }

  terminate(): void {
    this.#socket.terminate()
  }

  get #isFull(): boolean {
    return this.#socket.bufferedAmount > FULL_BYTES
  }

  get #isHeld(): boolean {
    return this.#isFull || this.#callsUnderWay >= MAX_CALLS
  }

  #receive(data: Buffer, isBinary: boolean): void {
    this.#inbox.push({ data, isBinary })
    if (this.#inbox.length >= MAX_INBOX) this.#socket.pause()
    this.#handleNext()
  }

  /**
   * One message a turn of the event loop: a thousand calls may come in one piece, and by the next turn it is seen what the answers
   * before it have filled.
   */
  #handleNext(): void {
    if (this.#isHandling || this.#isHeld) return
    const message = this.#inbox.shift()
    if (message === undefined) {
      if (this.#socket.isPaused && this.#socket.bufferedAmount <= LOW_BYTES) this.#socket.resume()
      return
    }
    this.#isHandling = true
    this.#handle(message)
    setImmediate(() => {
      this.#isHandling = false
      this.#handleNext()
    })
  }

  #handle({ data, isBinary }: { data: Buffer; isBinary: boolean }): void {
    if (this.#isEnding) return
    try {
      if (isBinary) this.#receiveFrame(data)
      else this.#receiveMessage(parseMessage(data))
    } catch (error) {
      this.#refuse(error, 0)
    }
  }

  #receiveMessage(message: ClientMessage): void {
    switch (message.type) {
      case 'call':
        void this.#call(message)
        break
      case 'ping':
        this.#tell({ type: 'result', id: message.id, result: { at: this.#api.bus.now } satisfies Pong })
        break
      case 'events':
        this.#subscribe(message)
        break
      case 'log': {
        const { job, fromByte, follow } = message
        this.#open(message, signal => this.#api.streams.openLog(job, fromByte, follow, signal))
        break
      }
      case 'terminal': {
        const { job, columns, rows, term } = message
        this.#open(message, signal => this.#api.streams.openTerminal(job, { columns, rows, term }, signal))
        break
      }
      case 'upload':
        this.#open(message, async () => this.#api.streams.openUpload(message.dropId))
        break
      case 'output': {
        const { project, processes, lines, since, follow } = message
        this.#open(message, async () => this.#api.streams.openOutput({ project, processes, lines, since, follow }))
        break
      }
      case 'resize':
        this.#stream(message.stream)?.resize({ columns: message.columns, rows: message.rows })
        break
      case 'took':
        this.#stream(message.stream)?.took(message.bytes)
        break
      case 'close':
        this.#stream(message.stream)?.close()
    }
  }

  #receiveFrame(data: Buffer): void {
    if (data.length < 4) throw new AppError('PROTOCOL', 'A binary message begins with the four bytes of its stream’s number')
    const { stream, bytes } = decodeFrame(data)
    this.#stream(stream)?.write(bytes)
  }

  async #call({ id, method, input }: Extract<ClientMessage, { type: 'call' }>): Promise<void> {
    this.#callsUnderWay++
    this.#holdIfFull()
    try {
      const result = await dispatch(this.#api.methods, this.#api.principal, method, input)
      this.#tell({ type: 'result', id, result: result ?? null })
    } catch (error) {
      if (!(error instanceof AppError)) this.#api.reportError?.(error, method)
      this.#tell({ type: 'error', id, error: toErrorBody(error) })
    }
    this.#callsUnderWay--
    this.#goOnIfLow()
  }

  #subscribe({ id, afterSeq, jobId }: Extract<ClientMessage, { type: 'events' }>): void {
    try {
      this.#requireRole('events')
      this.#feed.start({ id, afterSeq, jobId })
    } catch (error) {
      this.#tell({ type: 'error', id, error: toErrorBody(error) })
    }
  }

  #open({ type, stream }: { type: 'log' | 'terminal' | 'upload' | 'output'; stream: number }, open: Opening): void {
    if (stream <= this.#lastStream) throw new AppError('PROTOCOL', `Stream ${stream}: streams are numbered upwards`)
    this.#lastStream = stream
    try {
      this.#requireRole(type)
      if (this.#streams.size >= MAX_STREAMS)
        throw new AppError(
          'CONFLICT',
          `${MAX_STREAMS} streams are open on this connection; close one, or open another connection`,
        )
    } catch (error) {
      this.#tell({ type: 'ended', stream, error: toErrorBody(error) })
      return
    }
    const peer = {
      tell: (message: ServerMessage) => this.#tell(message),
      send: (number: number, bytes: Uint8Array) =>
        this.#frames.frame(number, bytes, (frame, written) => this.#send(frame, written)),
      ended: (number: number, error: ReturnType<typeof toErrorBody> | null) => {
        this.#streams.delete(number)
        this.#tell({ type: 'ended', stream: number, error })
      },
    }
    this.#streams.set(stream, new SocketStream(stream, peer, open))
  }

  /** Undefined for a stream that ended while the client still spoke of it. */
  #stream(number: number): SocketStream | undefined {
    if (number > this.#lastStream || number === 0) throw new AppError('PROTOCOL', `There was never a stream ${number}`)
    return this.#streams.get(number)
  }

  #requireRole(what: keyof typeof STREAM_ROLES): void {
    const { role } = this.#api.principal
    if (!(STREAM_ROLES[what] as readonly string[]).includes(role))
      throw new AppError('FORBIDDEN', `${role} may not open: ${what}`)
  }

  #tell(message: ServerMessage): void {
    const text = JSON.stringify(message)
    this.#send(this.#packs && isWorthPacking(text) ? pack(text) : text)
  }

  #send(data: string | Uint8Array, written?: () => void): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return
    this.#socket.send(data, () => {
      written?.()
      this.#goOnIfLow()
    })
    this.#holdIfFull()
  }

  #holdIfFull(): void {
    if (this.#isHeld) this.#socket.pause()
  }

  #goOnIfLow(): void {
    if (this.#socket.bufferedAmount > LOW_BYTES) return
    this.#feed.goOn()
    this.#handleNext()
  }

  /** Whoever speaks another protocol is told so and let go; the reason of a close may have 123 bytes. */
  #refuse(error: unknown, id: number): void {
    const body = toErrorBody(error)
    this.#tell({ type: 'error', id, error: body })
    this.#isEnding = true
    this.#socket.close(
      CLOSE_POLICY,
      Buffer.from(body.message)
        .subarray(0, 120)
        .toString('latin1')
        .replace(/[^ -~]/g, '?'),
    )
  }

  #release(): void {
    // What the client sent before it went counts, as if it had been read at once.
    for (const message of this.#inbox.splice(0)) this.#handle(message)
    this.#feed.stop()
    for (const stream of [...this.#streams.values()]) stream.close()
  }
}

/** @throws {AppError} `BAD_INPUT` on anything but a message of the contract. */
function parseMessage(data: Buffer): ClientMessage {
  const parsed = ClientMessage.safeParse(parseJson(data))
  if (parsed.success) return parsed.data
  const issues = describeIssues(parsed.error.issues)
  throw new AppError('BAD_INPUT', `This message is none of the contract’s: ${issues[0]?.path}: ${issues[0]?.message}`, {
    details: { issues },
  })
}
