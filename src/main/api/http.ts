/**
 * HTTP as every door of the core speaks it: a request is answered with 200 and JSON, or with a status of its own and
 * `{ code, message, details }`. Who may ask, and for which paths, is each door's own; `routeApi` is what they all serve:
 * `POST /rpc/<method>` with the input as JSON, `GET /health`, which says that the core answers, and `GET /metrics` for Prometheus.
 */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { AppError, type ErrorBody, type ErrorCode, toErrorBody } from '../../shared/errors.ts'
import { VERSION } from '../../shared/version.ts'
import { PROMETHEUS_TYPE } from '../metrics/prometheus.ts'
import type { Api } from './api.ts'
import { dispatch } from './dispatch.ts'
import { HTTP_STATUS } from './http-status.ts'

export const MAX_BODY_BYTES = 1024 * 1024
/** A body somewhat too large is read to its end before it is refused, or the caller would see a broken pipe and not our answer. */
const MAX_DISCARDED_BYTES = 64 * MAX_BODY_BYTES

/** A refusal that is HTTP's own: its status says more than our code does. */
export class HttpRefusal extends AppError {
  readonly status: number
  readonly headers: OutgoingHttpHeaders
  constructor(status: number, message: string, options: { code?: ErrorCode; headers?: OutgoingHttpHeaders } = {}) {
    super(options.code ?? 'BAD_INPUT', message)
    this.status = status
    this.headers = options.headers ?? {}
  }
}

/** An answer that is text of a type of its own, and no JSON. */
export class TextAnswer {
  readonly type: string
  readonly text: string
  constructor(type: string, text: string) {
    this.type = type
    this.text = text
  }
}

export type Answering = {
  /** Gives what is answered with 200, as JSON or a TextAnswer; throws what refuses it. */
  route(request: IncomingMessage): Promise<unknown>
  /** What the caller is told of an error, in place of the error itself. */
  errorBody?(error: ErrorBody): unknown
  /** Told of what should not happen. */
  reportError?: Api['reportError']
}

/** Answers one request. Never throws: what goes wrong is the answer. */
export async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { route, errorBody = body => body, reportError }: Answering,
): Promise<void> {
  try {
    send(response, 200, await route(request))
  } catch (error) {
    if (!(error instanceof AppError)) reportError?.(error, `${request.method} ${request.url}`)
    send(response, statusOf(error), errorBody(toErrorBody(error)), error instanceof HttpRefusal ? error.headers : {})
  }
}

/** The paths that every door has. Whoever calls this has made sure who asks. */
export async function routeApi(api: Api, request: IncomingMessage): Promise<unknown> {
  const path = request.url ?? '/'
  if (path === '/health') {
    requireVerb(request, 'GET')
    return { status: 'ok', version: VERSION }
  }
  if (path === '/metrics' && api.metricsText) {
    requireVerb(request, 'GET')
    return new TextAnswer(PROMETHEUS_TYPE, api.metricsText())
  }
  const method = /^\/rpc\/([A-Za-z.]{1,64})$/.exec(path)?.[1]
  if (method === undefined) throw new AppError('NOT_FOUND', 'There is nothing at this path; methods are at POST /rpc/<method>')
  const input = await readJson(request)
  return (await dispatch(api.methods, api.principal, method, input)) ?? null
}

/** The JSON that was posted. @throws {AppError} `BAD_INPUT`, with a status that says what is wrong with it. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  requireVerb(request, 'POST')
  // Also what keeps out forms of web pages from before they sent an Origin: they cannot send this type.
  if (!/^application\/json\s*(;\s*charset=utf-8\s*)?$/i.test(request.headers['content-type'] ?? ''))
    throw new HttpRefusal(415, 'The body must be JSON: Content-Type: application/json')
  if (request.headers['content-encoding'] !== undefined) throw new HttpRefusal(415, 'The body must not be compressed')
  return parseJson(await readBody(request))
}

/** What the caller bears as a token. The scheme's name has no case (RFC 9110, 11.1). */
export function secretOf({ headers }: IncomingMessage): string | undefined {
  return /^Bearer ([\w-]{1,200})$/i.exec(headers.authorization ?? '')?.[1]
}

/** For what is not a request, or not yet: writes the answer straight to the connection and ends it. */
export function refuseConnection(
  connection: Duplex,
  status: number,
  error: unknown,
  { errorBody = body => body }: Pick<Answering, 'errorBody'> = {},
): void {
  if (!connection.writable) return
  const body = JSON.stringify(errorBody(toErrorBody(error)))
  connection.end(
    `HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}

export function statusOf(error: unknown): number {
  if (error instanceof HttpRefusal) return error.status
  return error instanceof AppError ? HTTP_STATUS[error.code] : HTTP_STATUS.INTERNAL
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
  if (size > MAX_BODY_BYTES)
    throw new HttpRefusal(413, `The body has more than ${MAX_BODY_BYTES} bytes`, { headers: { Connection: 'close' } })
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

function send(response: ServerResponse, status: number, body: unknown, headers: OutgoingHttpHeaders = {}): void {
  if (response.headersSent || response.destroyed) return
  const { type, text } = body instanceof TextAnswer ? body : { type: 'application/json', text: JSON.stringify(body) }
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    'Drover-Version': VERSION,
    ...headers,
  })
  response.end(text)
}
