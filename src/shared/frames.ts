/**
 * The WebSocket's other half: what the core writes, and how bytes of a stream are framed. No zod here: clients load this.
 */
import type { WebRole } from './contract/fields.ts'
import type { CoreEvent } from './domain.ts'
import type { ErrorBody } from './errors.ts'

/** A sender has at most this many bytes of one stream under way that the receiver has not yet said it took. */
export const STREAM_WINDOW_BYTES = 256 * 1024

/** The answer to a `ping`. */
export type Pong = { at: number }

export type ServerMessage =
  | { type: 'result'; id: number; result: unknown }
  | { type: 'error'; id: number; error: ErrorBody }
  /** Events from here on are sent; `missed` when those after `afterSeq` are no longer all there: take a snapshot. */
  | { type: 'events'; id: number; seq: number; missed: boolean }
  | { type: 'event'; event: CoreEvent }
  /** The stream is open: bytes follow. */
  | { type: 'opened'; stream: number }
  /** The core has taken this many more bytes that the client wrote to a terminal. */
  | { type: 'took'; stream: number; bytes: number }
  /** The stream has ended; nothing follows for it. `error` null: in the ordinary way. */
  | { type: 'ended'; stream: number; error: ErrorBody | null }

/** The answer to a `hello` of the web address. Another `startedAt` than before: another core, whose events are counted anew. `role`: whether this page may do things, or only look. */
export type WelcomeMessage = { type: 'welcome'; version: string; startedAt: number; role: WebRole }

/** Why a WebSocket of the web address was closed. Any other code: the link was lost, and the same session may say hello again. */
export const WEB_CLOSE = {
  /** The session is not, or no longer, one of ours: sign in anew. */
  SIGNED_OUT: 4401,
  /** The hello did not come in time, or too many others were waiting for theirs. */
  NO_HELLO: 4408,
  /** Somebody has tried too many wrong sessions: come again in a minute. */
  TOO_MANY_TRIES: 4429,
} as const

/**
 * No stream has this number. What follows it is a message as text, packed (raw deflate): where the line is slow, a list of a thousand jobs
 * would be in the way of all else for seconds.
 */
export const PACKED_STREAM = 0

/** A binary message: the stream's number as big-endian u32, then the bytes. */
export function encodeFrame(stream: number, bytes: Uint8Array): Uint8Array {
  const frame = new Uint8Array(4 + bytes.length)
  new DataView(frame.buffer).setUint32(0, stream)
  frame.set(bytes, 4)
  return frame
}

/** @throws {RangeError} on a frame without a whole header. */
export function decodeFrame(frame: Uint8Array): { stream: number; bytes: Uint8Array } {
  return { stream: new DataView(frame.buffer, frame.byteOffset, frame.byteLength).getUint32(0), bytes: frame.subarray(4) }
}
