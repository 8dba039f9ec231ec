/** The web address as a browser, or somebody who pretends to be one, uses it: every header is the caller's. */
import { type IncomingHttpHeaders, request } from 'node:http'
import { type ClientOptions, WebSocket } from 'ws'
import type { ServerMessage, WelcomeMessage } from '../../src/shared/frames.ts'
import type { Product } from './product.ts'
import { freePort } from './tcp.ts'
import { waitFor, within } from './wait.ts'

export type WebAnswer = { status: number; headers: IncomingHttpHeaders; bytes: Buffer; text: string }
export type Asking = { method?: string; headers?: Record<string, string>; body?: string | Buffer }

/**
 * The usual port is every product's on this computer: a test that loses its core and wants the next one at the same place takes one
 * that no other test will have by then.
 */
export async function takeOwnPort(product: Product): Promise<number> {
  const port = await freePort()
  const { code, stderr } = await product.drover(['config', 'set', 'web.port', String(port)])
  if (code !== 0) throw new Error(`The port was not set: ${stderr}`)
  return port
}

/** One request. `path` is sent as it is, be it no path at all. */
export function ask(address: string, path: string, { method = 'GET', headers = {}, body }: Asking = {}): Promise<WebAnswer> {
  const { hostname, port, host } = new URL(address)
  const answered = new Promise<WebAnswer>((resolve, reject) => {
    const call = request(
      // Without an agent: each on a connection of its own.
      { host: hostname.replace(/^\[|\]$/g, ''), port, path, method, headers: { Host: host, ...headers }, agent: false },
      response => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject)
        response.on('end', () => {
          const bytes = Buffer.concat(chunks)
          resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes, text: bytes.toString() })
        })
      },
    )
    call.on('error', reject).end(body)
  })
  return within(answered, { timeoutMs: 30_000, what: `the answer to ${method} ${path}` })
}

export function post(address: string, path: string, body: unknown, headers: Record<string, string> = {}): Promise<WebAnswer> {
  return ask(address, path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

/** Redeems a token, as the page does. @throws {Error} with the answer, if it is no success. */
export async function signIn(address: string, token: string): Promise<string> {
  const { status, text } = await post(address, '/session', { token }, { Origin: address })
  if (status !== 200) throw new Error(`The sign-in was answered with ${status}: ${text}`)
  return (JSON.parse(text) as { session: string }).session
}

/** Where the core serves the window to browsers, and the address that signs one in, once. */
export async function askAddress(product: Pick<Product, 'call'>): Promise<{ address: string; url: string }> {
  const { address, url } = await product.call('window.open', { display: null })
  if (address === null || url === null) throw new Error('window.open gave no address')
  return { address, url }
}

/** The token in `http://…/#token=…`. */
export function tokenOf(url: string | null): string {
  const token = url?.split('#token=')[1]
  if (token === undefined) throw new Error(`There is no token in ${url}`)
  return token
}

export type Message = ServerMessage | WelcomeMessage
export type WebLink = {
  readonly socket: WebSocket
  readonly messages: Message[]
  /** With what it was closed; 0 for an upgrade that was refused, with its status as the reason. */
  closed(): { code: number; reason: string } | null
  say(message: object): void
  /** The first such message, which may be there already. */
  hears<T extends Message['type']>(type: T): Promise<Extract<Message, { type: T }>>
  ends(): Promise<{ code: number; reason: string }>
}

/** Asks for the WebSocket with the page's Origin, unless told otherwise; `null` is none. */
export function link(address: string, options: { origin?: string | null; headers?: Record<string, string> } = {}): WebLink {
  const { origin = address, headers } = options
  const how: ClientOptions = { ...(origin !== null && { origin }), ...(headers && { headers }) }
  const socket = new WebSocket(`${address.replace('http', 'ws')}/ws`, how)
  const messages: Message[] = []
  let end: { code: number; reason: string } | null = null
  socket.on('message', data => messages.push(JSON.parse(String(data)) as Message))
  socket.on('unexpected-response', (_request, response) => {
    end = { code: 0, reason: String(response.statusCode) }
    socket.terminate()
  })
  socket.on('error', () => undefined) // `close` follows.
  socket.on('close', (code, reason) => {
    end ??= { code, reason: String(reason) }
  })
  const isOfType = <T extends Message['type']>(message: Message, type: T): message is Extract<Message, { type: T }> =>
    message.type === type
  return {
    socket,
    messages,
    closed: () => end,
    say: message => socket.send(JSON.stringify(message)),
    hears: type => waitFor(() => messages.find(message => isOfType(message, type)), { what: `a ${type}` }) as never,
    ends: () => waitFor(() => end, { timeoutMs: 20_000, what: 'the end of the WebSocket' }),
  }
}

/** A link that has said hello and was welcomed. */
export async function linked(address: string, session: string): Promise<WebLink> {
  const opened = link(address)
  opened.socket.once('open', () => opened.say({ type: 'hello', session }))
  await opened.hears('welcome')
  return opened
}
