/**
 * The words of the domain as types: what the core, the window and the command line say to each other about.
 * Times are epoch milliseconds (`…At`), durations milliseconds (`…Ms`), sizes bytes (`…Bytes`), shares 0..1 (`…Ratio`).
 */
import type { ErrorBody } from './errors.ts'
import type { FailurePattern, ProcessView, ProjectHead } from './process.ts'

export type JobKind = 'push' | 'app' | 'process' | 'check' | 'batch' | 'ai-agent'
export type JobState = 'queued' | 'syncing' | 'starting' | 'running' | 'stopping' | 'ended'
/** How a job ended. Only `exited` has an exit code, only `signalled` a signal; `stopped` may have either. */
export type JobOutcome = 'exited' | 'signalled' | 'stopped' | 'cancelled' | 'failed' | 'lost' | 'link-lost'

/** One word after `--` is a line for the login shell; several words are an exact argument list. Both round-trip. */
export type Command = { readonly line: string } | { readonly argv: readonly string[] }

/** Why this host: what the allocator decided, kept with the job. */
export type Placement = {
  host: string
  reason: string
  score: number
  /** What was known of each host that was weighed; `refused` says why it was left out. */
  candidates: { host: string; score: number | null; refused: string | null }[]
}

export type SyncProgress = {
  phase: 'scanning' | 'comparing' | 'sending' | 'copying'
  filesDone: number
  filesTotal: number | null
  bytesDone: number
  bytesTotal: number | null
}

/** How bringing back one pattern of `pull` has ended, for good. */
export type PulledPattern = {
  pattern: string
  /** How many are here by it, folders not counted. */
  files: number
  error: ErrorBody | null
}

export type JobView = {
  id: string
  kind: JobKind
  /** Null until it is placed. */
  host: string | null
  command: Command
  /** The folder on this computer that was pushed or stood in; null for none. */
  folder: string | null
  isSynced: boolean
  /** Absolute path on the host; null until known. */
  workdir: string | null
  hasTerminal: boolean
  state: JobState
  outcome: JobOutcome | null
  exitCode: number | null
  /** Without the SIG prefix: `TERM`. */
  signal: string | null
  /** A sentence for people: why it failed, was lost, or runs without a terminal. */
  reason: string | null
  /** Set while its host cannot be asked: since when. `state` is then the last known one. */
  unknownSince: number | null
  createdAt: number
  startedAt: number | null
  endedAt: number | null
  logBytes: number | null
  memoryBytes: number | null
  peakMemoryBytes: number | null
  cpuMs: number | null
  /** Of its process on the host while that runs, of an app its own; null while it is not known. */
  pid: number | null
  placement: Placement | null
  progress: SyncProgress | null
  /** What is brought back by itself at the end, as given with --pull. */
  pull: readonly string[]
  /** How that ended: one for each pattern for which it has. What has none is on its way, or waits for its host: see `owedPulls`. */
  pullResults: readonly PulledPattern[]
  /** For a run of a process: of which one, and which run since somebody started it. */
  process: { id: string; run: number } | null
  /** True for a job that another computer of the same person started on a shared host. */
  isForeign: boolean
}

/** A line of a job's log that was searched for; `text` is all of it, or with `isCut` its beginning. */
export type LogMatch = { byte: number; text: string; isCut?: true }

/** What stands in a folder of a job's workdir. `other`: a socket, a device. */
export type JobFile = {
  name: string
  type: 'file' | 'folder' | 'link' | 'other'
  sizeBytes: number
  modifiedAt: number
}

export type TransportKind = 'local' | 'ssh2' | 'openssh'
export type HostState = 'connecting' | 'connected' | 'offline' | 'refused'

/** One reading of a host, made by its agent every 2 s. */
export type HostSample = {
  at: number
  cpuRatio: number
  ioWaitRatio: number
  memoryTotalBytes: number
  memoryAvailableBytes: number
  load1: number
  /** Share of the last 10 s in which something waited for it; null where the kernel does not tell (PSI). */
  cpuPressureRatio: number | null
  memoryPressureRatio: number | null
  ioPressureRatio: number | null
  /** All interfaces but loopback, since the sample before; null for the first, and when a counter began anew. */
  networkInBytesPerS: number | null
  networkOutBytesPerS: number | null
  /** All whole disks, likewise. */
  diskReadBytesPerS: number | null
  diskWriteBytesPerS: number | null
  /** The disk on which ~/.drover is, measured once a minute. */
  diskTotalBytes: number | null
  diskFreeBytes: number | null
}

/** What a kernel that tells nothing beyond the usual leaves open. */
export const NO_READINGS = {
  cpuPressureRatio: null,
  memoryPressureRatio: null,
  ioPressureRatio: null,
  networkInBytesPerS: null,
  networkOutBytesPerS: null,
  diskReadBytesPerS: null,
  diskWriteBytesPerS: null,
  diskTotalBytes: null,
  diskFreeBytes: null,
} as const satisfies Partial<HostSample>

/** The samples of a host's last ten minutes, oldest first: one number of each column for each. */
export type SampleSeries = {
  name: string
  at: number[]
  cpuPermille: number[]
  ioWaitPermille: number[]
  memoryTotalBytes: number
  memoryAvailableKb: number[]
  load1: number[]
}

export type HostView = {
  name: string
  /** As given to `host add`: `user@host:port` or an alias; `local` for this machine. */
  connection: string
  isDefault: boolean
  state: HostState
  /** Since when it is connected, or away: a host that is tried again in vain has been away all along. */
  since: number
  /** Why it is offline or refused; while it is tried again, why it was. */
  error: ErrorBody | null
  /** When the next attempt to connect is due, while offline. */
  retryAt: number | null
  transport: TransportKind | null
  /** Why OpenSSH is used in place of ssh2; null when it is not. */
  transportReason: string | null
  cpus: number | null
  /** As `uname -m` says; null while it is not connected, as `hasGpu` is. */
  arch: string | null
  hasGpu: boolean | null
  tags: readonly string[]
  /** It gets no new jobs by itself. */
  isDrained: boolean
  /** Its apps may be heard on this computer. */
  playsSound: boolean
  tools: { tmux: string | null; rsync: string | null } | null
  sample: HostSample | null
  runningJobs: number
  importedFrom: string | null
}

export type EventBody =
  | { type: 'job.changed'; job: JobView }
  | { type: 'job.removed'; jobId: string }
  | { type: 'host.changed'; host: HostView }
  | { type: 'host.removed'; name: string }
  /** Comes every few seconds even where nothing moves. `isWaiting`: its host cannot be reached; it goes on when that is back. */
  | {
      type: 'pull.progress'
      pullId: string
      jobId: string
      filesDone: number
      bytesDone: number
      bytesTotal: number | null
      isWaiting: boolean
    }
  | { type: 'pull.ended'; pullId: string; jobId: string; pattern: string; files: string[]; error: ErrorBody | null }
  /** Nobody waits for its host any more, which is not in the config now. It is still owed, should that come back. */
  | { type: 'pull.dropped'; pullId: string; jobId: string; pattern: string; error: ErrorBody }
  /** What an app on a host made of a file of this computer is here. `keptAs`: the file was changed here too, and is left as it is. */
  | { type: 'file.returned'; host: string; path: string; keptAs: string | null }
  /** Something that an app on a host made of a file of this computer, or beside it, stays there. */
  | { type: 'file.stuck'; host: string; path: string; why: string }
  /** Apps came or went, or what a person made of them is different. */
  | { type: 'apps.changed' }
  /** Its processes are told of by themselves. */
  | { type: 'project.changed'; project: ProjectHead }
  | { type: 'project.removed'; projectId: string }
  | { type: 'process.changed'; process: ProcessView }
  | { type: 'process.removed'; projectId: string; processId: string }
  | { type: 'pattern.changed'; projectId: string; patterns: FailurePattern[] }
  | { type: 'config.changed' }
  | { type: 'config.error'; error: ErrorBody }
/** `seq` counts up within one run of the core. */
export type CoreEvent = EventBody & { seq: number; at: number }

/** True when the job itself will not change any more. */
export function isFinal(job: { state: JobState }): boolean {
  return job.state === 'ended'
}

/** The patterns of a job that has run and ended whose files are still to be brought back. */
export function owedPulls(
  job: Pick<JobView, 'state' | 'host' | 'folder' | 'startedAt' | 'pull' | 'pullResults'>,
): readonly string[] {
  if (job.state !== 'ended' || job.host === null || job.folder === null || job.startedAt === null) return []
  return job.pull.filter(pattern => !job.pullResults.some(result => result.pattern === pattern))
}
