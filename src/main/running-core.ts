/** A core as whoever started it has it, in this process. */
import type { JobCounts } from '../shared/contract.ts'
import type { Api } from './api/api.ts'
import type { MakeShell } from './shell/shell.ts'

/** `pulls`: those that bring files at this moment. */
export type Work = JobCounts & { pulls: number }

export type RunningCore = {
  readonly socketPath: string
  readonly startedAt: number
  /** For a face in this process. */
  readonly api: Api
  /** Whether the config wants a core after a window's core has ended. */
  readonly isKept: boolean
  /** What goes on without this core, and what waits for the next one. */
  work(): Work
  close(reason: string): Promise<void>
  /** Settles when it has closed, whoever asked for it. */
  readonly closed: Promise<void>
}

export type CoreOptions = {
  env: NodeJS.ProcessEnv
  version: string
  /** In place of the browser's. */
  makeShell?: MakeShell
}
