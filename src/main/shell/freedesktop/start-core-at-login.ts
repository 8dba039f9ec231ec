/** Which command a desktop is told to start at login: the command line that belongs to us, for a core in the background. */
import { dirname, join } from 'node:path'
import { systemPaths } from '../../config/paths.ts'
import { launcherWords } from '../../launcher-words.ts'
import { setAutostart } from './autostart.ts'

/** @throws {AppError} if the entry cannot be written or removed. */
export function startCoreAtLogin(env: NodeJS.ProcessEnv, isWanted: boolean): void {
  if (process.platform === 'darwin') return // It has no such entries.
  const configFolder = dirname(dirname(systemPaths(env).configFile))
  setAutostart(
    { path: join(configFolder, 'autostart/drover.desktop'), command: [...launcherWords(env), 'daemon', 'start'] },
    isWanted,
  )
}
