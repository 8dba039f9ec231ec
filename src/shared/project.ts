/**
 * A project as its files say it: a Procfile and what stands beside it, one entry for each instance that is to run. Plain data, for
 * every side. Each `environment` may hold secrets: it is for the run script of its process, never for a log or a face.
 */

export type ProjectProblem = {
  /** As a person would name it from the project's folder: `Procfile`, `.env`; of what came with the call, its name: `formation`. */
  readonly file: string
  /** Both count from 1. */
  readonly line: number
  readonly column: number
  readonly message: string
  /** With an error there is no project; a warning is told, and that is all. */
  readonly severity: 'error' | 'warning'
}

export type RestartPolicy = 'never' | 'on-failure' | 'always'
/** Of the process that is waited for: it runs, it is ready, it has ended with exit code 0. */
export type DependencyCondition = 'started' | 'ready' | 'done'
/** By the process's name; all of its instances are meant. */
export type Dependency = { readonly process: string; readonly condition: DependencyCondition }

export const STOP_SIGNALS = ['TERM', 'INT', 'QUIT', 'HUP', 'USR1', 'USR2', 'ABRT', 'KILL'] as const
export type StopSignal = (typeof STOP_SIGNALS)[number]

/** What output is searched for, always without regard to case. */
export type OutputPattern = { readonly kind: 'text' | 'regex'; readonly source: string }
export type FailureAction = { readonly kind: 'stop' | 'restart' | 'tell' } | { readonly kind: 'command'; readonly line: string }
export type FailurePattern = { readonly pattern: OutputPattern; readonly action: FailureAction }

/** Asked on the process's own host. */
export type ReadinessProbe =
  | { readonly kind: 'tcp'; readonly port: number }
  | { readonly kind: 'http'; readonly url: string }
  | { readonly kind: 'log'; readonly pattern: OutputPattern }
  | { readonly kind: 'command'; readonly line: string }
export type Readiness = { readonly probe: ReadinessProbe; readonly timeoutMs: number; readonly intervalMs: number }

export type ProcessOptions = {
  /** A host's name, `local`, or `auto` for the best one. */
  readonly host: string
  readonly dependsOn: readonly Dependency[]
  /** Null: it is ready when it has started. */
  readonly readiness: Readiness | null
  readonly restart: RestartPolicy
  /** The pause before a restart doubles from the first to the last; a run of `stableMs` sets it back. */
  readonly backoff: { readonly initialMs: number; readonly maxMs: number; readonly stableMs: number }
  readonly stopSignal: StopSignal
  readonly stopGraceMs: number
  readonly hasTerminal: boolean
  /** Those of the process and those of all. */
  readonly failurePatterns: readonly FailurePattern[]
  readonly logCapBytes: number
  /** Absolute, or from the project's folder; null is that folder. */
  readonly workingDirectory: string | null
  /** Whether the others go on when it ends without having been asked to. */
  readonly whenItEnds: 'leave' | 'shutdown'
}

export type ProcessInstance = {
  readonly name: string
  /** From 1. */
  readonly instance: number
  /** `web.1` */
  readonly label: string
  /** A line for the shell, as the Procfile has it. */
  readonly command: string
  /** Where its Procfile has it. */
  readonly line: number
  /** What its PORT says; null if that is no port. */
  readonly port: number | null
  /** Its own variables alone. */
  readonly environment: Readonly<Record<string, string>>
  readonly options: ProcessOptions
}

export type ProjectDefinition = {
  /** Absolute. */
  readonly folder: string
  /** Every name of the Procfile in its order, also those of which the formation has none. */
  readonly processes: readonly string[]
  /** In the order of the Procfile. */
  readonly instances: readonly ProcessInstance[]
  /** The variables of its env files: what its processes have in common. */
  readonly environment: Readonly<Record<string, string>>
  /** Where PORT begins. */
  readonly port: number
  /** Whether other hosts get the folder, as by a push. */
  readonly sync: boolean
}

/** `isSecret`: for its owner's eyes alone. */
export type ExportedFile = { name: string; text: string; isSecret: boolean }
