/**
 * How a page in a browser gets to the core: it signs in with the one-time token it was opened with, and speaks over a WebSocket.
 * No cookie: those ignore ports, so every server on this machine would get ours.
 */
import { CoreConnection } from '../../shared/core-connection.ts'
import { AppError, type ErrorBody, fromErrorBody } from '../../shared/errors.ts'
import { WEB_CLOSE, type WelcomeMessage } from '../../shared/frames.ts'
import { parseSignIn } from '../../shared/sign-in.ts'
import type { OpenedConnection } from './core-link.ts'
import { type Message, unpacking } from './unpack.ts'

const SESSION_KEY = 'drover.session'
/** A line that swallows everything is tried anew. */
const WELCOME_MS = 20_000
const SIGNED_OUT = 'This page is not signed in any more. Open a new one with: drover open'

export async function connectToCore(): Promise<OpenedConnection> {
  const token = takeToken()
  if (token !== null) sessionStorage.setItem(SESSION_KEY, await redeem(token))
  const session = sessionStorage.getItem(SESSION_KEY)
  if (session === null) throw new AppError('FORBIDDEN', 'This page has to be opened by Drover. Type: drover open')
  return await openWebSocket(session)
}

/** The token of the address, which does not keep it. */
function takeToken(): string | null {
  const signIn = parseSignIn(location.hash)
  if (signIn === null) return null
  history.replaceState(null, '', `#${signIn.route}`)
  return signIn.token
}

async function redeem(token: string): Promise<string> {
  const response = await fetch('/session', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ token }),
  })
  const body = (await response.json()) as { session: string } | ErrorBody
  if ('session' in body) return body.session
  throw fromErrorBody(body)
}

function openWebSocket(session: string): Promise<OpenedConnection> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`)
    socket.binaryType = 'arraybuffer'
    let connection: CoreConnection | undefined
    const late = setTimeout(() => socket.close(), WELCOME_MS)
    socket.onopen = () => socket.send(JSON.stringify({ type: 'hello', session, packed: true }))
    const receive = (message: Message) => {
      if (typeof message !== 'string') connection?.receiveFrame(message)
      else if (connection) connection.receiveText(message)
      else {
        clearTimeout(late)
        const { version, startedAt, role } = JSON.parse(message) as WelcomeMessage
        connection = new CoreConnection({
          sendText: message => send(socket, message),
          sendBinary: bytes => send(socket, bytes as Uint8Array<ArrayBuffer>),
          close: () => socket.close(),
        })
        resolve({ connection, coreStartedAt: startedAt, version, role })
      }
    }
    const take = unpacking(receive, () => socket.close())
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => take(data)
    socket.onclose = ({ code, reason }) => {
      clearTimeout(late)
      // 1006 is the browser's own, for an end without a word.
      connection?.finish(code === 1006 ? null : code, reason)
      if (code === WEB_CLOSE.SIGNED_OUT) sessionStorage.removeItem(SESSION_KEY)
      reject(
        code === WEB_CLOSE.SIGNED_OUT
          ? new AppError('FORBIDDEN', SIGNED_OUT)
          : new AppError('CORE_UNREACHABLE', 'The core does not answer; jobs go on on their hosts'),
      )
    }
  })
}

/** What is said to one that has closed is of no account: its end is told by itself. */
function send(socket: WebSocket, data: string | Uint8Array<ArrayBuffer>): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(data)
}
