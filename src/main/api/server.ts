/**
 * Serves the API on a unix socket: HTTP for single calls, a WebSocket at /ws for events, logs and terminals.
 * It owns the socket's file. Who may connect is said by the file system: 0600 in a folder of 0700.
 */
import type { IncomingMessage } from 'node:http'
import { dirname } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import { ensureTrustedFolder } from '../private-files.ts'
import type { Api } from './api.ts'
import { answer, routeApi } from './http.ts'
import { type HttpDoor, HttpServer, type ServerLimits } from './http-server.ts'
import { listenAt, type SocketFile } from './socket-file.ts'
import { ApiSocket } from './websocket.ts'

/** How often we look whether the socket is still there. */
const GUARD_MS = 2_000

export class ApiServer {
  readonly #api: Api
  readonly #server: HttpServer
  #guard: NodeJS.Timeout | undefined
  #file: SocketFile | undefined

  constructor(api: Api, limits: Partial<ServerLimits> = {}) {
    this.#api = api
    const route = async (request: IncomingMessage) => {
      refuseBrowsers(request)
      return routeApi(api, request)
    }
    const door: HttpDoor = {
      answer: (request, response) => answer(request, response, { route, reportError: api.reportError }),
      admit: refuseBrowsers,
      welcome: webSocket => new ApiSocket(api, webSocket),
    }
    this.#server = new HttpServer(door, limits)
  }

  /**
   * Listens at `path`. The caller holds the lock on the database, so whatever socket stands there is of a core that is gone.
   *
   * `onLost` is told once when the socket is no longer there, as when its folder is removed at a logout: then nobody can come any more.
   *
   * @throws {AppError} `BAD_CONFIG` if the folder is open to others, `CONFLICT` if the path is taken by something else than a socket.
   */
  async listen(path: string, onLost: () => void = () => undefined): Promise<void> {
    ensureTrustedFolder(dirname(path))
    const { http } = this.#server
    const file = await listenAt(http, path)
    this.#file = file
    this.#guard = setInterval(() => {
      if (!file.isGone) return
      clearInterval(this.#guard)
      onLost()
    }, GUARD_MS).unref()
    // A connection that could not be taken, for want of files or memory in the whole system, is no reason to end.
    http.on('error', error => this.#api.reportError?.(error, 'taking a connection'))
  }

  /** Takes no more calls, lets those under way end, and tells WebSockets to come back later. Only then is the file removed. */
  async close(): Promise<void> {
    clearInterval(this.#guard)
    await this.#server.close()
    this.#file?.remove()
    this.#file = undefined
  }

  /** Ends what is connected without a farewell, so that whoever was there looks for another core, and starts one. */
  abandon(): void {
    this.#server.abandon()
  }
}

/**
 * No page may call us, whatever it gets to run on this machine. A browser puts an Origin on every request it makes for a page
 * that could do harm; no client of the unix socket does.
 *
 * @throws {AppError} `FORBIDDEN`
 */
function refuseBrowsers(request: IncomingMessage): void {
  if (request.headers.origin !== undefined)
    throw new AppError('FORBIDDEN', 'Requests of web pages are refused: this one has an Origin header')
}
