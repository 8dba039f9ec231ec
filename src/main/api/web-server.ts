/**
 * The core's web address: the window's page for browsers, and the API behind a sign-in. On 127.0.0.1 every program of this computer can
 * knock, and every web page in its browsers: see web-guard.ts for what is asked of a request, web-access.ts for what signs in.
 * No cookies, since they ignore ports; no CORS headers, so no other page can read an answer.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { SignIn } from '../../shared/contract.ts'
import { AppError } from '../../shared/errors.ts'
import { isLoopback } from '../loopback.ts'
import type { Api } from './api.ts'
import type { AttemptLimit } from './attempt-limit.ts'
import { answer, HttpRefusal, readJson, routeApi, secretOf } from './http.ts'
import { HttpServer } from './http-server.ts'
import type { MetricsTokens } from './metrics-tokens.ts'
import type { PageFiles } from './page-files.ts'
import { PAGE_HEADERS } from './page-headers.ts'
import type { SignedIn, WebAccess } from './web-access.ts'
import { WebClient } from './web-client.ts'
import { type Listening, refuseForeign, requireOrigin } from './web-guard.ts'

export type WebServerOptions = {
  api: Api
  access: WebAccess
  tokens: Pick<MetricsTokens, 'accepts'>
  tries: AttemptLimit
  page: PageFiles
  /** Whether any program of this computer may read /metrics. */
  isMetricsOpen?: () => boolean
  /** When the core started. */
  startedAt: number
  /** How long a WebSocket may take to say hello. */
  helloMs?: number
}

/** A window takes one to seven. What others of this computer take in vain must leave the core files for its work. */
const MAX_CONNECTIONS = 256
/** WebSockets that have not said hello; the one that waits longest makes room. */
const MAX_UNKNOWN = 16

export class WebServer {
  readonly #options: WebServerOptions
  readonly #server: HttpServer
  readonly #clients = new Set<WebClient>()
  #listening: Listening | null = null

  constructor(options: WebServerOptions) {
    this.#options = options
    const doorkeeper = { session: (secret: string) => this.#session(secret), isPaused: () => options.tries.waitMs > 0 }
    this.#server = new HttpServer(
      {
        answer: (request, response) => this.#answer(request, response),
        admit: request => {
          refuseForeign(request, this.#at)
          requireOrigin(request)
        },
        welcome: webSocket => {
          const client = new WebClient(webSocket, { ...options, doorkeeper, helloMs: options.helloMs ?? 5_000 })
          this.#clients.add(client)
          webSocket.once('close', () => this.#clients.delete(client))
          this.#makeRoom()
          return client
        },
      },
      { connections: MAX_CONNECTIONS },
    )
  }

  /**
   * Listens at the first of the ports that is free; 0 is any.
   *
   * @throws {AppError} `BAD_CONFIG` if this computer has no such address, or the port may not be had.
   */
  async listen(address: string, ports: readonly number[]): Promise<Listening> {
    const { http } = this.#server
    for (const [index, port] of ports.entries()) {
      try {
        this.#listening = { address, port: await this.#server.listen(address, port) }
        http.on('error', error => this.#options.api.reportError?.(error, 'taking a connection'))
        return this.#listening
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        const isLast = index === ports.length - 1
        if (isLast || (code !== 'EADDRINUSE' && code !== 'EACCES')) {
          const message = `The window cannot be served at ${address}, port ${port} (${code}). See web.address and web.port in config.yaml`
          throw new AppError('BAD_CONFIG', message, { cause: error })
        }
      }
    }
    throw new TypeError('No port was given')
  }

  /** Sessions that have a window open at this moment. */
  get sessionsInUse(): string[] {
    return [...this.#clients].flatMap(({ session }) => session ?? [])
  }

  shutOut(sessions: readonly string[]): void {
    for (const client of this.#clients) if (client.session !== null && sessions.includes(client.session)) client.shutOut()
  }

  close(): Promise<void> {
    return this.#server.close()
  }

  get #at(): Listening {
    if (!this.#listening) throw new TypeError('A request came before we listened')
    return this.#listening
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(PAGE_HEADERS)) response.setHeader(name, value)
    const { api, page } = this.#options
    const route = async () => {
      if (this.#isScrape(request)) return await routeApi(api, request)
      refuseForeign(request, this.#at)
      return page.answer(request, response) || (await this.#route(request))
    }
    await answer(request, response, { route, reportError: api.reportError })
  }

  async #route(request: IncomingMessage): Promise<unknown> {
    const { api, access, tries } = this.#options
    if (request.url?.startsWith('/rpc/')) {
      const { role } = this.#authenticate(request)
      return await routeApi({ ...api, principal: { role } }, request)
    }
    if (request.url === '/metrics') {
      if (!this.#isOpenTo(request)) this.#authenticate(request)
      return await routeApi(api, request)
    }
    if (tries.waitMs > 0) throw this.#pause()
    if (request.url !== '/session') return await routeApi(api, request)
    const parsed = SignIn.safeParse(await readJson(request))
    if (!parsed.success) throw new AppError('BAD_INPUT', 'The body must be {"token": "…"} and nothing else')
    // Others may have used up the tries while the body came.
    if (tries.waitMs > 0) throw this.#pause()
    const session = access.redeem(parsed.data.token)
    if (session !== null) return { session }
    tries.refused()
    throw new AppError(
      'FORBIDDEN',
      'This address was used already, is more than five minutes old, or is wrong. Type: drover open',
    )
  }

  /**
   * It bears a token for /metrics. By whatever name it came here: a page of another site has none, or it would need no tricks with names.
   * One that is wrong is looked at like any other request.
   */
  #isScrape(request: IncomingMessage): boolean {
    const { origin, 'sec-fetch-site': site } = request.headers
    if (request.url !== '/metrics' || origin !== undefined || site !== undefined) return false
    const secret = secretOf(request)
    return secret !== undefined && this.#options.tokens.accepts(secret)
  }

  /** What came over the network shows who it is, whatever the config says. */
  #isOpenTo({ socket }: IncomingMessage): boolean {
    const isNear = [socket.localAddress, socket.remoteAddress].every(address => address !== undefined && isLoopback(address))
    return isNear && this.#options.isMetricsOpen?.() === true
  }

  #authenticate(request: IncomingMessage): SignedIn {
    const isPaused = this.#options.tries.waitMs > 0
    const secret = secretOf(request)
    const signedIn = secret === undefined ? null : this.#session(secret)
    if (signedIn !== null) return signedIn
    if (isPaused) throw this.#pause()
    const options = { code: 'FORBIDDEN', headers: { 'WWW-Authenticate': 'Bearer' } } as const
    throw new HttpRefusal(401, 'You are not signed in here, or no longer. Type: drover open', options)
  }

  /** Who has this secret. A wrong one counts as a try, unless nobody may try. */
  #session(secret: string): SignedIn | null {
    const { access, tries } = this.#options
    const signedIn = access.session(secret)
    if (signedIn === null && tries.waitMs === 0) tries.refused()
    return signedIn
  }

  #pause(): HttpRefusal {
    const seconds = Math.ceil(this.#options.tries.waitMs / 1000)
    return new HttpRefusal(429, `Too many wrong tries to sign in; try again in ${seconds} s`, {
      code: 'FORBIDDEN',
      headers: { 'Retry-After': seconds },
    })
  }

  #makeRoom(): void {
    const unknown = [...this.#clients].filter(client => client.isUnknown)
    if (unknown.length > MAX_UNKNOWN) unknown[0]?.giveUp('too many others are waiting')
  }
}
