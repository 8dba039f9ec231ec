/** Starts the core that follows a window's: in the background, in a session of its own, as the command line does. */
import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { CORE_MEMORY } from '../shared/core-memory.ts'
import { coreProgram } from '../shared/core-program.ts'
import { headlessUrl } from './resources.ts'

export function startHeadless(env: NodeJS.ProcessEnv, logFile: string): void {
  const log = openSync(logFile, 'a', 0o600)
  const { execPath } = process
  const core = coreProgram({ execPath, isElectron: true, env, headless: fileURLToPath(headlessUrl) })
  const child = spawn(core.file, core.args, {
    env: { ...CORE_MEMORY, ...env, ...core.env },
    cwd: '/',
    detached: true,
    stdio: ['ignore', log, log],
  })
  // Then none runs until the next command starts one.
  child.on('error', () => undefined)
  child.unref()
  closeSync(log)
}
