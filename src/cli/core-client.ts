/**
 * What the verbs need of a core, whoever carries it. client.ts implements it over the core's unix socket.
 * Types only: the verbs and their tests are written against these.
 */
import type { Call } from '../shared/contract.ts'
import type { ByteStream, TerminalStream } from '../shared/core-stream.ts'
import type { CoreEvent } from '../shared/domain.ts'

/** As `output` of the client's messages says; `processes` empty: all. */
export type OutputOf = {
  project: string
  processes?: readonly string[]
  lines?: number
  since?: number | null
  follow?: boolean
}

/** One request at a time, nothing kept open: what `ls`, `stop` and most verbs use. */
export interface CoreClient {
  readonly call: Call
  /** Opens one WebSocket for events, logs and terminals. */
  connect(): Promise<CoreSession>
}

/**
 * One WebSocket. When the core goes away, streams that are open and calls that wait fail with `CORE_UNREACHABLE`; the session
 * then connects again by itself, and what is asked of it meanwhile waits for that.
 */
export interface CoreSession {
  readonly call: Call
  /** Settles when events flow, so that nothing that follows is missed. Renewed by itself after a reconnect. Returns its undo. */
  onEvent(listener: (event: CoreEvent) => void, filter?: { jobId?: string }): Promise<() => void>
  /** Told after each reconnect: events may have been missed, so ask again for what matters. Returns its undo. */
  onReconnect(listener: () => void): () => void
  /** No core came back: from then on all that is asked fails. */
  readonly isGone: boolean
  /** Told once when that is so, with what went wrong. Returns its undo. */
  onGone(listener: (error: Error) => void): () => void
  openLog(input: { job: string; fromByte?: number; follow?: boolean }): Promise<ByteStream>
  /** The merged output of a project's processes: read it with `outputEntries`. */
  openOutput(output: OutputOf): Promise<ByteStream>
  openTerminal(input: { job: string; columns: number; rows: number; term: string }): Promise<TerminalStream>
  close(): void
}
