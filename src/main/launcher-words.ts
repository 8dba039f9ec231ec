/** The words by which a desktop starts the command line that belongs to us: from a clone, from a package, from an AppImage. */
import { fileURLToPath } from 'node:url'
import { appImageOf } from '../shared/core-program.ts'
import { launcherUrl } from './resources.ts'

export function launcherWords(env: NodeJS.ProcessEnv): string[] {
  const appImage = appImageOf({ execPath: process.execPath, env })
  return appImage === null ? [fileURLToPath(launcherUrl)] : [appImage, 'cli']
}
