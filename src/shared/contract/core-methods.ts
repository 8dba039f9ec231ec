/** The core itself and its config. */
import { z } from 'zod'
import type { HostView } from '../domain.ts'
import { MAX_WORD, nothing, output, owner, Short, viewer } from './fields.ts'
import type { ServerView } from './server-methods.ts'

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
  /** Of projects. */
  servers: ServerView[]
  hosts: HostView[]
}
export type Finding = {
  level: 'ok' | 'warning' | 'error'
  host: string | null
  subject: string
  message: string
  fix: string | null
}
export const coreMethods = {
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
} as const
