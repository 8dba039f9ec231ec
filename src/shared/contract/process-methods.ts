/** Projects, their processes and failure patterns. A project is named by its folder or its id; a process by its label, or its name for all its instances. */
import { z } from 'zod'
import type { JobView } from '../domain.ts'
import type { CheckedProject, FailurePattern, ProcessMatch, ProcessView, ProjectView } from '../process.ts'
import type { ExportedFile, ProjectProblem } from '../project.ts'
import {
  AbsolutePath,
  Columns,
  CommandInput,
  Env,
  HostName,
  MAX_PATH,
  nothing,
  ofProject,
  output,
  owner,
  Short,
  Text,
  viewer,
} from './fields.ts'

export const ProjectRef = z.union([z.uuid(), AbsolutePath])
/** `web` or `web.1`. */
export const ProcessRef = z
  .string()
  .regex(
    /^[A-Za-z0-9_-]{1,63}(\.[1-9][0-9]{0,3})?$/,
    'a process is named by letters, digits, dashes and underscores, perhaps with .1 for the first of several',
  )
/** Empty: all of the project. */
const Processes = z.array(ProcessRef).max(2_000).default([])
export const Formation = z.record(
  z.string().regex(/^[A-Za-z0-9_-]{1,63}$/),
  z.int().min(0).max(100, 'is more than 100 instances of one process'),
)
const FileName = Text.min(1).max(MAX_PATH)
/** Which files make the project. Names are relative to the folder. */
const Files = {
  folder: AbsolutePath,
  procfile: FileName.optional(),
  /** In place of those last used; all=1 where none was. */
  formation: Formation.optional(),
  /** The PORT of the first process. */
  port: z.int().min(1).max(65_535).optional(),
  /** The variables of whoever asks: files may look them up, and PORT; nothing else of them is passed on. */
  here: Env.optional(),
}
export const PatternText = Text.min(1, 'is empty')
  .max(1_000, 'is longer than 1000 characters')
  .regex(/^[^\r\n]*$/, 'is more than one line')
const UnitName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/,
    'is 1 to 100 letters, digits, dots, dashes or underscores, and begins with a letter or digit',
  )
const GraceMs = z.int().min(0).max(3_600_000, 'is an hour at most')

export const processMethods = {
  /** Reads the files and begins nothing. `project` null: with these errors there is none. */
  'project.check': {
    allow: owner,
    input: z.strictObject(Files),
    output: output<{ project: CheckedProject | null; problems: readonly ProjectProblem[] }>(),
  },
  /**
   * Reads the files anew and starts what is named (all, without names) with what that depends on. What runs already is left as it is.
   * Refused with `BAD_CONFIG` and all problems in its details if a file has an error: then nothing has changed.
   */
  'project.up': {
    allow: owner,
    input: z.strictObject({
      ...Files,
      processes: Processes,
      /** In place of the hosts that the project names. */
      host: HostName.optional(),
      /** Goes before what the project's files set. */
      env: Env.default({}),
    }),
    output: output<{ project: ProjectView }>(),
  },
  /** Its processes as units of systemd, those that run on this computer; nothing is written. `notes`: what systemd cannot do of it. */
  'project.export': {
    allow: owner,
    input: z.strictObject({
      ...Files,
      /** Units of the person's own manager, in place of the system's. */
      isUser: z.boolean().default(false),
      /** Where the files will stand. */
      out: AbsolutePath,
      /** What the units' names begin with; the folder's name where none is given. */
      name: UnitName.optional(),
    }),
    output: output<{ files: ExportedFile[]; target: string; notes: string[] }>(),
  },
  /** Stops all of it, those that others depend on last. */
  'project.down': {
    allow: ofProject,
    input: z.strictObject({ project: ProjectRef, graceMs: GraceMs.optional() }),
    output: output<{ project: ProjectView }>(),
  },
  /** Forgets a project of which nothing runs; with its logs on the hosts. */
  'project.remove': { allow: owner, input: z.strictObject({ project: ProjectRef }), output: output<null>() },
  'project.list': { allow: viewer, input: nothing, output: output<{ projects: ProjectView[] }>() },
  'project.get': {
    allow: [...viewer, 'project'],
    input: z.strictObject({ project: ProjectRef }),
    output: output<{ project: ProjectView }>(),
  },
  /** How many instances of what; the others stay as they are. */
  'project.scale': {
    allow: owner,
    input: z.strictObject({ project: ProjectRef, formation: Formation }),
    output: output<{ project: ProjectView }>(),
  },
  'process.start': {
    allow: ofProject,
    input: z.strictObject({ project: ProjectRef, processes: Processes }),
    output: output<{ processes: ProcessView[] }>(),
  },
  'process.stop': {
    allow: ofProject,
    input: z.strictObject({ project: ProjectRef, processes: Processes, graceMs: GraceMs.optional() }),
    output: output<{ processes: ProcessView[] }>(),
  },
  /** Stops what runs, then starts it with what the files say now; clears `broken`. What depends on it is left alone. */
  'process.restart': {
    allow: ofProject,
    input: z.strictObject({ project: ProjectRef, processes: Processes }),
    output: output<{ processes: ProcessView[] }>(),
  },
  /** The runs of a process that are still known, newest first. */
  'process.runs': {
    allow: viewer,
    input: z.strictObject({ project: ProjectRef, process: ProcessRef }),
    output: output<{ runs: JobView[] }>(),
  },
  /**
   * Lines of the logs of all their runs that match, newest runs first. One call searches for a while only: while there is a `cursor` in the
   * answer, another call with it goes on. `share` tells how much of all was searched, 0..1; `silentHosts` could not be asked, and what ran
   * there was passed over.
   */
  'process.search': {
    allow: owner,
    input: z.strictObject({
      project: ProjectRef,
      processes: Processes,
      pattern: PatternText,
      isRegex: z.boolean().default(false),
      ignoreCase: z.boolean().default(true),
      limit: z.int().min(1).max(1_000).default(500),
      cursor: Short(2_000).nullable().default(null),
    }),
    output: output<{ matches: ProcessMatch[]; cursor: string | null; share: number; silentHosts: string[] }>(),
  },
  /** A command of one's own in the environment of the project (its env files, a free PORT): an ordinary job that stands in the project's folder. */
  'project.run': {
    allow: owner,
    input: z.strictObject({
      project: ProjectRef,
      command: CommandInput,
      terminal: z.strictObject({ columns: Columns, rows: Columns }).nullable(),
      jobId: z.uuid().optional(),
    }),
    output: output<{ job: JobView }>(),
  },
  /** All patterns of the project, those of its files too. */
  'pattern.list': {
    allow: [...viewer, 'project'],
    input: z.strictObject({ project: ProjectRef }),
    output: output<{ patterns: FailurePattern[] }>(),
  },
  /** Holds for output that comes from now on. The same one twice is one. */
  'pattern.add': {
    allow: ofProject,
    input: z.strictObject({
      project: ProjectRef,
      process: ProcessRef.nullable(),
      pattern: PatternText,
      isRegex: z.boolean().default(false),
      action: z
        .discriminatedUnion('type', [
          z.strictObject({ type: z.literal('stop') }),
          z.strictObject({ type: z.literal('restart') }),
          z.strictObject({ type: z.literal('tell') }),
          z.strictObject({ type: z.literal('command'), line: Text.min(1).max(10_000) }),
        ])
        .default({ type: 'stop' }),
    }),
    output: output<{ pattern: FailurePattern }>(),
  },
  /** @throws `CONFLICT` for one that stands in a file. */
  'pattern.remove': {
    allow: ofProject,
    input: z.strictObject({ project: ProjectRef, patternId: z.uuid() }),
    output: output<null>(),
  },
} as const
