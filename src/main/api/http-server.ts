/**
 * What every door of the core has in common, on a unix socket or on a port: HTTP with a WebSocket at /ws, its limits, what cannot be
 * read, and an end in order. Who may come in is the door's own: see HttpDoor. It owns the connections.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { AppError, type ErrorBody } from '../../shared/errors.ts'
import { VERSION } from '../../shared/version.ts'
import { createServer } from '../node-http.ts'
import { MAX_BODY_BYTES, refuseConnection, statusOf } from './http.ts'

export type ServerLimits = {
  /** How long a request may take to arrive as a whole. */
  requestMs: number
  /** How long calls under way may go on when the server closes. */
  closeMs: number
  /** Connections at once; more are not taken. */
  connections: number
}

/** One client's WebSocket, whatever is spoken on it. */
export type Client = {
  /** The core goes away. */
  close(): void
  terminate(): void
}

export type HttpDoor = {
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>
  /** @throws {AppError} if whoever asks for the WebSocket may not have it. */
  admit(request: IncomingMessage): void
  welcome(webSocket: WebSocket): Client
  /** As in Answering: also for what is no request that could be answered. */
  errorBody?(error: ErrorBody): unknown
}

/** Requests of one connection that are not answered yet. */
const MAX_WAITING = 16
const DEFAULT_LIMITS: ServerLimits = { requestMs: 15_000, closeMs: 2_000, connections: Number.POSITIVE_INFINITY }

export class HttpServer {
  /** For whoever lets it listen. */
  readonly http: Server
  readonly #door: HttpDoor
  readonly #limits: ServerLimits
  readonly #webSockets = new WebSocketServer({ noServer: true, maxPayload: MAX_BODY_BYTES, perMessageDeflate: false })
  readonly #clients = new Set<Client>()
  readonly #waiting = new WeakMap<Duplex, number>()

  constructor(door: HttpDoor, limits: Partial<ServerLimits> = {}) {
    this.#door = door
    this.#limits = { ...DEFAULT_LIMITS, ...limits }
    const { requestMs, connections } = this.#limits
    this.http = createServer({
      headersTimeout: requestMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: Math.ceil(requestMs / 5),
      maxHeaderSize: 16 * 1024,
    })
    if (Number.isFinite(connections)) this.http.maxConnections = connections
    this.http.on('request', (request, response) => this.#request(request, response))
    this.http.on('upgrade', (request, connection, head) => this.#upgrade(request, connection, head))
    this.http.on('clientError', (error, connection) => refuseUnreadable(error, connection, this.#door))
    this.#webSockets.on('headers', headers => headers.push(`Drover-Version: ${VERSION}`))
  }

  /** Listens at this port of this computer's address, 0 for any, and gives the one it came to. @throws what the system says. */
  listen(address: string, port: number): Promise<number> {
    const { http } = this
    return new Promise((resolve, reject) => {
      http.once('error', reject)
      http.listen(port, address, () => {
        http.off('error', reject)
        const at = http.address()
        resolve(typeof at === 'object' && at ? at.port : port)
      })
    })
  }

  /** Takes no more calls, lets those under way end, and tells WebSockets to come back later. */
  async close(): Promise<void> {
    const closed = new Promise<void>(resolve => this.http.close(() => resolve()))
    for (const client of this.#clients) client.close()
    this.http.closeIdleConnections()
    const timer = setTimeout(() => this.abandon(), this.#limits.closeMs)
    await closed
    clearTimeout(timer)
  }

  /** Ends what is connected without a farewell. */
  abandon(): void {
    this.http.closeAllConnections()
    for (const client of this.#clients) client.terminate()
  }

  /** Requests may be sent on one connection before the one before is answered, but not without end: each answer is kept until it is read. */
  #request(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request
    const waiting = (this.#waiting.get(socket) ?? 0) + 1
    if (waiting > MAX_WAITING) {
      socket.destroy()
      return
    }
    this.#waiting.set(socket, waiting)
    response.once('close', () => this.#waiting.set(socket, (this.#waiting.get(socket) ?? 1) - 1))
    void this.#door.answer(request, response)
  }

  #upgrade(request: IncomingMessage, connection: Duplex, head: Buffer): void {
    connection.on('error', () => connection.destroy()) // The client went away; nobody is left to be told.
    try {
      this.#door.admit(request)
      if (request.url !== '/ws') throw new AppError('NOT_FOUND', 'There is no WebSocket at this path; it is at /ws')
    } catch (error) {
      refuseConnection(connection, statusOf(error), error, this.#door)
      return
    }
    this.#webSockets.handleUpgrade(request, connection, head, webSocket => {
      const client = this.#door.welcome(webSocket)
      this.#clients.add(client)
      webSocket.once('close', () => this.#clients.delete(client))
    })
  }
}

/** Bytes that are not HTTP, too many headers, or a request that does not come to its end. */
function refuseUnreadable(error: NodeJS.ErrnoException, connection: Duplex, door: HttpDoor): void {
  if (error.code === 'ECONNRESET') connection.destroy()
  else if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT')
    refuseConnection(connection, 408, new AppError('TIMEOUT', 'The request did not arrive in time'), door)
  else {
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400
    refuseConnection(connection, status, new AppError('BAD_INPUT', `This is not a request we can read (${error.code})`), door)
  }
}
