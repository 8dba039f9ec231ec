/**
 * Where Drover's files are on this computer, by the XDG base directory rules. Pure: core and command line find the same places.
 */

/** What of the process's environment counts. */
export type PathEnvironment = Readonly<Record<string, string | undefined>>
export type PathSystem = {
  /** The user's home as the system knows it, for when HOME is not set. */
  readonly home: string
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
  /** Where the socket may stand, best first. Each must be checked before use: the last two are in a folder everyone can write to. */
  readonly runtimeFolders: readonly string[]
}

export const SOCKET_NAME = 'core.sock'

/** A value of an XDG variable that is not absolute is ignored, as the rules say. */
export function resolvePaths(env: PathEnvironment, system: PathSystem): Paths {
  const home = absolute(env.HOME) ?? system.home
  const folder = (variable: string, usual: string) => `${absolute(env[variable]) ?? join(home, usual)}/drover`
  const data = folder('XDG_DATA_HOME', '.local/share')
  const runtime = absolute(env.XDG_RUNTIME_DIR)
  const ownName = `drover-${system.userId}`
  return {
    configFile: `${folder('XDG_CONFIG_HOME', '.config')}/config.yaml`,
    databaseFile: `${data}/drover.db`,
    socketPathFile: `${data}/core.socket`,
    logFile: `${folder('XDG_STATE_HOME', '.local/state')}/core.log`,
    cacheFolder: folder('XDG_CACHE_HOME', '.cache'),
    // TMPDIR may be too long for a socket's path, so /tmp itself stands last.
    runtimeFolders: [...(runtime ? [`${runtime}/drover`] : []), join(system.temporaryFolder, ownName), `/tmp/${ownName}`].filter(
      (path, index, all) => all.indexOf(path) === index,
    ),
  }
}

function absolute(path: string | undefined): string | undefined {
  if (path === undefined || !path.startsWith('/')) return undefined
  return path === '/' ? '' : path.replace(/\/+$/, '')
}

function join(folder: string, name: string): string {
  return `${folder.replace(/\/+$/, '')}/${name}`
}
