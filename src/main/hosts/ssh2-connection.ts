/**
 * One connection of the ssh2 library: the handshake with our rules, sessions and forwards on it, and its loss.
 * Whatever a hostile server sends ends in `lost` or in a rejected promise, never in the process.
 */
import type { Duplex } from 'node:stream'
import ssh2, { type Algorithms, type AuthHandlerMiddleware, type BaseAgent, type Client, type ClientChannel } from 'ssh2'
import { AppError } from '../../shared/errors.ts'
import { freeChunk } from '../chunks.ts'
import { type Opened, SessionRefused, type SlotConnection } from './channel-slots.ts'
import { watchLiveness } from './liveness.ts'
import { throughLoginShell } from './login-shell.ts'
import { markOutput, newMark } from './output-mark.ts'
import { DECRYPTS_IN_PLACE, type WrapOptions, type WrappedChannel, wrapSsh2Channel } from './ssh2-channel.ts'
import { joinStreams } from './streams.ts'
import type { ExecOptions } from './transport.ts'

export type Ssh2Options = {
  /** For messages: what the person calls the host. */
  host: string
  /** A connected stream to the server: a socket, a forward through a jump host, or a ProxyCommand. */
  socket: Duplex
  user: string
  algorithms: Algorithms
  /** Says whether the server's key (a public key blob) is the right one; why not is the caller's to remember. */
  isHostKeyTrusted(blob: Buffer): boolean
  /** Offers our keys and signs with them. */
  identities: BaseAgent
  readyTimeoutMs?: number
}

type Wrapping = Pick<WrapOptions, 'hasTerminal' | 'mark'>
const NO_COMMAND: Wrapping = { hasTerminal: false, mark: null }

type Done = (error: Error | undefined, channel: ClientChannel) => void

/** Why a handshake failed, for the one who decides what to try next. `methods`: what the server would still accept. */
export class HandshakeError extends Error {
  override name = 'HandshakeError'
  readonly kind: 'algorithms' | 'host-key' | 'authentication' | 'connection'
  readonly methods: readonly string[]
  constructor(kind: HandshakeError['kind'], message: string, methods: readonly string[] = [], cause?: unknown) {
    super(message, { cause })
    this.kind = kind
    this.methods = methods
  }
}

const READY_TIMEOUT_MS = 20_000
/** A busy host may take long to start a command, but not this long. */
const OPEN_TIMEOUT_MS = 30_000
/** ssh2's own judgement is switched off by the high count: see liveness.ts. Its questions are what makes an idle server answer. */
const KEEP_ALIVE = { keepaliveInterval: 5_000, keepaliveCountMax: 1_000_000 }
/** A server that makes us answer but does not read the answers. */
const MAX_QUEUED_BYTES = 32 * 1024 * 1024
/** From here on writers wait for the socket, however large a window the server gave. */
const HIGH_WATER_BYTES = 1024 * 1024
/** RFC 4254: SSH_OPEN_CONNECT_FAILED, which is what sshd says beyond MaxSessions. */
const OPEN_CONNECT_FAILED = 2

/** @throws {HandshakeError} */
export async function connectSsh2(options: Ssh2Options): Promise<Ssh2Connection> {
  const { socket, user, algorithms, identities, isHostKeyTrusted, readyTimeoutMs = READY_TIMEOUT_MS } = options
  const client = new ssh2.Client()
  const connection = new Ssh2Connection(client, options)
  const auth = authentication(user, identities)
  let isKeyRefused = false
  const { promise: ready, resolve } = Promise.withResolvers<void>()
  client.once('ready', resolve)
  const failed = connection.lost.then(error => {
    throw toHandshakeError(error, isKeyRefused, auth.methods())
  })
  try {
    client.connect({
      sock: socket as never, // A Duplex will do; the types say Readable.
      username: user,
      algorithms,
      authHandler: auth.next,
      hostVerifier: (blob: Buffer) => {
        isKeyRefused = !isHostKeyTrusted(blob)
        return !isKeyRefused
      },
      readyTimeout: readyTimeoutMs,
      ...KEEP_ALIVE,
    })
    await Promise.race([ready, failed])
  } catch (error) {
    connection.close()
    if (error instanceof HandshakeError) throw error
    throw new HandshakeError('connection', error instanceof Error ? error.message : String(error), [], error)
  }
  failed.catch(() => undefined) // From now on `lost` tells.
  connection.watch()
  return connection
}

export class Ssh2Connection implements SlotConnection {
  readonly lost: Promise<Error>
  readonly #client: Client
  readonly #socket: Duplex
  readonly #host: string
  readonly #lose: (error: Error) => void
  readonly #overfull = new Set<() => boolean>()
  /** What waits for an answer of the host now. Not `lost.then`: those would pile up for as long as the connection holds. */
  readonly #waiting = new Set<(loss: Error) => void>()
  #isLost = false
  /** Whether ssh2 keeps nothing of a chunk of the socket's once it has read it; with other ciphers it keeps the beginning of a packet. */
  #isInputDone = false

  constructor(client: Client, { socket, host }: Ssh2Options) {
    this.#client = client
    this.#socket = socket
    this.#host = host
    const { promise, resolve } = Promise.withResolvers<Error>()
    this.lost = promise
    this.#lose = resolve
    client.on('handshake', ({ sc }) => {
      this.#isInputDone = !DECRYPTS_IN_PLACE && sc.cipher.endsWith('-gcm@openssh.com')
    })
    // An agent that does not answer is no loss: the next identity is tried.
    client.on('error', (error: Error & { level?: string }) => error.level !== 'agent' && this.#end(error))
    client.on('close', () => this.#end(new Error('the connection was closed by the other side')))
    socket.on('error', error => this.#end(error))
    // A forward may end without closing: our side of it is still open.
    for (const event of ['end', 'close'])
      socket.on(event, () => this.#end(new Error('the connection was closed by the other side')))
  }

  /** Begins to look for loss and for a server that breaks the rules. */
  watch(): void {
    const unwatch = watchLiveness(this.#socket, { onSilent: () => this.#end(new Error('it does not answer any more')) })
    // After ssh2's own listener and the one above.
    this.#socket.on('data', (chunk: Buffer) => {
      if (this.#socket.writableLength > MAX_QUEUED_BYTES) this.#end(new Error('it asks more than it takes answers'))
      for (const isOverfull of this.#overfull) if (isOverfull()) this.#end(new Error('it sends more than it was allowed to'))
      if (this.#isInputDone) freeChunk(chunk)
    })
    this.lost.then(unwatch)
  }

  /** @throws {SessionRefused} when the host allows no further session on this connection. */
  async exec(command: string, { terminal }: ExecOptions): Promise<Opened> {
    const pty = terminal && { term: terminal.term, cols: terminal.columns, rows: terminal.rows, width: 0, height: 0 }
    const hasTerminal = terminal !== undefined
    const mark = newMark()
    const remote = throughLoginShell(markOutput(command, mark, hasTerminal))
    const open = (done: Done) => this.#client.exec(remote, pty ? { pty } : {}, done)
    const { channel, closed } = await this.#open(open, { hasTerminal, mark })
    return { channel, released: closed }
  }

  /** @throws {AppError} `HOST_UNREACHABLE` if the host cannot or may not connect there. */
  async forward(target: { host: string; port: number }): Promise<Duplex> {
    try {
      const { channel } = await this.#open(
        done => this.#client.forwardOut('127.0.0.1', 0, target.host, target.port, done),
        NO_COMMAND,
      )
      channel.stderr.resume()
      return joinStreams(channel.stdout, channel.stdin, { onDestroy: () => channel.close() })
    } catch (cause) {
      const message = `${this.#host} cannot connect to ${target.host} port ${target.port}: ${messageOf(cause)}`
      throw new AppError('HOST_UNREACHABLE', message, { cause })
    }
  }

  close(): void {
    this.#end(new AppError('HOST_UNREACHABLE', `The connection to ${this.#host} was closed`))
  }

  async #open(open: (done: Done) => void, what: Wrapping): Promise<WrappedChannel> {
    if (this.#isLost) throw this.#openError(new Error('the connection is lost'))
    const { promise, resolve, reject } = Promise.withResolvers<WrappedChannel>()
    const timer = setTimeout(() => reject(new Error(`no answer in ${OPEN_TIMEOUT_MS / 1000} s`)), OPEN_TIMEOUT_MS)
    let isOver = false
    this.#waiting.add(reject)
    try {
      open((error, raw) => {
        if (error) return reject(error)
        try {
          // At once: output and end of a short command may stand in the very packet that opened the channel.
          const wrapped = this.#wrap(raw, what)
          if (isOver) wrapped.channel.close()
          resolve(wrapped)
        } catch (problem) {
          reject(problem)
        }
      })
      return await promise
    } catch (error) {
      throw this.#openError(error)
    } finally {
      isOver = true
      clearTimeout(timer)
      this.#waiting.delete(reject)
    }
  }

  #wrap(raw: ClientChannel, what: Wrapping): WrappedChannel {
    const wrapped = wrapSsh2Channel(raw, { ...what, drained: () => this.#drained() })
    this.#overfull.add(wrapped.isOverfull)
    wrapped.closed.finally(() => this.#overfull.delete(wrapped.isOverfull))
    return wrapped
  }

  #openError(error: unknown): Error {
    if (error instanceof AppError) return error
    if (error instanceof Error && 'reason' in error && error.reason === OPEN_CONNECT_FAILED)
      return new SessionRefused(error.message)
    return new AppError('HOST_UNREACHABLE', `${this.#host}: no command can be run: ${messageOf(error)}`, { cause: error })
  }

  #drained(): Promise<void> | null {
    if (this.#isLost || this.#socket.writableLength < HIGH_WATER_BYTES) return null
    const { promise, resolve } = Promise.withResolvers<void>()
    const done = () => {
      this.#socket.off('drain', done)
      this.#waiting.delete(done)
      resolve()
    }
    this.#socket.on('drain', done)
    this.#waiting.add(done)
    return promise
  }

  #end(error: Error): void {
    if (this.#isLost) return
    this.#isLost = true
    const reason =
      error instanceof AppError
        ? error
        : new AppError('HOST_UNREACHABLE', `Lost ${this.#host}: ${error.message}`, { cause: error })
    this.#lose(reason)
    for (const tell of this.#waiting) tell(reason)
    this.#client.end()
    // `end` sends a goodbye; a peer that does not read it shall not keep the socket.
    setImmediate(() => this.#socket.destroy())
  }
}

/** ssh tries `none` first as well: it is how one learns what a server accepts, and some let us in by it. */
function authentication(user: string, identities: BaseAgent): { next: AuthHandlerMiddleware; methods(): readonly string[] } {
  let left: readonly string[] = []
  const steps = [
    { type: 'none', username: user },
    { type: 'agent', username: user, agent: identities },
  ] as const
  let step = 0
  const next = (methods: string[] | null, isPartial: boolean | null): unknown => {
    if (methods) left = methods
    if (isPartial) return false // It wants a second factor, which we do not have.
    return steps[step++] ?? false
  }
  return { next: next as AuthHandlerMiddleware, methods: () => left }
}

function toHandshakeError(error: Error, isKeyRefused: boolean, methods: readonly string[]): HandshakeError {
  const cause = error.cause instanceof Error ? error.cause : error
  if (isKeyRefused) return new HandshakeError('host-key', 'The host key was refused', methods, cause)
  if (/no matching .*(key exchange|host key|cipher|MAC|compression)/i.test(cause.message)) {
    return new HandshakeError('algorithms', cause.message.replace(/^Handshake failed: /, ''), methods, cause)
  }
  if ('level' in cause && cause.level === 'client-authentication') {
    return new HandshakeError('authentication', cause.message, methods, cause)
  }
  return new HandshakeError('connection', cause.message, methods, cause)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
