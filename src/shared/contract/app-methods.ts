/** Apps: launched on the best host, with their windows here. */
import { z } from 'zod'
import type { JobView, Placement } from '../domain.ts'
import { AbsolutePath, Columns, CommandInput, Env, HostName, output, owner } from './fields.ts'
import { DisplayInput } from './window-methods.ts'

const What = {
  command: CommandInput,
  /** Null or `auto`: the best host that has the app. */
  host: HostName.nullable().default(null),
  /** False for a program of the terminal. */
  needsDesktop: z.boolean().default(true),
}

export const appMethods = {
  /** The answer comes when it is sure that the app can be begun; from then on it is a job like any other. */
  'app.launch': {
    allow: owner,
    input: z.strictObject({
      ...What,
      /** The desktop on which it is to appear; null for the one that Drover knows of. */
      display: DisplayInput.nullable(),
      /** Where the person stood, for an app that runs on this machine. */
      folder: AbsolutePath.nullable().default(null),
      terminal: z.strictObject({ columns: Columns, rows: Columns }).nullable().default(null),
      env: Env.default({}),
      /** With a profile of its own, where the app runs there already. */
      newInstance: z.boolean().default(false),
      /** As in `job.push`. */
      jobId: z.uuid().optional(),
    }),
    output: output<{ job: JobView }>(),
  },
  /** Where it would go now, and whether it is there; nothing is begun. */
  'app.place': { allow: owner, input: z.strictObject(What), output: output<{ placement: Placement }>() },
} as const
