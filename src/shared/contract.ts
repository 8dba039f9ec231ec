/**
 * Every method of the core, once: who may call it, what it takes, what it gives. HTTP, WebSocket, IPC and the command line
 * are all made from this table. The command line imports its types only, so that no zod gets into its bundle.
 */
import { z } from 'zod'
import type { Command, HostView, JobFile, JobView, LogMatch, Placement, SampleSeries } from './domain.ts'
import { DROP_BATCH } from './drop.ts'

export type Role = 'owner' | 'readonly' | 'project' | 'aiAgent'
export type Principal = { readonly role: Role }

/** A host's name: what people type and what stands in config.yaml. Never begins with `-`, so it is no option anywhere. */
export const HostName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
    'a host name is 1 to 63 letters, digits, dots, dashes or underscores, and begins with a letter or digit',
  )
/** `[user@]host[:port]`, `[user@][v6]:port` or an alias of ~/.ssh/config: what the system's ssh would be told. */
export const Connection = z
  .string()
  .max(512)
  .regex(
    /^(?!-)[^\s\p{Cc}'"`$\\;&|<>(){}]+$/u,
    'a connection is [user@]host[:port] or an ssh alias, without spaces, quotes or shell characters',
  )
/** A job id or its beginning. */
const JobRef = z.string().regex(/^[0-9a-f-]{1,36}$/, 'a job id is made of hexadecimal digits and dashes')
const Text = z.string().refine(text => !text.includes('\0') && !text.includes('\uFFFD'), 'must be valid UTF-8 without NUL')
/** What Linux takes as a path, less its end. */
const MAX_PATH = 4095
const AbsolutePath = Text.max(MAX_PATH, `is longer than ${MAX_PATH} characters, and so no path`).refine(
  path => path.startsWith('/'),
  'must be an absolute path',
)
/** A name or a value that a person types. */
const Short = (most: number) => z.string().max(most, `is longer than ${most} characters`)
/** What Linux takes as one argument, less its end. */
const MAX_WORD = 131_071
const TOO_LONG = `is longer than ${MAX_WORD} characters: put it into a script in the folder`
export const CommandInput: z.ZodType<Command> = z.union([
  z.strictObject({ line: Text.min(1).max(MAX_WORD, TOO_LONG) }),
  z.strictObject({
    argv: z.array(Text.max(MAX_WORD, TOO_LONG)).min(1).max(10_000, 'has more than 10,000 words: put them into a file'),
  }),
])
const EnvName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'an environment name is letters, digits and underscores')
/** A key that JavaScript takes for something else is passed over in a record, and the job would lack it. */
const Env = z
  .custom<Record<string, string>>(
    value => !(value instanceof Object && Object.hasOwn(value, '__proto__')),
    '__proto__ cannot be set',
  )
  .pipe(z.record(EnvName, Text.max(MAX_WORD, TOO_LONG)))
const Columns = z.int().min(1).max(10_000)
/** What tells a program on which desktop, and with which browser, to show itself. */
export const DISPLAY_VARIABLES = [
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'XAUTHORITY',
  'XDG_RUNTIME_DIR',
  'XDG_CURRENT_DESKTOP',
  'DBUS_SESSION_BUS_ADDRESS',
  'BROWSER',
] as const
const DisplayInput = z.partialRecord(z.enum(DISPLAY_VARIABLES), Text.max(MAX_PATH, `is longer than ${MAX_PATH} characters`))

const owner = ['owner'] as const satisfies readonly Role[]
const viewer = ['owner', 'readonly'] as const satisfies readonly Role[]

/** Of the jobs that have not ended. */
export type JobCounts = {
  /** Those that run, those that are being stopped among them. */
  runningJobs: number
  /** Those that are not there yet: they take the core. */
  comingJobs: { queued: number; syncing: number; starting: number }
  /** Those of which nothing newer is known, whatever they were last. */
  unknownJobs: number
}
export type CoreStatus = JobCounts & {
  version: string
  pid: number
  startedAt: number
  socketPath: string
  configPath: string
  databasePath: string
  /** Where the window is served to browsers: `http://127.0.0.1:7373`; null while it is not. */
  webAddress: string | null
  configError: string | null
  hosts: HostView[]
}
export type Finding = {
  level: 'ok' | 'warning' | 'error'
  host: string | null
  subject: string
  message: string
  fix: string | null
}
export type DiskUse = {
  host: string
  freeBytes: number
  jobsBytes: number
  workdirsBytes: number
  foldersBytes: number
  sparesBytes: number
  error: string | null
}
export type GcReport = {
  host: string
  removed: { kind: 'workdir' | 'job' | 'folder' | 'spare' | 'agent' | 'drop'; id: string; bytes: number }[]
  error: string | null
}
export type SkippedPath = { path: string; rule: string }
export type PushPreview = { files: number; bytes: number; skipped: SkippedPath[]; isSkippedCut: boolean; warnings: string[] }
/** What of a dropped folder is sent, as every push would; `wanted…` is what of it is not here yet. */
export type DropDecision = PushPreview & { ignoredFiles: number; wantedFiles: number; wantedBytes: number }
export type DropEnd = {
  files: number
  bytes: number
  /** What did not come, since it changed or vanished meanwhile; the first hundred. */
  missing: string[]
  missingCount: number
}
export type Importable = {
  source: 'ssh-config' | 'beowulf' | 'p'
  path: string
  hosts: { name: string; connection: string; isKnown: boolean }[]
  /** Of the file's hosts, those that cannot be ours. */
  skipped: { name: string; why: string }[]
  /** What is wrong with the file, with its place; it then offers nothing. */
  error: string | null
  importedAt: number | null
}
export type TrustOffer = {
  host: string
  address: string
  keys: { type: string; fingerprint: string }[]
  isTrusted: boolean
  changedFrom: string[]
}

/** What a window needs of the desktop that it is to appear on. */
export type Display = z.infer<typeof DisplayInput>
/** How long an address with a one-time token can be used. */
export const SIGN_IN_MS = 5 * 60_000
export type OpenedWindow = {
  /** Of the window, without anything secret. */
  address: string
  /** For the person to open: it signs in once, within `validMs`. Null when a window was opened. */
  url: string | null
  validMs: number
  /** The program that shows the window. */
  openedWith: string | null
  /** The page in it has signed in already. */
  isShown: boolean
  /** Why no window could be opened on the display that was given, and what to do. */
  problem: string | null
}

const output = <T>() => z.custom<T>(() => true)
const nothing = z.strictObject({})

export const contract = {
  'core.status': { allow: viewer, input: nothing, output: output<CoreStatus>() },
  'core.stop': { allow: owner, input: nothing, output: output<JobCounts>() },
  'core.doctor': { allow: owner, input: nothing, output: output<{ findings: Finding[] }>() },

  /** `values` is what holds now, with the defaults of what the file does not name; `defaults` is what would hold if it named nothing. */
  'config.get': {
    allow: owner,
    input: nothing,
    output: output<{
      path: string
      text: string
      error: string | null
      values: Record<string, unknown>
      defaults: Record<string, unknown>
    }>(),
  },
  'config.set': {
    allow: owner,
    input: z.strictObject({ key: Short(100).min(1), value: z.union([Short(MAX_WORD), z.number(), z.boolean(), z.null()]) }),
    output: output<null>(),
  },

  'host.list': {
    allow: viewer,
    input: z.strictObject({ check: z.boolean().default(false) }),
    output: output<{ hosts: HostView[] }>(),
  },
  /** What the lines of the last ten minutes are drawn from, of all hosts. */
  'host.samples': { allow: viewer, input: nothing, output: output<{ hosts: SampleSeries[] }>() },
  /** Where a job that says nothing of itself would be placed now; null: no host would take it. */
  'host.next': { allow: viewer, input: nothing, output: output<{ host: string | null }>() },
  'host.add': {
    allow: owner,
    input: z.strictObject({ connection: Connection, name: HostName.optional() }),
    output: output<{ host: HostView }>(),
  },
  'host.remove': { allow: owner, input: z.strictObject({ name: HostName }), output: output<null>() },
  /** `auto` is the allocator. */
  'host.default': { allow: owner, input: z.strictObject({ name: HostName }), output: output<null>() },
  /** Without a fingerprint it only says what the host offers; with one it accepts exactly that key. */
  'host.trust': {
    allow: owner,
    input: z.strictObject({ name: HostName, fingerprint: Short(200).optional() }),
    output: output<TrustOffer>(),
  },
  'host.test': {
    allow: owner,
    input: z.strictObject({ name: HostName }),
    output: output<{ host: HostView; steps: { name: string; ok: boolean; detail: string; tookMs: number }[] }>(),
  },
  /** Gives the passphrase of a private key; the opened key is kept in memory only. */
  'host.unlock': {
    allow: owner,
    input: z.strictObject({ keyPath: AbsolutePath, passphrase: z.string().max(10_000) }),
    output: output<null>(),
  },
  'host.importable': { allow: owner, input: nothing, output: output<{ sources: Importable[] }>() },
  'host.import': {
    allow: owner,
    input: z.strictObject({ source: z.enum(['ssh-config', 'beowulf', 'p']), names: z.array(HostName).optional() }),
    output: output<{ added: string[]; skipped: { name: string; why: string }[] }>(),
  },

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
    output: output<{ jobs: JobView[] }>(),
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
  'job.explain': { allow: viewer, input: z.strictObject({ job: JobRef }), output: output<{ placement: Placement | null }>() },
  /** How much the job has printed by now, asked of its host. */
  'job.logSize': { allow: owner, input: z.strictObject({ job: JobRef }), output: output<{ bytes: number }>() },
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

  /**
   * A folder dropped on a page in a browser. In this order: `begin`; `names`, batch by batch; the contents of rule files by an `upload`
   * stream; `decide`; the files that are `wanted` by another; `finish`. Then jobs can be pushed from `folder`, on the core's machine.
   */
  'drop.begin': {
    allow: owner,
    input: z.strictObject({
      name: Short(255),
      /** Tells folders of one name apart, and is the same each time for the same folder. */
      origin: z.string().regex(/^[A-Za-z0-9-]{1,64}$/, 'is letters, digits and dashes'),
    }),
    output: output<{ dropId: string; folder: string }>(),
  },
  'drop.names': {
    allow: owner,
    input: z.strictObject({
      dropId: z.uuid(),
      from: z.int().min(0),
      entries: z.array(z.tuple([Short(MAX_PATH), z.int().min(0), z.int()])).max(DROP_BATCH),
    }),
    output: output<null>(),
  },
  'drop.decide': { allow: owner, input: z.strictObject({ dropId: z.uuid() }), output: output<DropDecision>() },
  'drop.wanted': {
    allow: owner,
    input: z.strictObject({ dropId: z.uuid(), after: z.int().min(0).default(0) }),
    output: output<{ wanted: [index: number, offset: number][]; next: number | null; wantedBytes: number }>(),
  },
  'drop.finish': { allow: owner, input: z.strictObject({ dropId: z.uuid() }), output: output<DropEnd>() },
  'drop.cancel': { allow: owner, input: z.strictObject({ dropId: z.uuid() }), output: output<null>() },

  /** Opens the window in a browser on the display, or gives the address with which a person can do so. */
  'window.open': {
    allow: owner,
    input: z.strictObject({
      display: DisplayInput.nullable(),
      /** Where in the window, as `/jobs/ID`. */
      route: z
        .string()
        .regex(/^\/[A-Za-z0-9/._-]{0,200}$/, 'is a path in the window, as /jobs/ID')
        .default('/'),
    }),
    output: output<OpenedWindow>(),
  },
  /** Every browser that is signed in, or could be with an address already given out, is shut out. */
  'web.signOut': { allow: owner, input: nothing, output: output<null>() },

  /** Of the core's machine. A null path is the home of its user. */
  'folder.list': {
    allow: owner,
    input: z.strictObject({ path: AbsolutePath.nullable() }),
    output: output<{ path: string; machine: string; folders: string[]; isCut: boolean }>(),
  },
  /** What one would run in it, by the files of its tools. */
  'folder.commands': {
    allow: owner,
    input: z.strictObject({ folder: AbsolutePath }),
    output: output<{ commands: { command: string; source: string }[] }>(),
  },

  'disk.usage': { allow: owner, input: z.strictObject({ host: HostName.optional() }), output: output<{ hosts: DiskUse[] }>() },
  'disk.gc': {
    allow: owner,
    input: z.strictObject({
      host: HostName.optional(),
      dryRun: z.boolean().default(false),
      olderThanMs: z.int().min(0).optional(),
    }),
    output: output<{ hosts: GcReport[] }>(),
  },
} as const

type Contract = typeof contract
export type Method = keyof Contract
/** What a caller writes. */
export type Input<M extends Method> = z.input<Contract[M]['input']>
/** What the core gets: the input with its defaults. */
export type Parsed<M extends Method> = z.output<Contract[M]['input']>
export type Output<M extends Method> = z.output<Contract[M]['output']>
/** What the core implements. */
export type Methods = { [M in Method]: (input: Parsed<M>, principal: Principal) => Promise<Output<M>> }
/** What a client sees, whatever carries it. */
export type Call = <M extends Method>(method: M, input: Input<M>) => Promise<Output<M>>

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
  /** Takes the files of a drop, as shared/drop.ts says; ends when they are written. */
  z.strictObject({ type: z.literal('upload'), stream: z.int().min(1), dropId: z.uuid() }),
  z.strictObject({ type: z.literal('resize'), stream: z.int().min(1), columns: Columns, rows: Columns }),
  /** The client has taken this many more bytes of the stream: see STREAM_WINDOW_BYTES. */
  z.strictObject({ type: z.literal('took'), stream: z.int().min(1), bytes: z.int().min(1) }),
  z.strictObject({ type: z.literal('close'), stream: z.int().min(1) }),
])
export type ClientMessage = z.infer<typeof ClientMessage>
