/**
 * The command line's session with the core: one WebSocket for calls, events, logs and terminals, connected again by itself
 * when the core was replaced. What was under way at that moment fails with `CORE_UNREACHABLE` and is for its caller to ask again,
 * save for what changes nothing or is the same when sent twice: that the session asks again itself.
 */
import type { Call } from '../shared/contract.ts'
import type { ConnectionEnd, CoreConnection } from '../shared/core-connection.ts'
import type { ByteStream, TerminalStream } from '../shared/core-stream.ts'
import type { CoreEvent } from '../shared/domain.ts'
import type { CoreSession, OutputOf } from './core-client.ts'
import { CORE_TRIES, isCoreLoss, isRepeatable, repeated } from './repeatable.ts'

/** Opens a connection; `end` says how the one before it ended. */
export type Reconnect = (previous: ConnectionEnd | null) => Promise<CoreConnection>

type Listener = { listener: (event: CoreEvent) => void; jobId: string | undefined }

export class Session implements CoreSession {
  readonly #open: Reconnect
  readonly #listeners = new Set<Listener>()
  readonly #reconnectListeners = new Set<() => void>()
  readonly #goneListeners = new Set<(error: Error) => void>()
  /** The connection there is, or the one that is coming. */
  #connection: Promise<CoreConnection>
  #isClosed = false
  #isGone = false
  /** Connections in a row that were lost before they answered anything. */
  #losses = 0

  static async open(open: Reconnect): Promise<Session> {
    const session = new Session(open)
    await session.#connection
    return session
  }

  private constructor(open: Reconnect) {
    this.#open = open
    this.#connection = this.#connect(null)
  }

  readonly call: Call = async (method, input) => {
    const ask = (connection: CoreConnection) => connection.ask(id => ({ type: 'call', id, method, input }))
    return (await (isRepeatable(method, input) ? this.#repeated(ask) : ask(await this.#connection))) as never
  }

  async onEvent(listener: (event: CoreEvent) => void, filter: { jobId?: string } = {}): Promise<() => void> {
    const entry = { listener, jobId: filter.jobId }
    this.#listeners.add(entry)
    try {
      await this.#repeated(connection => this.#subscribe(connection))
    } catch (error) {
      this.#listeners.delete(entry)
      throw error
    }
    return () => this.#listeners.delete(entry)
  }

  onReconnect(listener: () => void): () => void {
    this.#reconnectListeners.add(listener)
    return () => this.#reconnectListeners.delete(listener)
  }

  get isGone(): boolean {
    return this.#isGone
  }

  onGone(listener: (error: Error) => void): () => void {
    this.#goneListeners.add(listener)
    return () => this.#goneListeners.delete(listener)
  }

  async openLog({
    job,
    fromByte = 0,
    follow = false,
  }: {
    job: string
    fromByte?: number
    follow?: boolean
  }): Promise<ByteStream> {
    const connection = await this.#connection
    return await connection.openStream(stream => ({ type: 'log', stream, job, fromByte, follow }))
  }

  async openTerminal(terminal: { job: string; columns: number; rows: number; term: string }): Promise<TerminalStream> {
    const connection = await this.#connection
    return await connection.openStream(stream => ({ type: 'terminal', stream, ...terminal }))
  }

  async openOutput(output: OutputOf): Promise<ByteStream> {
    const { project, processes = [], lines = 0, since = null, follow = false } = output
    const connection = await this.#connection
    return await connection.openStream(stream => ({
      type: 'output',
      stream,
      project,
      processes: [...processes],
      lines,
      since,
      follow,
    }))
  }

  close(): void {
    this.#isClosed = true
    this.#connection.then(
      connection => connection.close(),
      () => undefined, // There is none to close.
    )
  }

  async #repeated<T>(ask: (connection: CoreConnection) => Promise<T>): Promise<T> {
    // When one has ended, the next one is on its way.
    return await repeated(
      () => this.#connection,
      ask,
      connection => connection.ended,
    )
  }

  async #connect(previous: ConnectionEnd | null): Promise<CoreConnection> {
    const connection = await this.#open(previous)
    connection.onEvent = event => this.#tell(event)
    connection.onMissed = () => this.#tellReconnected()
    if (this.#isClosed) connection.close()
    void connection.ended.then(end => this.#lost(connection, end))
    if (previous && this.#listeners.size > 0) {
      // One that is lost as we ask is followed by the next, which is asked the same.
      await this.#subscribe(connection).catch(error => {
        if (!isCoreLoss(error)) throw error
      })
    }
    return connection
  }

  #lost({ hasAnswered }: CoreConnection, end: ConnectionEnd): void {
    if (this.#isClosed) return
    this.#losses = hasAnswered ? 0 : this.#losses + 1
    this.#connection = this.#losses < CORE_TRIES ? this.#connect(end) : Promise.reject(end.error)
    this.#connection.then(
      () => this.#tellReconnected(),
      (error: Error) => {
        this.#isGone = true
        for (const listener of this.#goneListeners) listener(error)
      },
    )
  }

  /** One subscription serves all listeners; it is narrowed to one job only when all of them want the same. */
  async #subscribe(connection: CoreConnection): Promise<void> {
    const [jobId, ...others] = new Set([...this.#listeners].map(entry => entry.jobId))
    await connection.ask(id => ({ type: 'events', id, ...(jobId !== undefined && others.length === 0 && { jobId }) }))
  }

  #tell(event: CoreEvent): void {
    for (const { listener, jobId } of this.#listeners) if (jobId === undefined || jobOf(event) === jobId) listener(event)
  }

  #tellReconnected(): void {
    for (const listener of this.#reconnectListeners) listener()
  }
}

function jobOf(event: CoreEvent): string | undefined {
  if (event.type === 'job.changed') return event.job.id
  return 'jobId' in event ? event.jobId : undefined
}
