/** Finds the running core's socket: the core writes its path beside its database, for clients of any environment. */
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { AppError } from '../shared/errors.ts'
import { homeFolder, type PathSystem, type Paths, resolvePaths } from '../shared/paths.ts'

/** The password file is read only where HOME does not say. */
const SYSTEM: PathSystem = {
  get home() {
    try {
      return userInfo().homedir
    } catch {
      return null // It has no entry for us.
    }
  },
  temporaryFolder: tmpdir(),
  userId: process.getuid?.() ?? 0,
}

export function pathsOf(env: NodeJS.ProcessEnv): Paths {
  return resolvePaths(env, SYSTEM)
}

export function homeOf(env: NodeJS.ProcessEnv): string {
  return homeFolder(env, SYSTEM)
}

/** A connection to the core, or null when none runs. */
export async function connectToCore(env: NodeJS.ProcessEnv): Promise<Socket | null> {
  const path = socketPath(pathsOf(env).socketPathFile)
  if (path === null) return null
  try {
    return await connected(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // No file, nobody behind it, or a core that closes at this moment: the one that made it is gone.
    if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ECONNRESET') return null
    throw new AppError('CORE_UNREACHABLE', `Cannot connect to the core at ${path} (${code})`, { cause: error })
  }
}

function socketPath(file: string): string | null {
  try {
    const path = readFileSync(file, 'utf8').trimEnd()
    // Anything else was not written by a core: then none runs, or the one that does will be met at the database's lock.
    return /^\/[\x20-\x7e\x80-\uffff]{1,106}$/.test(path) ? path : null
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw new AppError('CORE_UNREACHABLE', `Cannot read ${file} (${code})`, { cause: error })
  }
}

function connected(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(socket)
    })
  })
}
