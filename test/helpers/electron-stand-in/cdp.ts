/** A connection to Chromium by the DevTools protocol: the browser itself, and a session for each page. */
import { EventEmitter, once } from 'node:events'
import { WebSocket } from 'ws'

type Params = Record<string, unknown>
// biome-ignore lint/suspicious/noExplicitAny: the protocol's messages are typed nowhere that we could import.
type Answer = any
type Message = { id?: number; sessionId?: string; method?: string; params?: Params; result?: Answer; error?: { message: string } }

export class Cdp {
  readonly #socket: WebSocket
  readonly #waiting = new Map<number, { resolve(result: Answer): void; reject(error: Error): void }>()
  readonly #sessions = new Map<string, Session>()
  readonly browser: Session
  #lastId = 0

  constructor(socket: WebSocket) {
    this.#socket = socket
    this.browser = new Session(this, undefined)
    socket.on('message', data => this.#receive(JSON.parse(String(data))))
    socket.on('close', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('Chromium has gone'))
      this.#waiting.clear()
    })
  }

  static async connect(url: string): Promise<Cdp> {
    const socket = new WebSocket(url, { perMessageDeflate: false })
    await once(socket, 'open')
    return new Cdp(socket)
  }

  async attach(targetId: string): Promise<Session> {
    const { sessionId } = await this.browser.send('Target.attachToTarget', { targetId, flatten: true })
    const session = new Session(this, sessionId)
    this.#sessions.set(sessionId, session)
    return session
  }

  send(method: string, params: Params, sessionId: string | undefined): Promise<Answer> {
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#socket.send(JSON.stringify({ id, method, params, sessionId }))
    })
  }

  #receive({ id, sessionId, method, params, result, error }: Message): void {
    if (id === undefined) {
      const session = sessionId === undefined ? this.browser : this.#sessions.get(sessionId)
      session?.emit(method ?? '', params)
      return
    }
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error) waiting?.reject(new Error(error.message))
    else waiting?.resolve(result)
  }
}

/** Emits the protocol's events by their names. */
export class Session extends EventEmitter {
  readonly #cdp: Cdp
  readonly #id: string | undefined

  constructor(cdp: Cdp, id: string | undefined) {
    super()
    this.#cdp = cdp
    this.#id = id
  }

  send(method: string, params: Params = {}): Promise<Answer> {
    return this.#cdp.send(method, params, this.#id)
  }
}
