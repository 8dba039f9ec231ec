/**
 * Where a dropped folder stands on this computer: `drops/<key>/<its name>`, which is what jobs are pushed from, and beside it, hidden,
 * what is needed to bring it there. For the drop room and its workers.
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'

export type DropPlace = {
  key: string
  /** What is pushed. */
  folder: string
  /** All of ours that is not the folder. */
  aside: string
  /** Parts of files, named by `partName`. */
  parts: string
  /** Contents of rule files, named by their index. */
  rules: string
  /** The folder as git is shown it: every file is there, and empty but for the rules. */
  layout: string
  /** Is there while the folder holds what was dropped, whole. Its time is when it was last used. */
  mark: string
}

/** The same folder dropped again has the same place; `slot` sets those apart of which a job still needs the one before. */
export function dropPlace(root: string, drop: { origin: string; name: string; slot: number }): DropPlace {
  const key = createHash('sha256').update(`${drop.origin}\0${drop.name}\0${drop.slot}`).digest('hex').slice(0, 24)
  const aside = asideOf(root, key)
  return {
    key,
    folder: join(root, key, drop.name),
    aside,
    parts: join(aside, 'parts'),
    rules: join(aside, 'rules'),
    layout: join(aside, 'layout'),
    mark: join(aside, 'whole'),
  }
}

export function asideOf(root: string, key: string): string {
  return join(root, `.${key}`)
}

/** Stable from one drop to the next, as long as the file is the same: then what has come of it is not sent again. */
export function partName({ path, size, changedAt }: { path: string; size: number; changedAt: number }): string {
  return createHash('sha256').update(`${path}\0${size}\0${changedAt}`).digest('hex').slice(0, 32)
}
