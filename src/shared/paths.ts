/**
 * Where Drover's files are on this computer, by the XDG base directory rules. Pure: core and command line find the same places.
 */
import { AppError } from './errors.ts'

/** What of the process's environment counts. */
export type PathEnvironment = Readonly<Record<string, string | undefined>>
export type PathSystem = {
  /** The user's home by the password file, for when HOME is not set; null without an entry there, as in many a container. */
  readonly home: string | null
  readonly temporaryFolder: string
  readonly userId: number
}

export type Paths = {
  readonly configFile: string
  readonly databaseFile: string
  /** Holds the path of the running core's socket, on one line: a client started in another environment finds it here. */
  readonly socketPathFile: string
  readonly logFile: string
  readonly cacheFolder: string
  /** Where clients of beowulf look for its daemon. */
  readonly beowulfSocket: string
  /** Where the socket may stand, best first. Each must be checked before use: the last two are in a folder everyone can write to. */
  readonly runtimeFolders: readonly string[]
}

export const SOCKET_NAME = 'core.sock'

/**
 * A value of an XDG variable that is not absolute is ignored, as the rules say.
 *
 * @throws {AppError} `BAD_CONFIG` if there is no home.
 */
export function resolvePaths(env: PathEnvironment, system: PathSystem): Paths {
  const home = homeFolder(env, system)
  const folder = (variable: string, usual: string) => `${absolute(env[variable]) ?? `${home}/${usual}`}/drover`
  const data = folder('XDG_DATA_HOME', '.local/share')
  const runtime = absolute(env.XDG_RUNTIME_DIR)
  const ownName = `drover-${system.userId}`
  const temporary = absolute(system.temporaryFolder)
  return {
    configFile: `${folder('XDG_CONFIG_HOME', '.config')}/config.yaml`,
    databaseFile: `${data}/drover.db`,
    socketPathFile: `${data}/core.socket`,
    logFile: `${folder('XDG_STATE_HOME', '.local/state')}/core.log`,
    cacheFolder: folder('XDG_CACHE_HOME', '.cache'),
    beowulfSocket: `${home}/.beowulf/run/daemon`,
    // TMPDIR may be too long for a socket's path, so /tmp itself stands last.
    runtimeFolders: [
      ...(runtime === undefined ? [] : [`${runtime}/drover`]),
      ...(temporary === undefined ? [] : [`${temporary}/${ownName}`]),
      `/tmp/${ownName}`,
    ].filter((path, index, all) => all.indexOf(path) === index),
  }
}

/** Empty for `/`. @throws {AppError} `BAD_CONFIG` if neither HOME nor the password file names one. */
export function homeFolder(env: PathEnvironment, system: Pick<PathSystem, 'home' | 'userId'>): string {
  const home = absolute(env.HOME) ?? absolute(system.home ?? undefined)
  if (home !== undefined) return home
  const message = `HOME is not set to an absolute path, and the password file names none for user ${system.userId}. Set HOME to your home folder`
  throw new AppError('BAD_CONFIG', message)
}

function absolute(path: string | undefined): string | undefined {
  if (path === undefined || !path.startsWith('/')) return undefined
  return path === '/' ? '' : path.replace(/\/+$/, '')
}
