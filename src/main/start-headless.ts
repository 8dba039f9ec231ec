/** Starts the core that follows a window's: in the background, in a session of its own, as the command line does. */
import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { CORE_MEMORY } from '../shared/core-memory.ts'
import { CORE_FLAGS } from '../shared/node-flags.ts'
import { headlessUrl } from './resources.ts'

/** Electron's own program is a Node when it is told so. */
export function startHeadless(env: NodeJS.ProcessEnv, logFile: string): void {
  const log = openSync(logFile, 'a', 0o600)
  const child = spawn(process.execPath, [...CORE_FLAGS, fileURLToPath(headlessUrl)], {
    env: { ...CORE_MEMORY, ...env, ELECTRON_RUN_AS_NODE: '1' },
    cwd: '/',
    detached: true,
    stdio: ['ignore', log, log],
  })
  // Then none runs until the next command starts one.
  child.on('error', () => undefined)
  child.unref()
  closeSync(log)
}
