/**
 * One connection to the core, whatever carries it, until it ends: numbers what is asked, and hands what comes to whoever asked.
 * Whoever opens the carrier tells it what has come: `receiveText`, `receiveFrame`, and `finish` at the end.
 */
import type { ClientMessage } from './contract.ts'
import { CoreStream } from './core-stream.ts'
import type { CoreEvent } from './domain.ts'
import { AppError, fromErrorBody } from './errors.ts'
import { decodeFrame, encodeFrame, type ServerMessage } from './frames.ts'

/** What carries the messages: a WebSocket of the browser's, or ours. */
export type Carrier = {
  sendText(message: string): void
  sendBinary(bytes: Uint8Array): void
  close(): void
}

/** `isOrderly`: the core said that it closes. Otherwise it died, or refused what we sent. `code` null: it broke without a word. */
export type ConnectionEnd = { isOrderly: boolean; code: number | null; error: AppError }

type Waiting = { resolve(value: unknown): void; reject(error: AppError): void }

const CLOSE_NORMAL = 1000
const CLOSE_GOING_AWAY = 1001

export class CoreConnection {
  onEvent: (event: CoreEvent) => void = () => undefined
  /** Some events are gone for good. */
  onMissed: () => void = () => undefined
  readonly ended: Promise<ConnectionEnd>
  readonly #hasEnded: (end: ConnectionEnd) => void
  readonly #carrier: Carrier
  readonly #answers = new Map<number, Waiting>()
  readonly #openings = new Map<number, Waiting>()
  readonly #streams = new Map<number, CoreStream>()
  #heard = 0
  #lastId = 0
  #lastStream = 0
  #end: ConnectionEnd | undefined

  constructor(carrier: Carrier) {
    this.#carrier = carrier
    const { promise, resolve } = Promise.withResolvers<ConnectionEnd>()
    this.ended = promise
    this.#hasEnded = resolve
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
  openStream(message: (stream: number) => ClientMessage): Promise<CoreStream> {
    const number = ++this.#lastStream
    const stream = new CoreStream({
      took: bytes => this.#send({ type: 'took', stream: number, bytes }),
      send: bytes => this.#carrier.sendBinary(encodeFrame(number, bytes)),
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
    this.#carrier.close()
  }

  /** The carrier seems open, yet is of no use: it ends at once, without waiting for the other side. */
  giveUp(reason: string): void {
    this.finish(null, reason)
    this.#carrier.close()
  }

  #send(message: ClientMessage): void {
    this.#carrier.sendText(JSON.stringify(message))
  }

  /** Whether there is a core that does its work, and not only a socket. */
  get hasAnswered(): boolean {
    return this.#heard > 0
  }

  /** How many messages have come: while it grows the line is alive. */
  get heard(): number {
    return this.#heard
  }

  receiveText(text: string): void {
    const message = JSON.parse(text) as ServerMessage
    this.#heard++
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

  receiveFrame(frame: Uint8Array): void {
    this.#heard++
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

  /** The carrier has closed. */
  finish(code: number | null, reason: string): void {
    if (this.#end) return
    const end = describeEnd(code, reason)
    this.#end = end
    for (const id of [...this.#answers.keys()]) this.#answered(id)?.reject(end.error)
    for (const number of [...this.#streams.keys()]) this.#streamEnded(number, end.error)
    this.#hasEnded(end)
  }
}

function describeEnd(code: number | null, reason: string): ConnectionEnd {
  if (code === CLOSE_GOING_AWAY || code === CLOSE_NORMAL)
    return { isOrderly: true, code, error: new AppError('CORE_UNREACHABLE', 'The core was stopped; jobs go on on their hosts') }
  const why = reason === '' ? '' : `: ${reason}`
  const error = new AppError('CORE_UNREACHABLE', `The connection to the core broke${why}; jobs go on on their hosts`)
  return { isOrderly: false, code, error }
}
