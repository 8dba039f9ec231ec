/**
 * A way to reach one host: it runs commands and carries bytes, and knows nothing of jobs.
 * Three kinds: `local` (child processes), `ssh2` (the library), `openssh` (the system's ssh behind a ControlMaster).
 */
import type { Readable, Writable } from 'node:stream'
import type { TransportKind } from '../../shared/domain.ts'
import { beginningOf } from './streams.ts'

/**
 * What a channel is for, so that a transport can keep to the host's limits (sshd allows 10 sessions a connection by default):
 * `control` the agent's one long channel, `short` a command that ends by itself soon, `stream` a terminal, log or file transfer of any length.
 */
export type Lane = 'control' | 'short' | 'stream'

export type TerminalSize = { columns: number; rows: number }

export type ExecOptions = {
  lane: Lane
  /** Asks for a terminal of this size on the other side; stderr then comes with stdout. */
  terminal?: TerminalSize & { term: string }
  /** Gives up opening, or closes the channel when open. */
  signal?: AbortSignal
}

/** `code` null: ended by `signal` (without SIG) or, when both are null, by loss of the connection. */
export type ChannelEnd = { code: number | null; signal: string | null }

/** One running command. Whoever opened it must read both outputs (or `resume()` them) and handle `end`. */
export interface Channel {
  readonly stdin: Writable
  /** No chunk shares more than half of its memory with anything else, so that its reader may let go of it: see chunks.ts. */
  readonly stdout: Readable
  readonly stderr: Readable
  /** Settles when the command has ended and both outputs were read to their end; never rejects. */
  readonly end: Promise<ChannelEnd>
  /** Only for a channel with a terminal. */
  resize(size: TerminalSize): void
  /** Ends the channel from our side. What it ran gets end of input, and a hang-up if it has a terminal. */
  close(): void
}

export interface Transport {
  readonly kind: TransportKind
  /**
   * Runs a POSIX shell command line as the host's user. Waits for a free slot of its lane.
   *
   * @throws {AppError} `HOST_UNREACHABLE` if the connection is lost or no channel opens, `CANCELLED` if `signal` fired.
   */
  exec(command: string, options: ExecOptions): Promise<Channel>
  /** Opens a TCP stream from the host to `host:port` as it sees them: what a jump host does. Not on `local`. */
  forward?(target: { host: string; port: number }): Promise<import('node:stream').Duplex>
  /** Settles, with the reason, when the transport can carry nothing more. */
  readonly lost: Promise<Error>
  close(): Promise<void>
}

/**
 * Runs a command to its end and collects its outputs, each cut at `maxBytes` (default 1 MiB). One that was broken off, by `signal` too, has
 * neither code nor signal, and what came until then.
 */
export async function run(
  transport: Transport,
  command: string,
  options: { input?: Uint8Array | string; maxBytes?: number; signal?: AbortSignal; lane?: Lane } = {},
): Promise<ChannelEnd & { stdout: Buffer; stderr: string }> {
  const { input, maxBytes = 1024 * 1024, signal, lane = 'short' } = options
  const channel = await transport.exec(command, { lane, ...(signal && { signal }) })
  const stdout = beginningOf(channel.stdout, maxBytes)
  const stderr = beginningOf(channel.stderr, maxBytes)
  channel.stdin.on('error', () => undefined) // A command may end without reading its input; its exit code tells.
  channel.stdin.end(input ?? '')
  const end = await channel.end
  return { ...end, stdout: await stdout, stderr: (await stderr).toString('utf8') }
}
