/**
 * Where a dropped folder stands on this computer: `drops/<key>/<its name>`, which is what jobs are pushed from, and beside it, hidden,
 * what is needed to bring it there. Each drop has a place of its own, that is written to no more once it is whole: a job that runs again
 * runs with what was dropped for it. Those of one folder share the first half of their keys. For the drop room and its workers.
 */
import { createHash, randomUUID } from 'node:crypto'
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
  /** Is there once the folder holds what was dropped, whole. Its time is when it was last used. */
  mark: string
}

export const KEY = /^[0-9a-f]{24}-[0-9a-f]{8}$/

/** With what the keys begin of all drops of one folder, as far as a browser can tell that it is one. See `lastingFolder`. */
export function stemOf({ origin, name }: { origin: string; name: string }): string {
  return createHash('sha256').update(`${origin}\0${name}`).digest('hex').slice(0, 24)
}

export function newKey(stem: string): string {
  return `${stem}-${randomUUID().slice(0, 8)}`
}

export function dropPlace(root: string, { key, name }: { key: string; name: string }): DropPlace {
  const aside = asideOf(root, key)
  return {
    key,
    folder: join(root, key, name),
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
