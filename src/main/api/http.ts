/**
 * `POST /rpc/<method>` with the input as JSON gives the method's output as JSON, or a status of its own and `{ code, message, details }`.
 * `GET /health` says that the core answers. Nothing else is served.
 */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { AppError, type ErrorBody, toErrorBody } from '../../shared/errors.ts'
import { VERSION } from '../../shared/version.ts'
import type { Api } from './api.ts'
import { dispatch } from './dispatch.ts'
import { HTTP_STATUS } from './http-status.ts'

export const MAX_BODY_BYTES = 1024 * 1024
/** A body somewhat too large is read to its end before it is refused, or the caller would see a broken pipe and not our answer. */
const MAX_DISCARDED_BYTES = 64 * MAX_BODY_BYTES

/** A refusal that is HTTP's own: its status says more than our code does. */
class HttpRefusal extends AppError {
  readonly status: number
  constructor(status: number, message: string) {
    super('BAD_INPUT', message)
    this.status = status
  }
}

/** Answers one request. Never throws: what goes wrong is the answer. */
export async function answer(api: Api, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    refuseBrowsers(request)
    const body = await route(api, request)
    send(response, 200, body)
  } catch (error) {
    if (!(error instanceof AppError)) api.reportError?.(error, `${request.method} ${request.url}`)
    const headers: OutgoingHttpHeaders = error instanceof HttpRefusal && error.status === 413 ? { Connection: 'close' } : {}
    send(response, statusOf(error), toErrorBody(error), headers)
  }
}

/**
 * No page may call us, whatever it gets to run on this machine. A browser puts an Origin on every request it makes for a page
 * that could do harm; no client of ours does.
 *
 * @throws {AppError} `FORBIDDEN`
 */
export function refuseBrowsers(request: IncomingMessage): void {
  if (request.headers.origin !== undefined)
    throw new AppError('FORBIDDEN', 'Requests of web pages are refused: this one has an Origin header')
}

/** For what is not a request, or not yet: writes the answer straight to the connection and ends it. */
export function refuseConnection(connection: Duplex, status: number, error: unknown): void {
  if (!connection.writable) return
  const body = JSON.stringify(toErrorBody(error))
  connection.end(
    `HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}

export function statusOf(error: unknown): number {
  if (error instanceof HttpRefusal) return error.status
  return error instanceof AppError ? HTTP_STATUS[error.code] : HTTP_STATUS.INTERNAL
}

async function route(api: Api, request: IncomingMessage): Promise<unknown> {
  const path = request.url ?? '/'
  if (path === '/health') {
    requireVerb(request, 'GET')
    return { status: 'ok', version: VERSION }
  }
  const method = /^\/rpc\/([A-Za-z.]{1,64})$/.exec(path)?.[1]
  if (method === undefined) throw new AppError('NOT_FOUND', 'There is nothing at this path; methods are at POST /rpc/<method>')
  requireVerb(request, 'POST')
  // Also what keeps out forms of web pages from before they sent an Origin: they cannot send this type.
  if (!/^application\/json\s*(;\s*charset=utf-8\s*)?$/i.test(request.headers['content-type'] ?? ''))
    throw new HttpRefusal(415, 'The body must be JSON: Content-Type: application/json')
  if (request.headers['content-encoding'] !== undefined) throw new HttpRefusal(415, 'The body must not be compressed')
  const input = parseJson(await readBody(request))
  return (await dispatch(api.methods, api.principal, method, input)) ?? null
}

function requireVerb(request: IncomingMessage, verb: string): void {
  if (request.method !== verb) throw new HttpRefusal(405, `This path takes ${verb}, not ${request.method}`)
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size <= MAX_BODY_BYTES) chunks.push(chunk)
      else if (size > MAX_DISCARDED_BYTES) break
      else chunks.length = 0
    }
  } catch (cause) {
    // The client went away, or sent no body that can be read: the connection has been answered or is gone, and it is no mistake of ours.
    throw new AppError('BAD_INPUT', 'The body did not come to its end', { cause })
  }
  if (size > MAX_BODY_BYTES) throw new HttpRefusal(413, `The body has more than ${MAX_BODY_BYTES} bytes`)
  return Buffer.concat(chunks)
}

/** @throws {AppError} `BAD_INPUT` on anything but JSON in UTF-8. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new AppError('BAD_INPUT', 'The body is not JSON in UTF-8', { cause })
  }
}

function send(response: ServerResponse, status: number, body: ErrorBody | unknown, headers: OutgoingHttpHeaders = {}): void {
  if (response.headersSent || response.destroyed) return
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    'Drover-Version': VERSION,
    ...headers,
  })
  response.end(text)
}
