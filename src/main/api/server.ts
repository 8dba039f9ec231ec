/**
 * Serves the API on a unix socket: HTTP for single calls, a WebSocket at /ws for events, logs and terminals.
 * It owns the socket's file. Who may connect is said by the file system: 0600 in a folder of 0700.
 */
import { chmodSync, lstatSync, renameSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { dirname } from 'node:path'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { AppError } from '../../shared/errors.ts'
import { VERSION } from '../../shared/version.ts'
import { ensureTrustedFolder } from '../private-files.ts'
import type { Api } from './api.ts'
import { answer, MAX_BODY_BYTES, refuseBrowsers, refuseConnection, statusOf } from './http.ts'
import { ApiSocket } from './websocket.ts'

export type ServerLimits = {
  /** How long a request may take to arrive as a whole. */
  requestMs: number
  /** How long calls under way may go on when the server closes. */
  closeMs: number
}
/** How often we look whether the socket is still there. */
const GUARD_MS = 2_000
/** Requests of one connection that are not answered yet. */
const MAX_WAITING = 16
const DEFAULT_LIMITS: ServerLimits = { requestMs: 15_000, closeMs: 2_000 }

export class ApiServer {
  readonly #api: Api
  readonly #limits: ServerLimits
  readonly #http: Server
  readonly #webSockets = new WebSocketServer({ noServer: true, maxPayload: MAX_BODY_BYTES, perMessageDeflate: false })
  readonly #sockets = new Set<ApiSocket>()
  readonly #waiting = new WeakMap<Duplex, number>()
  #guard: NodeJS.Timeout | undefined
  #listening: { path: string; inode: number } | undefined

  constructor(api: Api, limits: Partial<ServerLimits> = {}) {
    this.#api = api
    this.#limits = { ...DEFAULT_LIMITS, ...limits }
    const { requestMs } = this.#limits
    this.#http = createServer({
      headersTimeout: requestMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: Math.ceil(requestMs / 5),
      maxHeaderSize: 16 * 1024,
    })
    this.#http.on('request', (request, response) => this.#request(request, response))
    this.#http.on('upgrade', (request, connection, head) => this.#upgrade(request, connection, head))
    this.#http.on('clientError', (error, connection) => refuseUnreadable(error, connection))
    this.#webSockets.on('headers', headers => headers.push(`Drover-Version: ${VERSION}`))
  }

  /**
   * Listens at `path`. The caller holds the lock on the database, so whatever socket stands there is of a core that is gone:
   * it is replaced in one step, and nobody finds the path without a socket meanwhile.
   *
   * `onLost` is told once when the socket is no longer there, as when its folder is removed at a logout: then nobody can come any more.
   *
   * @throws {AppError} `BAD_CONFIG` if the folder is open to others, `CONFLICT` if the path is taken by something else than a socket.
   */
  async listen(path: string, onLost: () => void = () => undefined): Promise<void> {
    ensureTrustedFolder(dirname(path))
    const old = lstatSync(path, { throwIfNoEntry: false })
    if (old && !old.isSocket()) throw new AppError('CONFLICT', `${path} is in the way: it is not a socket; move it elsewhere`)
    const aside = `${path.slice(0, -1)}~` // No longer than the path, whose length has a limit.
    rmSync(aside, { force: true })
    await new Promise<void>((resolve, reject) => {
      this.#http.once('error', reject)
      this.#http.listen(aside, () => {
        this.#http.off('error', reject)
        resolve()
      })
    })
    chmodSync(aside, 0o600)
    renameSync(aside, path)
    const listening = { path, inode: lstatSync(path).ino }
    this.#listening = listening
    this.#guard = setInterval(() => {
      if (!isGone(listening)) return
      clearInterval(this.#guard)
      onLost()
    }, GUARD_MS).unref()
    // A connection that could not be taken, for want of files or memory in the whole system, is no reason to end.
    this.#http.on('error', error => this.#api.reportError?.(error, 'taking a connection'))
  }

  /** Takes no more calls, lets those under way end, and tells WebSockets to come back later. Only then is the file removed. */
  async close(): Promise<void> {
    clearInterval(this.#guard)
    const closed = new Promise<void>(resolve => this.#http.close(() => resolve()))
    for (const socket of this.#sockets) socket.close()
    this.#http.closeIdleConnections()
    const timer = setTimeout(() => {
      this.#http.closeAllConnections()
      for (const socket of this.#sockets) socket.terminate()
    }, this.#limits.closeMs)
    await closed
    clearTimeout(timer)
    if (this.#listening) removeIfOurs(this.#listening)
    this.#listening = undefined
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
    void answer(this.#api, request, response)
  }

  /** Ends what is connected without a farewell, so that whoever was there looks for another core, and starts one. */
  abandon(): void {
    this.#http.closeAllConnections()
    for (const socket of this.#sockets) socket.terminate()
  }

  #upgrade(request: IncomingMessage, connection: Duplex, head: Buffer): void {
    connection.on('error', () => connection.destroy()) // The client went away; nobody is left to be told.
    try {
      refuseBrowsers(request)
      if (request.url !== '/ws') throw new AppError('NOT_FOUND', 'There is no WebSocket at this path; it is at /ws')
    } catch (error) {
      refuseConnection(connection, statusOf(error), error)
      return
    }
    this.#webSockets.handleUpgrade(request, connection, head, webSocket => {
      const socket = new ApiSocket(this.#api, webSocket)
      this.#sockets.add(socket)
      webSocket.once('close', () => this.#sockets.delete(socket))
    })
  }
}

/** Another core may have taken the path over since; its socket stays. */
function removeIfOurs(listening: { path: string; inode: number }): void {
  if (isOurs(listening)) rmSync(listening.path, { force: true })
}

/** What cannot be looked at may still be there. */
function isGone(listening: { path: string; inode: number }): boolean {
  try {
    return !isOurs(listening)
  } catch {
    return false
  }
}

function isOurs({ path, inode }: { path: string; inode: number }): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.ino === inode
}

/** Bytes that are not HTTP, too many headers, or a request that does not come to its end. */
function refuseUnreadable(error: NodeJS.ErrnoException, connection: Duplex): void {
  if (error.code === 'ECONNRESET') connection.destroy()
  else if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT')
    refuseConnection(connection, 408, new AppError('TIMEOUT', 'The request did not arrive in time'))
  else {
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400
    refuseConnection(connection, status, new AppError('BAD_INPUT', `This is not a request we can read (${error.code})`))
  }
}
