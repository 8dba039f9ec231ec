/** Makes the places of src/shared/paths.ts be there, and fit to be used: for the core, which is the only one that writes there. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { dirname } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import { type PathEnvironment, type Paths, resolvePaths, SOCKET_NAME } from '../../shared/paths.ts'
import { ensurePrivateFolder, ensureTrustedFolder, replaceFile } from '../private-files.ts'

/** What a sockaddr_un holds, less its closing NUL. */
const MAX_SOCKET_PATH_BYTES = process.platform === 'darwin' ? 103 : 107
const ADVICE = 'set XDG_RUNTIME_DIR or TMPDIR to a folder of yours'

export function systemPaths(env: PathEnvironment): Paths {
  return resolvePaths(env, { home: homeByPasswordFile(), temporaryFolder: tmpdir(), userId: process.getuid?.() ?? 0 })
}

function homeByPasswordFile(): string | null {
  try {
    return userInfo().homedir
  } catch {
    return null // It has no entry for us.
  }
}

/**
 * Where the core's socket is to stand: in the first runtime folder that fits, made if need be.
 * `$XDG_RUNTIME_DIR` may be another user's (after `su`) or not there at all (in cron): then the next one is taken.
 *
 * @throws {AppError} `BAD_CONFIG` with the reason for each, if none fits; at once if one is there but open to others.
 */
export function prepareSocketPath(paths: Paths): string {
  const refused: string[] = []
  for (const folder of paths.runtimeFolders) {
    const socketPath = `${folder}/${socketName(paths.databaseFile)}`
    const problem = unfitness(folder, socketPath)
    if (problem !== null) {
      refused.push(`${folder}: ${problem}`)
      continue
    }
    try {
      ensureTrustedFolder(folder)
      return socketPath
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      if (existsSync(folder)) throw new AppError(error.code, `${error.message}. Or ${ADVICE}`, { cause: error })
      refused.push(error.message)
    }
  }
  throw new AppError('BAD_CONFIG', `No folder fits for the core's socket. ${refused.join('; ')}. To help, ${ADVICE}`)
}

/**
 * A computer's one core a user has the plain name. A core with its database elsewhere, as where HOME was another, has a name of its own,
 * no longer than that: else it would take the other's socket, and each would show the other's jobs.
 */
function socketName(databaseFile: string): string {
  const home = homeByPasswordFile()
  const usual = home === null ? null : resolvePaths({ HOME: home }, { home, temporaryFolder: tmpdir(), userId: 0 }).databaseFile
  if (databaseFile === usual) return SOCKET_NAME
  return `core.${createHash('sha256').update(databaseFile).digest('base64url').slice(0, 4)}`
}

/** Tells clients in other environments where the socket is. */
export function writeSocketPath(paths: Paths, socketPath: string): void {
  const { socketPathFile } = paths
  const content = `${socketPath}\n`
  ensurePrivateFolder(dirname(socketPathFile))
  // Mostly it is what the last core wrote, and a full disk is then no reason not to start.
  if (existsSync(socketPathFile) && readFileSync(socketPathFile, 'utf8') === content) return
  replaceFile(socketPathFile, content)
}

function unfitness(folder: string, socketPath: string): string | null {
  const bytes = Buffer.byteLength(socketPath)
  if (bytes > MAX_SOCKET_PATH_BYTES) return `a socket's path has at most ${MAX_SOCKET_PATH_BYTES} bytes, this one ${bytes}`
  const parent = statSync(dirname(folder), { throwIfNoEntry: false })
  if (!parent?.isDirectory()) return 'its parent folder is not there'
  const isShared = (parent.mode & 0o1000) !== 0
  const isOurs = process.getuid === undefined || parent.uid === process.getuid()
  // In a folder of someone else's, without the sticky bit, they could put another folder in our folder's place.
  if (!isOurs && !isShared) return `its parent folder belongs to another user (uid ${parent.uid})`
  return null
}
