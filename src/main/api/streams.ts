/** What the API needs of whoever has the bytes: a job's log, a terminal on it, and what takes a dropped folder. The job room implements it. */
import type { Readable, Writable } from 'node:stream'
import type { Role } from '../../shared/contract.ts'
import type { OutputRequest } from '../supervisor/output-room.ts'

export type ByteSource = {
  /**
   * Read only as fast as the client takes it: a source must slow down with it. Always ends, be it because of `close`.
   * Its chunks are its reader's alone, who lets go of their memory.
   */
  readonly output: Readable
  /** Settles once `output` has got its last byte; rejects when the stream was cut short, and says why. */
  readonly end: Promise<void>
  close(): void
}

/** Takes bytes too: what is written to it is taken at its own pace. */
export type InputSource = ByteSource & { readonly input: Writable }

export type TerminalSource = InputSource & {
  resize(size: { columns: number; rows: number }): void
}

/** `job` is what the caller wrote: an id or its beginning. `signal` fires when the caller no longer waits for the opening. */
export type StreamSource = {
  openLog(job: string, fromByte: number, follow: boolean, signal: AbortSignal): Promise<ByteSource>
  openTerminal(
    job: string,
    terminal: { columns: number; rows: number; term: string },
    signal: AbortSignal,
  ): Promise<TerminalSource>
  openUpload(dropId: string): InputSource
  openOutput(request: OutputRequest): ByteSource
}

/** Who may ask for what beside the methods; these say it for themselves, in the contract. */
export const STREAM_ROLES = {
  events: ['owner', 'readonly'],
  log: ['owner'],
  terminal: ['owner'],
  upload: ['owner'],
  output: ['owner'],
} as const satisfies Record<string, readonly Role[]>
