/** Servers of projects: an address on this computer for each at which programs may see and steer that project, and nothing else. */
import { z } from 'zod'
import { output, owner, viewer } from './fields.ts'
import { ProjectRef } from './process-methods.ts'

export type ServerView = {
  projectId: string
  folder: string
  /** `http://127.0.0.1:8000`; null while nothing is served there, for the reason in `problem`. */
  address: string | null
  port: number
  /** Else every program of this computer may use it. */
  hasToken: boolean
  /** The processes are stopped when it is closed. */
  cascade: boolean
  problem: string | null
  createdAt: number
}

export const serverMethods = {
  /**
   * Serves a project that is known, from now on and after each start of the core, until it is closed; one that is served already as is
   * said now. `token`: told this once, null unless it was made by this call.
   */
  'server.open': {
    allow: owner,
    input: z.strictObject({
      project: ProjectRef,
      /** Null: where it was, else the first that is free. */
      port: z.int().min(1).max(65_535).nullable().default(null),
      /** `keep`: makes one where there is none. `none`: whatever reaches the address may use it. */
      token: z.enum(['keep', 'new', 'none']).default('keep'),
      cascade: z.boolean().default(false),
    }),
    output: output<{ server: ServerView; token: string | null }>(),
  },
  /** `cascade`: its processes are stopped too, whatever was said when it was opened. */
  'server.close': {
    allow: owner,
    input: z.strictObject({ project: ProjectRef, cascade: z.boolean().default(false) }),
    output: output<{ server: ServerView }>(),
  },
  'server.list': { allow: viewer, input: z.strictObject({}), output: output<{ servers: ServerView[] }>() },
} as const
