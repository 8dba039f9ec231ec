/**
 * One WebSocket at the web address. It is nobody's until its first message names a session; from then on it is served as any other,
 * until the session is no more.
 */
import type { WebSocket } from 'ws'
import { HelloMessage } from '../../shared/contract.ts'
import { WEB_CLOSE, type WelcomeMessage } from '../../shared/frames.ts'
import { VERSION } from '../../shared/version.ts'
import type { Api } from './api.ts'
import { parseJson } from './http.ts'
import type { Client } from './http-server.ts'
import type { SignedIn } from './web-access.ts'
import { ApiSocket } from './websocket.ts'

/** What the door knows of sessions. */
export type Doorkeeper = {
  /** Who has this secret; null refuses it. */
  session(secret: string): SignedIn | null
  /** Nobody may try at this moment. */
  isPaused(): boolean
}
export type WebClientOptions = { api: Api; doorkeeper: Doorkeeper; startedAt: number; helloMs: number }

const CLOSE_GOING_AWAY = 1001
/** A hello has some 80 bytes. */
const MAX_HELLO_BYTES = 1024
/** How long one that was shut out has to agree to it. */
const FAREWELL_MS = 2_000

export class WebClient implements Client {
  readonly #options: WebClientOptions
  readonly #socket: WebSocket
  readonly #late: NodeJS.Timeout
  #served: ApiSocket | undefined
  #isUnknown = true
  #session: string | null = null

  constructor(socket: WebSocket, options: WebClientOptions) {
    this.#options = options
    this.#socket = socket
    this.#late = setTimeout(() => this.giveUp('no hello came'), options.helloMs)
    socket.on('error', () => undefined) // `close` follows.
    socket.once('close', () => clearTimeout(this.#late))
    // ws gives a Buffer for either kind, as long as binaryType is left alone.
    socket.once('message', (data, isBinary) => this.#greet(data as Buffer, isBinary))
  }

  /** By its hash; null before the hello. */
  get session(): string | null {
    return this.#session
  }

  /** It has not said who it is, and may still do so. */
  get isUnknown(): boolean {
    return this.#isUnknown
  }

  close(): void {
    if (this.#served) this.#served.close()
    else this.#socket.close(CLOSE_GOING_AWAY, 'the core is closing')
  }

  terminate(): void {
    this.#socket.terminate()
  }

  /** Of one that has not said hello. */
  giveUp(reason: string): void {
    this.#refuse(WEB_CLOSE.NO_HELLO, reason)
  }

  /** Its session is no more. */
  shutOut(): void {
    this.#served?.close(WEB_CLOSE.SIGNED_OUT, 'signed out')
    this.#endSoon()
  }

  #greet(data: Buffer, isBinary: boolean): void {
    if (!this.#isUnknown) return // It was given up; this was on its way.
    this.#isUnknown = false
    clearTimeout(this.#late)
    const hello = isBinary || data.length > MAX_HELLO_BYTES ? null : helloOf(data)
    if (hello === null) this.#refuse(WEB_CLOSE.SIGNED_OUT, 'the first message must be a hello')
    else this.#enter(hello)
  }

  #enter({ session, packed }: HelloMessage): void {
    const { api, doorkeeper, startedAt } = this.#options
    const wasPaused = doorkeeper.isPaused()
    const signedIn = doorkeeper.session(session)
    if (signedIn !== null) {
      const { hash, role } = signedIn
      this.#session = hash
      const welcome: WelcomeMessage = { type: 'welcome', version: VERSION, startedAt, role }
      this.#socket.send(JSON.stringify(welcome))
      this.#served = new ApiSocket({ ...api, principal: { role } }, this.#socket, { packs: packed })
    } else if (wasPaused) this.#refuse(WEB_CLOSE.TOO_MANY_TRIES, 'too many wrong sessions; try again in a minute')
    else this.#refuse(WEB_CLOSE.SIGNED_OUT, 'no such session; sign in with: drover open')
  }

  #refuse(code: number, reason: string): void {
    this.#isUnknown = false
    this.#socket.close(code, reason)
    this.#endSoon()
  }

  /** Whoever is refused need not answer, and would be kept for half a minute. */
  #endSoon(): void {
    const timer = setTimeout(() => this.#socket.terminate(), FAREWELL_MS)
    this.#socket.once('close', () => clearTimeout(timer))
  }
}

function helloOf(data: Buffer): HelloMessage | null {
  try {
    const parsed = HelloMessage.safeParse(parseJson(data))
    return parsed.success ? parsed.data : null
  } catch {
    return null // It is no JSON.
  }
}
