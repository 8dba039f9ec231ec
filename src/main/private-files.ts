/**
 * Folders and files that are their owner's alone (0700, 0600), and files that are replaced whole or not at all.
 * For every room that keeps something on this computer's disk.
 */
import { randomUUID } from 'node:crypto'
import { chmodSync, closeSync, fsyncSync, lstatSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { AppError } from '../shared/errors.ts'
import { makeFolders } from '../shared/make-folders.ts'

/**
 * Makes the folder be there, with those above it: what is made is 0700, what was there stays as it is.
 *
 * @throws {AppError} `BAD_CONFIG` or `DISK_FULL` if it cannot be made.
 */
export function makeFolder(path: string): void {
  try {
    makeFolders(path, {
      isFolder: each => statSync(each, { throwIfNoEntry: false })?.isDirectory() ?? false,
      make: each => mkdirSync(each, 0o700),
    })
  } catch (error) {
    throw named(error, `Cannot make the folder ${path}`)
  }
}

/**
 * Makes the folder be there, ours and 0700. One of ours that others may enter is closed to them; a link to a folder of ours is fine.
 *
 * @throws {AppError} `BAD_CONFIG` if it cannot be made, is no folder, or belongs to someone else.
 */
export function ensurePrivateFolder(path: string): void {
  try {
    makeFolder(path)
    const stat = statSync(path)
    if (!isOurs(stat.uid)) throw new AppError('BAD_CONFIG', `The folder ${path} belongs to another user (uid ${stat.uid})`)
    if ((stat.mode & 0o077) !== 0) chmodSync(path, 0o700)
  } catch (error) {
    throw named(error, `Cannot make the folder ${path}`)
  }
}

/**
 * Like ensurePrivateFolder, for a place where others may have been before us: what stands there is taken as it is or not at all.
 *
 * @throws {AppError} `BAD_CONFIG` if it is a link, someone else's, or open to others.
 */
export function ensureTrustedFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw named(error, `Cannot make the folder ${path}`)
  }
  const stat = lstatSync(path)
  const problem = !stat.isDirectory()
    ? 'is not a folder'
    : !isOurs(stat.uid)
      ? `belongs to another user (uid ${stat.uid})`
      : (stat.mode & 0o077) !== 0
        ? `is open to others (mode ${(stat.mode & 0o777).toString(8)}); close it with: chmod 700 ${path}`
        : null
  if (problem) throw new AppError('BAD_CONFIG', `${path} cannot hold our socket: it ${problem}`)
}

/**
 * Makes the file be there, 0600, and leaves its content alone. One that is there is not opened: to close a file that SQLite
 * has open in this process would drop SQLite's locks on it.
 *
 * @throws {AppError} `BAD_CONFIG` if it cannot be made or is no regular file.
 */
export function ensurePrivateFile(path: string): void {
  try {
    const stat = statSync(path, { throwIfNoEntry: false })
    if (stat === undefined) closeSync(openSync(path, 'wx', 0o600))
    else if (!stat.isFile()) throw new AppError('BAD_CONFIG', `${path} is not a regular file`)
    else if (isOurs(stat.uid) && (stat.mode & 0o077) !== 0) chmodSync(path, 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return // Another process was quicker, and made it the same.
    throw named(error, `Cannot make ${path}`)
  }
}

/**
 * Puts `content` in the place of the file at `path`: whoever reads it, even after a power cut, finds the old or the new one whole.
 * `isStillWanted` is asked last, when all that is left is the rename; false leaves all as it was, and is returned.
 *
 * @throws {AppError} `DISK_FULL`, or `BAD_CONFIG` if the folder cannot be written.
 */
export function replaceFile(path: string, content: string | Uint8Array, isStillWanted: () => boolean = () => true): boolean {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID().slice(0, 8)}.tmp`)
  try {
    const handle = openSync(temporary, 'wx', 0o600)
    try {
      const bytes = typeof content === 'string' ? Buffer.from(content) : content
      for (let done = 0; done < bytes.length; ) done += writeSync(handle, bytes, done)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    if (!isStillWanted()) return false
    renameSync(temporary, path)
    syncFolder(dirname(path))
    return true
  } catch (error) {
    throw named(error, `Cannot write ${path}`)
  } finally {
    rmSync(temporary, { force: true })
  }
}

/** Without this a power cut may undo the rename. */
function syncFolder(path: string): void {
  const handle = openSync(path, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** Windows has no user ids, and no rights of this kind. */
function isOurs(uid: number): boolean {
  return process.getuid === undefined || uid === process.getuid()
}

function named(error: unknown, doing: string): unknown {
  if (error instanceof AppError) return error
  const { code, message } = error as NodeJS.ErrnoException
  const isFull = code === 'ENOSPC' || code === 'EDQUOT'
  return new AppError(isFull ? 'DISK_FULL' : 'BAD_CONFIG', `${doing}: ${message}`, { cause: error })
}
