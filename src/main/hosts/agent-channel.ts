/**
 * The control channel to one agent: installs and starts it, reads its hello, matches answers to requests, and hands events on in
 * their order. For AgentClient, which gives the requests their meaning.
 */
import { AppError } from '../../shared/errors.ts'
import type { WatchedClock } from '../clock.ts'
import type { AgentInfo } from './agent.ts'
import { type AgentProgram, serveCommand } from './agent-install.ts'
import { encodeRequest, LineReader, parseAgentLine, violation } from './agent-protocol.ts'
import { type Hello, parseError, parseHello } from './agent-records.ts'
import { HostClock } from './host-clock.ts'
import type { Channel, Transport } from './transport.ts'

const HELLO_MS = 60_000
const REQUEST_MS = 30_000
/** Of one row: two paths and the head of a command, each byte as five, take 50 kB. */
const MAX_ROW_BYTES = 128 * 1024
/** Of all that waits for the end of its answer, or for its turn as an event: a list of 100,000 jobs takes 30 MB. */
const MAX_HELD_BYTES = 64 * 1024 * 1024
/** An agent sends none; one that was damaged may send some, and a host that goes on with it has no agent. */
const MAX_VIOLATIONS = 100
/** Kept of what comes before the hello and on stderr, to say why an agent did not start. */
const NOISE_CHARACTERS = 2_000

export type Answer = { rows: string[]; rest: string }
type Fields = readonly (string | null)[]
type Pending = {
  verb: string
  rows: string[]
  part: string
  heldBytes: number
  timer: NodeJS.Timeout
  resolve(answer: Answer): void
  reject(error: Error): void
}
type OpenOptions = {
  nonce: string
  program: AgentProgram
  host: string
  root?: string
  clock: WatchedClock
  onViolation?: (error: AppError) => void
}

export class AgentChannel {
  readonly lost: Promise<Error>
  readonly hostClock: HostClock
  /** Set before the first `watch`. Events wait for each other. */
  onEvent: (rest: string) => void | Promise<void> = () => undefined
  readonly #channel: Channel
  readonly #options: OpenOptions
  readonly #pending = new Map<number, Pending>()
  readonly #lose: (error: Error) => void
  readonly #greeted = Promise.withResolvers<void>()
  #lastRequest = 0
  #hello: Hello | null = null
  #noise = ''
  #stderr = ''
  #askedAt = 0
  #isBrought = false
  #heldBytes = 0
  #violations = 0
  #events: Promise<void> = Promise.resolve()
  #error: Error | null = null

  /** @throws {AppError} as `openAgent` does. */
  static async open(transport: Transport, options: OpenOptions): Promise<AgentChannel> {
    const { program, nonce, root, host } = options
    const channel = await transport.exec(serveCommand(program, nonce, root), { lane: 'control' })
    const agent = new AgentChannel(channel, options)
    const timer = setTimeout(
      () => agent.fail(new AppError('HOST_UNREACHABLE', `${host}: its agent said nothing for ${HELLO_MS / 1000} s`)),
      HELLO_MS,
    )
    try {
      await agent.#greeted.promise
    } finally {
      clearTimeout(timer)
    }
    return agent
  }

  private constructor(channel: Channel, options: OpenOptions) {
    this.#channel = channel
    this.#options = options
    const { promise, resolve } = Promise.withResolvers<Error>()
    this.lost = promise
    this.#lose = resolve
    this.hostClock = new HostClock(options.clock)
    this.#askedAt = performance.now()
    const lines = new LineReader(line => this.#takeLine(line))
    channel.stdout.on('data', (chunk: Buffer) => lines.push(chunk))
    channel.stderr.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString('utf8')).slice(-NOISE_CHARACTERS)
    })
    // A broken stream ends the channel, and its end tells.
    for (const stream of [channel.stdin, channel.stdout, channel.stderr]) stream.on('error', () => undefined)
    channel.end.then(end => this.fail(this.#endError(end)))
  }

  get hello(): Hello {
    if (!this.#hello) throw new TypeError('The agent has not said hello')
    return this.#hello
  }
  get info(): AgentInfo {
    return this.hello.info
  }

  /** @throws {AppError} the agent's own error, `HOST_UNREACHABLE` when it is lost before it answers, `TIMEOUT`. */
  request(verb: string, fields: Fields, timeoutMs = REQUEST_MS): Promise<Answer> {
    if (this.#error) return Promise.reject(this.#error)
    const { line, answer } = this.#ask(verb, fields, timeoutMs)
    this.#channel.stdin.write(line)
    return answer
  }

  /** Several of one verb, which the agent reads and does together: `VERB-all COUNT` goes before them. Each is answered by itself. */
  requestAll(verb: string, all: readonly Fields[]): Promise<Answer>[] {
    if (all.length === 1 || this.#error) return all.map(async fields => this.request(verb, fields))
    const lines: string[] = []
    const answers = all.map(async fields => {
      const { line, answer } = this.#ask(verb, fields)
      lines.push(line)
      return answer
    })
    if (lines.length > 0) {
      const head = this.#ask(`${verb}-all`, [String(lines.length)])
      // What goes wrong with all goes wrong with each.
      head.answer.catch(() => undefined)
      this.#channel.stdin.write(head.line + lines.join(''))
    }
    return answers
  }

  /** For a line that came from the host and makes no sense: it is told and dropped. */
  report(line: string): void {
    this.#violated(violation('an event', line))
  }

  /** Gives the channel up: every open request fails with this error. */
  fail(cause: unknown): void {
    if (this.#error) return
    const error = cause instanceof Error ? cause : new AppError('INTERNAL', String(cause))
    this.#error = error
    for (const { timer, reject } of this.#pending.values()) {
      clearTimeout(timer)
      reject(error)
    }
    this.#pending.clear()
    this.#greeted.reject(error)
    this.#lose(error)
    this.#channel.stdin.end()
    this.#channel.close()
  }

  close(): void {
    this.fail(new AppError('HOST_UNREACHABLE', `${this.#options.host}: the connection was closed`))
  }

  /** From here on the answer is waited for: the line is to be sent at once. @throws {TypeError} on a NUL. */
  #ask(verb: string, fields: Fields, timeoutMs = REQUEST_MS): { line: string; answer: Promise<Answer> } {
    const id = ++this.#lastRequest
    const line = encodeRequest(id, verb, fields)
    const { promise: answer, resolve, reject } = Promise.withResolvers<Answer>()
    const timer = setTimeout(() => {
      this.#forget(id)
      reject(new AppError('TIMEOUT', `${this.#options.host}: its agent did not answer '${verb}' in ${timeoutMs / 1000} s`))
    }, timeoutMs)
    this.#pending.set(id, { verb, rows: [], part: '', heldBytes: 0, timer, resolve, reject })
    return { line, answer }
  }

  #takeLine(line: string): void {
    if (this.#error) return
    try {
      if (!this.#hello && !line.startsWith(`${this.#options.nonce} `)) {
        // What the user's profile prints.
        this.#noise = `${this.#noise}${line}\n`.slice(-NOISE_CHARACTERS)
        return
      }
      const parsed = parseAgentLine(this.#options.nonce, line)
      if (!('request' in parsed)) this.#takeNotice(parsed.kind, parsed.rest)
      else this.#takeAnswer(parsed.request, parsed.kind, parsed.rest)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      if (this.#hello) this.#violated(error)
      else this.fail(error)
    }
  }

  #takeNotice(kind: 'hello' | 'missing' | 'refused' | 'event', rest: string): void {
    if (kind === 'event') {
      this.#hold(rest.length)
      this.#events = this.#events
        .then(() => this.onEvent(rest))
        // Of a lost channel `lost` tells; what remains is an event that could not be read.
        .catch(error => (this.#error ? undefined : this.#violated(error)))
        .then(() => this.#hold(-rest.length))
    } else if (this.#hello) throw violation('one hello', `${kind} ${rest}`)
    else if (kind === 'hello') this.#greet(parseHello(rest))
    else if (kind === 'missing' && !this.#isBrought) {
      this.#isBrought = true
      this.#channel.stdin.write(this.#options.program.text)
      this.#askedAt = performance.now()
    } else this.fail(this.#startError('cannot be installed'))
  }

  #greet(hello: Hello): void {
    const { version } = this.#options.program
    if (hello.info.version !== version) throw violation(`agent ${version}`, hello.info.version)
    this.#hello = hello
    this.hostClock.heard(hello.hostSeconds, { tookMs: performance.now() - this.#askedAt })
    this.#greeted.resolve()
  }

  #takeAnswer(id: number, kind: 'row' | 'more' | 'ok' | 'err', rest: string): void {
    const pending = this.#pending.get(id)
    if (!pending) {
      // One we no longer wait for.
      if (id > 0 && id <= this.#lastRequest) return
      throw violation('an answer to a request', `${id} ${kind} ${rest}`)
    }
    if (kind === 'more' || kind === 'row') {
      pending.heldBytes += rest.length
      this.#hold(rest.length)
      pending.part += rest
      if (pending.part.length > MAX_ROW_BYTES) this.fail(this.#tooMuch(`a row of ${pending.part.length} bytes`))
      if (kind === 'more') return
      pending.rows.push(pending.part)
      pending.part = ''
    } else {
      clearTimeout(pending.timer)
      this.#forget(id)
      if (kind === 'ok') pending.resolve({ rows: pending.rows, rest })
      else pending.reject(errorOf(rest, this.#options.host))
    }
  }

  /** The host goes on answering what we no longer wait for: that is dropped. */
  #forget(id: number): void {
    this.#hold(-(this.#pending.get(id)?.heldBytes ?? 0))
    this.#pending.delete(id)
  }

  #hold(bytes: number): void {
    this.#heldBytes += bytes
    if (this.#heldBytes > MAX_HELD_BYTES) this.fail(this.#tooMuch(`${this.#heldBytes} bytes that lead to nothing`))
  }

  #tooMuch(what: string): AppError {
    return new AppError('PROTOCOL', `${this.#options.host}: its agent sent ${what}, which none of ours does`)
  }

  #violated(error: unknown): void {
    const { onViolation, host } = this.#options
    this.#violations += 1
    const code = error instanceof AppError ? error.code : 'INTERNAL'
    onViolation?.(new AppError(code, `${host}: ${error instanceof Error ? error.message : String(error)}`, { cause: error }))
    if (this.#violations >= MAX_VIOLATIONS) this.fail(this.#tooMuch(`${MAX_VIOLATIONS} lines that make no sense`))
  }

  #endError(end: { code: number | null; signal: string | null }): AppError {
    const { host } = this.#options
    if (this.#hello) return new AppError('HOST_UNREACHABLE', `${host}: the connection to its agent is lost`)
    if (end.code === null && end.signal === null) {
      return new AppError('HOST_UNREACHABLE', `${host}: the connection was lost before its agent answered`)
    }
    // Not a host that cannot run it: someone ended it, as may happen to a running one, and it is asked for again.
    if (end.signal !== null)
      return new AppError('HOST_UNREACHABLE', `${host}: its agent was killed (${end.signal}) as it started`)
    return this.#startError(`did not start (exit ${end.code})`)
  }

  #startError(what: string): AppError {
    const { host } = this.#options
    const said = (this.#stderr.trim() || this.#noise.trim()).slice(-500)
    const isFull = /No space left|quota exceeded/i.test(said)
    return new AppError(isFull ? 'DISK_FULL' : 'HOST_ERROR', `${host}: the agent ${what}${said && `: ${said}`}`)
  }
}

function errorOf(rest: string, host: string): AppError {
  try {
    return parseError(rest, host)
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
}
