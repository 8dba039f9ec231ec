/**
 * Procfile processes as clients see them. A project is a folder with a Procfile, a process one instance of a line of it (`web.1`): a
 * definition with a desired and a shown state. Each of its runs is a job.
 */
import type { ErrorBody } from './errors.ts'
import type { ProcessInstance, ProjectDefinition, ProjectProblem } from './project.ts'

/**
 * `waiting`: for what it depends on, or for the core; `dead`: it ended though it was to run, or could not be started; `broken`:
 * a failure pattern was found; `done`: it ended by itself, well; `unknown`: its host cannot be asked.
 */
export type ProcessState =
  | 'stopped'
  | 'waiting'
  | 'starting'
  | 'running'
  | 'ready'
  | 'stopping'
  | 'dead'
  | 'broken'
  | 'done'
  | 'unknown'

/** Where a failure pattern was found; `lines`: some before it, it, and some after it, as they came. */
export type BrokenBy = {
  patternId: string
  pattern: string
  jobId: string
  at: number
  byte: number
  line: string
  lines: readonly string[]
}

export type ProcessView = {
  id: string
  projectId: string
  /** `web.1`: what it is called everywhere. */
  label: string
  /** `web` */
  name: string
  instance: number
  /** The line of the Procfile. */
  command: string
  /** As the project has it: a host's name, `local` or `auto`. */
  wantedHost: string
  /** Where it runs or ran last; null before that. */
  host: string | null
  hasTerminal: boolean
  /** Something tells when it is ready: before that it only runs. */
  hasReadiness: boolean
  port: number | null
  /** Its place in the project, from 0: gives its colour. */
  position: number
  isWanted: boolean
  state: ProcessState
  /** With `unknown`: what it was when its host was last asked. Else the same as `state`. */
  lastState: Exclude<ProcessState, 'unknown'>
  /** A sentence for people: what it waits for, why it is dead, what broke it. */
  reason: string | null
  /** It waits, and what it waits for does not come by itself. */
  isStuck: boolean
  since: number
  unknownSince: number | null
  /** Its newest run; null before that, and when it could not be started. */
  jobId: string | null
  /** How many runs there have been since somebody started it. */
  run: number
  /** Of the newest run. */
  startedAt: number | null
  endedAt: number | null
  exitCode: number | null
  signal: string | null
  /** How often it ended one after another without having been stable. */
  failures: number
  /** It keeps ending soon after each start. */
  isFlapping: boolean
  /** It has ended, and its host starts it again by itself. */
  isRestartDue: boolean
  /** When, from when its host has told. */
  retryAt: number | null
  brokenBy: BrokenBy | null
  memoryBytes: number | null
  cpuMs: number | null
  /** It stands in the Procfile no more, or with another formation: it goes when it has ended. */
  isLeaving: boolean
}

export type ProjectView = {
  id: string
  /** Absolute, on this computer. */
  folder: string
  /** The folder's name, for people. */
  name: string
  formation: Readonly<Record<string, number>>
  /** What is wrong with its files now; what was read of them before holds on. */
  problems: readonly ProjectProblem[]
  whenOneEnds: 'leave' | 'shutdown'
  createdAt: number
  processes: readonly ProcessView[]
}
/** What files say, less the variables they set: those may be secrets. */
export type CheckedProject = Omit<ProjectDefinition, 'environment' | 'instances'> & {
  readonly instances: readonly Omit<ProcessInstance, 'environment'>[]
}
/** Without its processes, which are told of one by one. */
export type ProjectHead = Omit<ProjectView, 'processes'>

/** `stop`: the process is stopped and `broken`; `tell`: a notification and no more; a command runs on this computer. */
export type PatternAction = { type: 'stop' } | { type: 'restart' } | { type: 'tell' } | { type: 'command'; line: string }
export type FailurePattern = {
  id: string
  projectId: string
  /** The process's name (`web`, for all its instances) or label; null: all of the project. */
  process: string | null
  /** The text itself or an extended regular expression; case does not matter. */
  pattern: string
  isRegex: boolean
  action: PatternAction
  /** `file`: it stands in a file of the project, and is changed there. */
  source: 'person' | 'file'
}

/** What a merged stream of output consists of, one JSON text a line. `process` is a label. Bytes that are not UTF-8 are U+FFFD. */
export type OutputEntry =
  /** A line, or with `isCut` the beginning of a longer one, whose rest follows. `at`: about when it was printed. */
  | { type: 'line'; process: string; jobId: string; byte: number; at: number | null; text: string; isCut?: true }
  /** Bytes that were left out here, as nobody could have read so fast; the log has them. */
  | { type: 'skipped'; process: string; jobId: string; byte: number; bytes: number }
  /** Bytes that the log has no more, as it reached its cap. */
  | { type: 'dropped'; process: string; jobId: string; byte: number; bytes: number }
  | { type: 'run'; process: string; jobId: string; run: number; at: number | null }
  | {
      type: 'ended'
      process: string
      jobId: string
      run: number
      at: number | null
      exitCode: number | null
      signal: string | null
    }
  /** A process cannot be read now, since its host is away. */
  | { type: 'away'; process: string; error: ErrorBody }
  /** All that there was before now has been sent. */
  | { type: 'now' }

/** A line of any run of a process that was searched for; with `isCut` its beginning. `at`: about when it was printed. */
export type ProcessMatch = {
  process: string
  jobId: string
  run: number
  byte: number
  at: number | null
  text: string
  isCut?: true
}
