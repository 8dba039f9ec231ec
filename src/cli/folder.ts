/** The folder we stand in, and paths that were typed relative to it. */
import { resolve } from 'node:path'
import { AppError } from '../shared/errors.ts'

/** @throws {AppError} `NOT_FOUND` when it was removed under us; `BAD_INPUT` when its path is not UTF-8. */
export function currentFolder(): string {
  let folder: string
  try {
    folder = process.cwd()
  } catch (cause) {
    throw new AppError('NOT_FOUND', 'The folder you stand in is gone: cd to one that exists', { cause })
  }
  if (folder.includes('\uFFFD')) {
    throw new AppError('BAD_INPUT', 'The path of this folder is not valid UTF-8: rename it, or push from one that is')
  }
  return folder
}

export function absolutePath(path: string): string {
  return path.startsWith('/') ? resolve(path) : resolve(currentFolder(), path)
}
