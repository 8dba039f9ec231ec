/** What clients write on a WebSocket; what the core writes is in frames.ts. */
import { z } from 'zod'
import { Columns, JobRef } from './fields.ts'
import { ProcessRef, ProjectRef } from './process-methods.ts'

/** The first message on a WebSocket of the web address, where everybody can knock; answered with `welcome`: see frames.ts. */
export const HelloMessage = z.strictObject({
  type: z.literal('hello'),
  session: z.string().max(200),
  /** Takes long messages packed: see PACKED_STREAM. */
  packed: z.boolean().default(false),
})
export type HelloMessage = z.infer<typeof HelloMessage>
/** What is posted to /session of the web address, once for each token. The answer is `{ session }`. */
export const SignIn = z.strictObject({ token: z.string().max(200) })

/**
 * What a client writes on the WebSocket, as JSON text. Bytes of a stream travel as binary messages: see frames.ts.
 * `stream` numbers are the client's own, never used twice on one socket.
 */
export const ClientMessage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('call'), id: z.int().min(0), method: z.string(), input: z.unknown() }),
  /** Answered behind all that is on its way: tells how far behind the link is, and what time it is for the core. */
  z.strictObject({ type: z.literal('ping'), id: z.int().min(0) }),
  /** Events from now on, or from after `afterSeq` of this core; the answer says whether any were missed. */
  z.strictObject({
    type: z.literal('events'),
    id: z.int().min(0),
    afterSeq: z.int().min(0).optional(),
    jobId: z.uuid().optional(),
  }),
  /** A job's output from `fromByte` on; with `follow` until the job has ended and all of it was sent. */
  z.strictObject({
    type: z.literal('log'),
    stream: z.int().min(1),
    job: JobRef,
    fromByte: z.int().min(0).default(0),
    follow: z.boolean().default(false),
  }),
  /** A terminal attached to the job. Its end (detach, or the job's end) ends the stream. */
  z.strictObject({
    type: z.literal('terminal'),
    stream: z.int().min(1),
    job: JobRef,
    columns: Columns,
    rows: Columns,
    term: z.string().regex(/^[A-Za-z0-9._+-]{1,64}$/),
  }),
  /**
   * The output of processes of a project, merged (`processes` empty: of all, and of those that come): OutputEntry of process.ts, a JSON text
   * a line. First the last `lines` of each, and nothing older than `since`; with `follow` then all that comes, and what a slow client
   * cannot take is left out and told.
   */
  z.strictObject({
    type: z.literal('output'),
    stream: z.int().min(1),
    project: ProjectRef,
    processes: z.array(ProcessRef).max(2_000).default([]),
    lines: z.int().min(0).max(1_000_000_000).default(0),
    since: z.int().min(0).nullable().default(null),
    follow: z.boolean().default(false),
  }),
  /** Takes the files of a drop, as shared/drop.ts says; ends when they are written. */
  z.strictObject({ type: z.literal('upload'), stream: z.int().min(1), dropId: z.uuid() }),
  z.strictObject({ type: z.literal('resize'), stream: z.int().min(1), columns: Columns, rows: Columns }),
  /** The client has taken this many more bytes of the stream: see STREAM_WINDOW_BYTES. */
  z.strictObject({ type: z.literal('took'), stream: z.int().min(1), bytes: z.int().min(1) }),
  z.strictObject({ type: z.literal('close'), stream: z.int().min(1) }),
])
export type ClientMessage = z.infer<typeof ClientMessage>
