/** Whether a file of a dropped folder is in the staged one already, as far as a browser tells what it is. For the workers of drops. */
import { lstatSync, type Stats } from 'node:fs'
import type { DropRow } from './drop-names.ts'

/** Undefined as well where a folder of its path is a file now. */
export function statStaged(place: Buffer): Stats | undefined {
  try {
    return lstatSync(place, { throwIfNoEntry: false })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined
    throw error
  }
}

/** True for a file that stands as it is in the dropped folder, as far as a browser tells of it. */
export function isStaged({ size, changedAt }: DropRow, staged: Stats | undefined): boolean {
  return staged?.isFile() === true && staged.size === size && Math.round(staged.mtimeMs) === changedAt
}
