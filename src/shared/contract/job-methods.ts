/** Jobs: placed, pushed, listed, ended, their logs and their files. */
import { z } from 'zod'
import type { JobFile, JobView, LogMatch, Placement } from '../domain.ts'
import type { Explanation } from '../placement.ts'
import {
  AbsolutePath,
  Columns,
  CommandInput,
  Env,
  HostName,
  JobRef,
  MAX_PATH,
  output,
  owner,
  Short,
  Text,
  viewer,
} from './fields.ts'
import { Needs } from './placement-methods.ts'

export type SkippedPath = { path: string; rule: string }
export type PushPreview = { files: number; bytes: number; skipped: SkippedPath[]; isSkippedCut: boolean; warnings: string[] }
export const jobMethods = {
  'job.push': {
    allow: owner,
    input: z.strictObject({
      command: CommandInput,
      /** Absolute; what is pushed when `sync`, else only where the user stood. */
      folder: AbsolutePath.nullable(),
      sync: z.boolean(),
      /** `auto`, a host's name, or null for the default host. */
      host: HostName.nullable().default(null),
      env: Env.default({}),
      /** Only a host that has them all: `gpu`, `arch:NAME` or tags. */
      needs: Needs.default([]),
      pull: z
        .array(Text.min(1).max(MAX_PATH, `is longer than ${MAX_PATH} characters`))
        .max(100)
        .default([]),
      terminal: z.strictObject({ columns: Columns, rows: Columns }).nullable(),
      /** The caller's mark, so that a push sent twice runs once. */
      jobId: z.uuid().optional(),
    }),
    output: output<{ job: JobView }>(),
  },
  /** Where a job would go now, by the allocator; nothing is begun. `totalBytes` of the folder, if it is to be sent and is known. */
  'job.place': {
    allow: owner,
    input: z.strictObject({
      command: CommandInput,
      folder: AbsolutePath.nullable(),
      totalBytes: z.int().min(0).nullable(),
    }),
    output: output<{ placement: Placement }>(),
  },
  'job.preview': { allow: owner, input: z.strictObject({ folder: AbsolutePath }), output: output<PushPreview>() },
  'job.list': {
    allow: viewer,
    input: z.strictObject({
      limit: z.int().min(1).max(100_000).default(1000),
      foreign: z.boolean().default(false),
      /** Of those that have ended only this many, the newest. What has not ended always comes. */
      ended: z.int().min(0).max(100_000).optional(),
      /** Only those that have ended and come after this one in the list: how older ones are had, page by page. */
      before: z.strictObject({ createdAt: z.int().min(0), id: z.uuid() }).optional(),
    }),
    /** `silentHosts`, with `foreign`: those of which nobody knows what other computers started there, as they did not say. */
    output: output<{ jobs: JobView[]; silentHosts?: string[] }>(),
  },
  'job.get': { allow: viewer, input: z.strictObject({ job: JobRef }), output: output<{ job: JobView }>() },
  'job.stop': {
    allow: owner,
    input: z.strictObject({
      job: JobRef,
      graceMs: z.int().min(0).max(3_600_000, 'is an hour at most').default(10_000),
      signal: z.enum(['TERM', 'INT', 'HUP', 'QUIT']).default('TERM'),
    }),
    output: output<{ job: JobView }>(),
  },
  /** Passes a signal on to all of a job, which does with it what it likes. */
  'job.signal': {
    allow: owner,
    input: z.strictObject({ job: JobRef, signal: z.enum(['HUP', 'INT', 'QUIT', 'TERM', 'STOP', 'CONT']) }),
    output: output<{ job: JobView }>(),
  },
  'job.rerun': {
    allow: owner,
    input: z.strictObject({
      job: JobRef,
      host: HostName.nullable().default(null),
      terminal: z.strictObject({ columns: Columns, rows: Columns }).nullable(),
      /** As in `job.push`. */
      jobId: z.uuid().optional(),
    }),
    output: output<{ job: JobView }>(),
  },
  'job.remove': {
    allow: owner,
    input: z.strictObject({ job: JobRef, force: z.boolean().default(false) }),
    output: output<null>(),
  },
  /** With `replay` what it was made from is weighed again. */
  'job.explain': {
    allow: viewer,
    input: z.strictObject({ job: JobRef, replay: z.boolean().default(false) }),
    output: output<Explanation>(),
  },
  /** How much the job has printed by now, and how much of its beginning is kept no more, asked of its host. */
  'job.logSize': {
    allow: owner,
    input: z.strictObject({ job: JobRef }),
    output: output<{ bytes: number; droppedBytes: number }>(),
  },
  /**
   * Lines of the log that match, by a search on the host. One call looks through some 64 MB only: it was searched up to `searchedTo`, from
   * where the next one goes on, until that is `logBytes`. So a search tells how far it is, and ends when nobody asks on.
   */
  'job.search': {
    allow: owner,
    input: z.strictObject({
      job: JobRef,
      /** The text itself, or an extended regular expression as grep knows them. */
      pattern: Text.min(1, 'is empty')
        .max(1000, 'is longer than 1000 characters')
        .regex(/^[^\r\n]*$/, 'is more than one line'),
      isRegex: z.boolean().default(false),
      ignoreCase: z.boolean().default(false),
      fromByte: z.int().min(0).default(0),
      limit: z.int().min(1).max(1000).default(500),
    }),
    output: output<{ matches: LogMatch[]; searchedTo: number; logBytes: number }>(),
  },
  /**
   * The byte where the first line begins that may have been printed then or later. Hosts note how much a job has printed some ten seconds
   * apart, while they are asked for it; a job of which nothing was noted may have printed all of it.
   */
  'job.logSince': {
    allow: owner,
    input: z.strictObject({ job: JobRef, since: z.int().min(0) }),
    output: output<{ byte: number }>(),
  },
  /** What stands in a folder of the job's workdir; `path` is relative to that, '' is the workdir itself. */
  'job.files': {
    allow: owner,
    input: z.strictObject({
      job: JobRef,
      path: Text.max(MAX_PATH, `is longer than ${MAX_PATH} characters`).refine(
        path => !path.startsWith('/') && !path.split('/').includes('..'),
        'must lead into the workdir',
      ),
    }),
    output: output<{ files: JobFile[]; isCut: boolean }>(),
  },
  /** Copies what `pattern` matches, relative to the job's workdir or absolute. The answer comes at once; progress and end are events with this `pullId`. */
  'job.pull': {
    allow: owner,
    input: z.strictObject({
      job: JobRef,
      pattern: Text.min(1, 'is empty').max(MAX_PATH, `is longer than ${MAX_PATH} characters`),
      destination: AbsolutePath,
      overwrite: z.boolean().default(false),
    }),
    output: output<{ pullId: string }>(),
  },
  'pull.cancel': { allow: owner, input: z.strictObject({ pullId: Short(100) }), output: output<null>() },
} as const
