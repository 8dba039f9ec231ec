/**
 * One project's server: its routes on a port of 127.0.0.1, where every program of this computer can knock, and every web page in its
 * browsers. Who comes shows the project's token. Where none is asked for, what a page could send is refused all the same: a Host that is
 * not ours, an Origin that is, a body that is no JSON.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { AppError, type ErrorBody } from '../../../shared/errors.ts'
import { LOOPBACK } from '../../loopback.ts'
import type { AttemptLimit } from '../attempt-limit.ts'
import { describeIssues } from '../describe-issues.ts'
import { answer, HttpRefusal, readJson, secretOf, TextAnswer } from '../http.ts'
import { HttpServer } from '../http-server.ts'
import { PAGE_HEADERS } from '../page-headers.ts'
import { findBySecret } from '../secret.ts'
import { refuseForeign, urlOf } from '../web-guard.ts'
import { docsPage } from './docs-page.ts'
import { DOCS_PATH, OPENAPI_PATH, openApiDocument } from './openapi.ts'
import type { ProjectDesk } from './project-desk.ts'
import { type Route, routes } from './routes.ts'

export type ProjectServerOptions = {
  desk: ProjectDesk
  port: number
  /** Null: none is asked for. */
  tokenHash: string | null
  tries: AttemptLimit
  reportError(error: unknown, during: string): void
}

const MAX_CONNECTIONS = 64

export class ProjectServer {
  readonly #options: ProjectServerOptions
  readonly #server: HttpServer

  constructor(options: ProjectServerOptions) {
    this.#options = options
    const noWebSocket = () => {
      throw new AppError('NOT_FOUND', 'There is no WebSocket here')
    }
    this.#server = new HttpServer(
      { answer: (request, response) => this.#answer(request, response), admit: noWebSocket, welcome: noWebSocket, errorBody },
      { connections: MAX_CONNECTIONS },
    )
  }

  get port(): number {
    return this.#options.port
  }

  get address(): string {
    return urlOf({ address: LOOPBACK, port: this.port })
  }

  /** @throws what the system says, as `EADDRINUSE`. */
  async listen(): Promise<void> {
    await this.#server.listen(LOOPBACK, this.port)
    this.#server.http.on('error', error => this.#options.reportError(error, 'taking a connection'))
  }

  close(): Promise<void> {
    return this.#server.close()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(PAGE_HEADERS)) response.setHeader(name, value)
    await answer(request, response, {
      route: () => this.#route(request),
      errorBody,
      reportError: this.#options.reportError,
    })
  }

  async #route(request: IncomingMessage): Promise<unknown> {
    refuseForeign(request, { address: LOOPBACK, port: this.port }, 'this project’s server')
    const [path = '', search = ''] = (request.url ?? '').split('?', 2)
    const about = { address: this.address, hasToken: this.#options.tokenHash !== null }
    // What is the same for every project, and for everybody to read.
    if (path === DOCS_PATH && request.method === 'GET') return new TextAnswer('text/html; charset=utf-8', docsPage(about))
    if (path === OPENAPI_PATH && request.method === 'GET') return openApiDocument(about)
    this.#authenticate(request)
    const { route, word } = routeOf(request.method, path)
    const query = parsed(route.query, queryOf(search), 'query')
    const body = route.verb === 'POST' ? parsed(route.body, await this.#body(request), 'body') : {}
    return await route.run(this.#options.desk, { word, query, body })
  }

  #authenticate(request: IncomingMessage): void {
    const { tokenHash, tries } = this.#options
    if (tokenHash === null) return
    const secret = secretOf(request)
    if (secret !== undefined && findBySecret([{ hash: tokenHash }], secret)) return
    if (tries.waitMs > 0) {
      const seconds = Math.ceil(tries.waitMs / 1000)
      const options = { code: 'FORBIDDEN', headers: { 'Retry-After': seconds } } as const
      throw new HttpRefusal(429, `Too many wrong tokens; try again in ${seconds} s`, options)
    }
    if (secret !== undefined) tries.refused()
    throw new HttpRefusal(
      401,
      'This needs the project’s token, as Authorization: Bearer TOKEN. A new one: drover server --new-token',
      {
        code: 'FORBIDDEN',
        headers: { 'WWW-Authenticate': 'Bearer' },
      },
    )
  }

  /** With a token nothing need be said where nothing is: no page has one. */
  async #body(request: IncomingMessage): Promise<unknown> {
    const { 'content-length': length = '0', 'transfer-encoding': encoding, 'content-type': type } = request.headers
    const isEmpty = length === '0' && encoding === undefined
    if (isEmpty && (type !== undefined || this.#options.tokenHash === null)) requireJson(type)
    return isEmpty ? {} : await readJson(request)
  }
}

/** The details of an error are the core's own affair. */
function errorBody({ code, message }: ErrorBody): unknown {
  return { error: { code, message } }
}

function requireJson(type: string | undefined): void {
  if (!/^application\/json\s*(;|$)/i.test(type ?? ''))
    throw new HttpRefusal(415, 'What is posted must be JSON: Content-Type: application/json')
}

/** @throws {AppError} `NOT_FOUND`; {HttpRefusal} 405 */
function routeOf(verb: string | undefined, path: string): { route: Route; word: string } {
  const fitting = routes.flatMap(route => {
    const word = wordIn(route.path, path)
    return word === null ? [] : [{ route, word }]
  })
  const found = fitting.find(({ route }) => route.verb === verb)
  if (found) return found
  if (fitting.length === 0) throw new AppError('NOT_FOUND', `There is nothing at this path. What there is: ${DOCS_PATH}`)
  const allowed = fitting.map(({ route }) => route.verb).join(', ')
  throw new HttpRefusal(405, `This path takes ${allowed}`, { headers: { Allow: allowed } })
}

/** What stands at `{process}`, empty where nothing does; null if the path is another. */
function wordIn(template: string, path: string): string | null {
  const [before = '', after] = template.split('{process}')
  if (after === undefined) return path === template ? '' : null
  if (path.length <= before.length + after.length || !path.startsWith(before) || !path.endsWith(after)) return null
  const word = path.slice(before.length, path.length - after.length)
  if (word.includes('/')) return null
  try {
    return decodeURIComponent(word)
  } catch {
    throw new AppError('BAD_INPUT', 'The name in the path is not encoded as addresses are')
  }
}

function queryOf(search: string): Record<string, unknown> {
  const query: Record<string, unknown> = {}
  for (const [name, value] of new URLSearchParams(search)) {
    if (Object.hasOwn(query, name)) throw new AppError('BAD_INPUT', `query: ${name.slice(0, 40)} stands there twice`)
    query[name] = /^\d{1,16}$/.test(value) ? Number(value) : value
  }
  return query
}

/** @throws {AppError} `BAD_INPUT` */
function parsed(schema: Route['body'], value: unknown, what: string): unknown {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [first] = describeIssues(result.error.issues)
  throw new AppError('BAD_INPUT', [what, ...(first?.path ? [first.path] : []), first?.message ?? 'is wrong'].join(': '))
}
