/** What we use of the disks, and freeing it. */
import { z } from 'zod'
import { HostName, output, owner } from './fields.ts'

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
  removed: { kind: 'workdir' | 'job' | 'folder' | 'spare' | 'agent' | 'visit' | 'drop'; id: string; bytes: number }[]
  error: string | null
}
export const diskMethods = {
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
