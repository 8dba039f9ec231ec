/** One WebSocket of a session, until it ends: numbers what is asked, and hands what comes to whoever asked. */
import type { Socket } from 'node:net'
import type { ClientMessage } from '../shared/contract.ts'
import type { CoreEvent } from '../shared/domain.ts'
import { AppError, fromErrorBody } from '../shared/errors.ts'
import { decodeFrame, encodeFrame, type ServerMessage } from '../shared/frames.ts'
import { SessionStream } from './session-stream.ts'
import { WebSocketClient } from './websocket-client.ts'

/** `isOrderly`: the core said that it closes. Otherwise it died, or refused what we sent. */
export type ConnectionEnd = { isOrderly: boolean; error: AppError }

type Waiting = { resolve(value: unknown): void; reject(error: AppError): void }

const CLOSE_NORMAL = 1000
const CLOSE_GOING_AWAY = 1001

export class SessionConnection {
  onEvent: (event: CoreEvent) => void = () => undefined
  /** Some events are gone for good. */
  onMissed: () => void = () => undefined
  readonly ended: Promise<ConnectionEnd>
  readonly coreVersion: string | undefined
  readonly #webSocket: WebSocketClient
  readonly #answers = new Map<number, Waiting>()
  readonly #openings = new Map<number, Waiting>()
  readonly #streams = new Map<number, SessionStream>()
  #hasAnswered = false
  #lastId = 0
  #lastStream = 0
  #end: ConnectionEnd | undefined

  static async open(socket: Socket): Promise<SessionConnection> {
    let connection: SessionConnection | undefined
    const ended = Promise.withResolvers<ConnectionEnd>()
    const opened = await WebSocketClient.open(socket, {
      text: message => {
        if (connection) connection.#receive(JSON.parse(message) as ServerMessage)
      },
      binary: frame => {
        if (connection) connection.#receiveFrame(frame)
      },
      closed: (code, reason) => {
        const end = describeEnd(code, reason)
        if (connection) connection.#finish(end)
        ended.resolve(end)
      },
    })
    connection = new SessionConnection({ ...opened, ended: ended.promise })
    return connection
  }

  private constructor(opened: { webSocket: WebSocketClient; coreVersion: string | undefined; ended: Promise<ConnectionEnd> }) {
    this.#webSocket = opened.webSocket
    this.coreVersion = opened.coreVersion
    this.ended = opened.ended
  }

  /** Sends a message that is answered once. @throws {AppError} the core's error, or `CORE_UNREACHABLE` if it went away before. */
  ask(message: (id: number) => ClientMessage): Promise<unknown> {
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      if (this.#end) return reject(this.#end.error)
      this.#answers.set(id, { resolve, reject })
      this.#send(message(id))
    })
  }

  /** Settles when the core has opened it. */
  openStream(message: (stream: number) => ClientMessage): Promise<SessionStream> {
    const number = ++this.#lastStream
    const stream = new SessionStream({
      took: bytes => this.#send({ type: 'took', stream: number, bytes }),
      send: bytes => this.#webSocket.sendBinary(encodeFrame(number, bytes)),
      resize: size => this.#send({ type: 'resize', stream: number, ...size }),
      close: () => this.#send({ type: 'close', stream: number }),
    })
    return new Promise((resolve, reject) => {
      if (this.#end) return reject(this.#end.error)
      this.#streams.set(number, stream)
      this.#openings.set(number, { resolve: () => resolve(stream), reject })
      this.#send(message(number))
    })
  }

  close(): void {
    this.#webSocket.close()
  }

  #send(message: ClientMessage): void {
    this.#webSocket.sendText(JSON.stringify(message))
  }

  /** Whether there is a core that does its work, and not only a socket. */
  get hasAnswered(): boolean {
    return this.#hasAnswered
  }

  #receive(message: ServerMessage): void {
    this.#hasAnswered = true
    switch (message.type) {
      case 'result':
        this.#answered(message.id)?.resolve(message.result)
        break
      case 'error':
        this.#answered(message.id)?.reject(fromErrorBody(message.error))
        break
      case 'events': {
        const asked = this.#answered(message.id)
        if (asked) asked.resolve(message)
        else if (message.missed) this.onMissed()
        break
      }
      case 'event':
        this.onEvent(message.event)
        break
      case 'opened':
        this.#opened(message.stream)?.resolve(undefined)
        break
      case 'took':
        this.#streams.get(message.stream)?.granted(message.bytes)
        break
      case 'ended':
        this.#streamEnded(message.stream, message.error && fromErrorBody(message.error))
    }
  }

  #receiveFrame(frame: Buffer): void {
    const { stream, bytes } = decodeFrame(frame)
    this.#streams.get(stream)?.received(bytes)
  }

  #answered(id: number): Waiting | undefined {
    const waiting = this.#answers.get(id)
    this.#answers.delete(id)
    return waiting
  }

  #opened(stream: number): Waiting | undefined {
    const waiting = this.#openings.get(stream)
    this.#openings.delete(stream)
    return waiting
  }

  #streamEnded(number: number, error: AppError | null): void {
    this.#opened(number)?.reject(error ?? new AppError('CANCELLED', 'The stream was closed before it was open'))
    this.#streams.get(number)?.ended(error)
    this.#streams.delete(number)
  }

  #finish(end: ConnectionEnd): void {
    this.#end = end
    for (const id of [...this.#answers.keys()]) this.#answered(id)?.reject(end.error)
    for (const number of [...this.#streams.keys()]) this.#streamEnded(number, end.error)
  }
}

function describeEnd(code: number | null, reason: string): ConnectionEnd {
  if (code === CLOSE_GOING_AWAY || code === CLOSE_NORMAL)
    return { isOrderly: true, error: new AppError('CORE_UNREACHABLE', 'The core was stopped; jobs go on on their hosts') }
  const why = reason === '' ? '' : `: ${reason}`
  const error = new AppError('CORE_UNREACHABLE', `The connection to the core broke${why}; jobs go on on their hosts`)
  return { isOrderly: false, error }
}
