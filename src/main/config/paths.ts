/** Makes the places of src/shared/paths.ts be there, and fit to be used: for the core, which is the only one that writes there. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { homedir, tmpdir, userInfo } from 'node:os'
import { dirname } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import { type PathEnvironment, type Paths, resolvePaths, SOCKET_NAME } from '../../shared/paths.ts'
import { ensurePrivateFolder, ensureTrustedFolder, replaceFile } from '../private-files.ts'

/** What a sockaddr_un holds, less its closing NUL. */
const MAX_SOCKET_PATH_BYTES = process.platform === 'darwin' ? 103 : 107

export function systemPaths(env: PathEnvironment): Paths {
  return resolvePaths(env, { home: homedir(), temporaryFolder: tmpdir(), userId: userInfo().uid })
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
    const socketPath = `${folder}/${SOCKET_NAME}`
    const problem = unfitness(folder, socketPath)
    if (problem !== null) {
      refused.push(`${folder}: ${problem}`)
      continue
    }
    ensureTrustedFolder(folder)
    return socketPath
  }
  throw new AppError('BAD_CONFIG', `No folder fits for the core's socket. ${refused.join('; ')}. Set XDG_RUNTIME_DIR or TMPDIR`)
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
