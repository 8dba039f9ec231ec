/**
 * The window's link to the core, whatever carries it: a WebSocket in the browser, IPC in Electron. It connects again by itself for as
 * long as the window is open. What was under way when it broke fails with `CORE_UNREACHABLE`, for its caller to say so or to ask again.
 */
import type { Call, ClientMessage, WebRole } from '../../shared/contract.ts'
import type { CoreConnection } from '../../shared/core-connection.ts'
import type { ByteStream, InputStream, TerminalStream } from '../../shared/core-stream.ts'
import type { CoreEvent } from '../../shared/domain.ts'
import { AppError } from '../../shared/errors.ts'
import type { Pong } from '../../shared/frames.ts'
import { startHeartbeat } from './heartbeat.ts'

/**
 * `connecting` before the first time; `lost` since when, and when it is tried again; `refused`: trying again is of no use. `lagMs`: how
 * long a message and its answer take, in tenths of a second; null where nobody would notice.
 */
export type LinkState =
  | { kind: 'connecting' }
  | { kind: 'connected'; coreStartedAt: number; version: string; role: WebRole; lagMs: number | null }
  | { kind: 'lost'; since: number; retryAt: number }
  | { kind: 'refused'; message: string }

export type OpenedConnection = { connection: CoreConnection; coreStartedAt: number; version: string; role: WebRole }

/** Opens a carrier. @throws {AppError} `FORBIDDEN` when it is of no use to try again. */
export type Connect = () => Promise<OpenedConnection>

export type LinkListener = {
  /** Events flow from here on; what was before is to be asked for. */
  connected(): void
  event(event: CoreEvent): void
  /** Some events are gone for good. */
  missed(): void
  /** What time it is for the core, give or take `uncertainMs`. */
  time(at: number, uncertainMs: number): void
  state(state: LinkState): void
}

/** A person does not notice less. */
const LEAST_LAG_MS = 200
const FIRST_RETRY_MS = 250
const LAST_RETRY_MS = 10_000

export class CoreLink {
  readonly #connect: Connect
  readonly #listener: LinkListener
  readonly #now: () => number
  #state: LinkState = { kind: 'connecting' }
  #connection: CoreConnection | undefined
  #attempt = 0
  #retry: ReturnType<typeof setTimeout> | undefined

  /** `now`: the time in which states are told. */
  constructor(options: { connect: Connect; listener: LinkListener; now(): number }) {
    this.#now = options.now
    this.#connect = options.connect
    this.#listener = options.listener
  }

  start(): void {
    void this.#open()
  }

  /** At once, without waiting for the time of the next try. */
  retryNow(): void {
    if (this.#state.kind !== 'lost' || this.#retry === undefined) return
    clearTimeout(this.#retry)
    void this.#open()
  }

  readonly call: Call = async (method, input) =>
    (await this.#connected().ask(id => ({ type: 'call', id, method, input }))) as never

  async openLog(log: { job: string; fromByte: number; follow: boolean }): Promise<ByteStream> {
    return await this.#connected().openStream(stream => ({ type: 'log', stream, ...log }))
  }

  async openTerminal(terminal: { job: string; columns: number; rows: number; term: string }): Promise<TerminalStream> {
    return await this.#connected().openStream(stream => ({ type: 'terminal', stream, ...terminal }))
  }

  async openOutput(output: Omit<Extract<ClientMessage, { type: 'output' }>, 'type' | 'stream'>): Promise<ByteStream> {
    return await this.#connected().openStream(stream => ({ type: 'output', stream, ...output }))
  }

  async openUpload(dropId: string): Promise<InputStream> {
    return await this.#connected().openStream(stream => ({ type: 'upload', stream, dropId }))
  }

  #connected(): CoreConnection {
    if (this.#connection) return this.#connection
    throw new AppError('CORE_UNREACHABLE', 'There is no connection to the core; jobs go on on their hosts')
  }

  async #open(): Promise<void> {
    this.#retry = undefined
    try {
      const { connection, ...about } = await this.#connect()
      connection.onEvent = event => this.#listener.event(event)
      connection.onMissed = () => this.#listener.missed()
      const stopHeartbeat = this.#keepBeat(connection)
      void connection.ended.then(({ error }) => {
        stopHeartbeat()
        this.#lost(error)
      })
      await connection.ask(id => ({ type: 'events', id }))
      this.#connection = connection
      this.#attempt = 0
      this.#listener.connected()
      this.#change({ kind: 'connected', lagMs: null, ...about })
    } catch (error) {
      // A connection that ended has been told of by `ended`.
      if (this.#retry === undefined) this.#lost(error)
    }
  }

  #keepBeat(connection: CoreConnection): () => void {
    return startHeartbeat({
      ask: async () => (await connection.ask(id => ({ type: 'ping', id }))) as Pong,
      heard: () => connection.heard,
      onLag: lagMs => this.#lags(lagMs),
      onTime: (at, uncertainMs) => this.#listener.time(at, uncertainMs),
      onSilent: () => connection.giveUp('nothing came over it any more'),
    })
  }

  #lags(ms: number): void {
    const lagMs = ms < LEAST_LAG_MS ? null : Math.round(ms / 100) * 100
    if (this.#state.kind === 'connected' && this.#state.lagMs !== lagMs) this.#change({ ...this.#state, lagMs })
  }

  #lost(error: unknown): void {
    this.#connection = undefined
    if (error instanceof AppError && error.code === 'FORBIDDEN') {
      this.#change({ kind: 'refused', message: error.message })
      return
    }
    const now = this.#now()
    const pauseMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#attempt++)
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => void this.#open(), pauseMs)
    const since = this.#state.kind === 'lost' ? this.#state.since : now
    this.#change({ kind: 'lost', since, retryAt: now + pauseMs })
  }

  #change(state: LinkState): void {
    this.#state = state
    this.#listener.state(state)
  }
}
