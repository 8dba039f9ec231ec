/** Folders of the core's machine, and those that were dropped on a page. */
import { z } from 'zod'
import { DROP_BATCH } from '../drop.ts'
import { AbsolutePath, MAX_PATH, output, owner, Short } from './fields.ts'
import type { PushPreview } from './job-methods.ts'

/** What of a dropped folder is sent, as every push would; `wanted…` is what of it is not here yet. */
export type DropDecision = PushPreview & { ignoredFiles: number; wantedFiles: number; wantedBytes: number }
export type DropEnd = {
  files: number
  bytes: number
  /** What did not come, since it changed or vanished meanwhile; the first hundred. */
  missing: string[]
  missingCount: number
}
export const folderMethods = {
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
} as const
