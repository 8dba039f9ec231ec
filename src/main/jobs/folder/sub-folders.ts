/** The folders in a folder, for a person who is typing the path of one. */
import { opendir } from 'node:fs/promises'
import { AppError } from '../../../shared/errors.ts'

const MAX_FOLDERS = 500
/** Of what is in it so much is looked at: a folder with a million files is no place to browse. */
const MAX_ENTRIES = 20_000

/**
 * Names in order, those that begin with a dot last. What is not UTF-8 cannot be typed, and is left out.
 *
 * @throws {AppError} `NOT_FOUND`, `BAD_INPUT` saying what it is in place of a folder, `FORBIDDEN`.
 */
export async function subFolders(path: string): Promise<{ folders: string[]; isCut: boolean }> {
  const folders: string[] = []
  let seen = 0
  try {
    for await (const entry of await opendir(path)) {
      if (++seen > MAX_ENTRIES) break
      if (entry.isDirectory() && !entry.name.includes('\uFFFD')) folders.push(entry.name)
    }
  } catch (cause) {
    throw refusal(path, cause)
  }
  const isHidden = (name: string) => Number(name.startsWith('.'))
  folders.sort((a, b) => isHidden(a) - isHidden(b) || (a < b ? -1 : 1))
  return { folders: folders.slice(0, MAX_FOLDERS), isCut: folders.length > MAX_FOLDERS || seen > MAX_ENTRIES }
}

function refusal(path: string, cause: unknown): AppError {
  const { code, message } = cause as NodeJS.ErrnoException
  if (code === 'ENOENT') return new AppError('NOT_FOUND', `There is no folder ${path}`, { cause })
  if (code === 'ENOTDIR') return new AppError('BAD_INPUT', `${path} is not a folder`, { cause })
  if (code === 'EACCES' || code === 'EPERM') return new AppError('FORBIDDEN', `${path} may not be read by you`, { cause })
  return new AppError('BAD_INPUT', `${path} cannot be read: ${message}`, { cause })
}
