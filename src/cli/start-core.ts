/** Starts a core in the background when none runs. Several command lines may do so at once: one core gets the lock, all connect to it. */
import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { CORE_MEMORY } from '../shared/core-memory.ts'
import { type CoreProgram, coreProgram } from '../shared/core-program.ts'
import { AppError, type ErrorBody, type ErrorCode, fromErrorBody } from '../shared/errors.ts'
import { logError } from '../shared/log-error.ts'
import { homeOf, pathsOf } from './find-core.ts'
import { makeFolder } from './make-folder.ts'

/** What a core started with a message channel says once (see src/main/run-headless.ts), and what is seen of one that was killed before. */
type Report = { ready: string } | { error: ErrorBody } | { killedBy: NodeJS.Signals }

/** `held`: another core runs. `killedBy`: it said nothing, and nothing is wrong with it. */
export type Started = 'ready' | 'held' | { killedBy: NodeJS.Signals }

export type StartOptions = {
  env: NodeJS.ProcessEnv
  /** The core's program, when it is not the one beside us. */
  program?: string | undefined
  timeoutMs: number
}

const isBuilt = !import.meta.filename.endsWith('.ts')
const HEADLESS = join(import.meta.dirname, '../main', isBuilt ? 'headless.js' : 'headless.ts')

/** What starts a core here, with the environment of whoever asks for it. */
export function coreCommand(env: NodeJS.ProcessEnv, headless = HEADLESS): CoreProgram {
  const { execPath, versions } = process
  const program = coreProgram({ execPath, isElectron: versions.electron !== undefined, env, headless })
  return { ...program, env: { ...coreEnvironment(env), ...program.env } }
}

/** The same for whoever gives it an environment of its own. `env` has only what it must know besides. */
export function servedCore(env: NodeJS.ProcessEnv, headless = HEADLESS): CoreProgram {
  const { execPath, versions } = process
  const program = coreProgram({ execPath, isElectron: versions.electron !== undefined, env, headless })
  return { ...program, env: { ...CORE_MEMORY, ...program.env } }
}

/**
 * The core's environment. The name we were called by is ours alone: local jobs get what the core has. And they have a home, as a login
 * would give them: without one the agent on this computer would keep its files in the root folder. How its memory is kept is not theirs.
 */
function coreEnvironment({ DROVER_CALLED_AS: _, ...env }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...CORE_MEMORY, ...env, HOME: homeOf(env) || '/' }
}

/**
 * Settles when the new core answers, when it found that another one runs, or when somebody killed it before either.
 *
 * @throws {AppError} why it could not start, in its own words; `CORE_UNREACHABLE` if it ended without any, `TIMEOUT`.
 */
export async function startCore({ env, program, timeoutMs }: StartOptions): Promise<Started> {
  const { logFile } = pathsOf(env)
  const log = openLog(logFile)
  // A session of its own, and not in the user's folder: neither Ctrl+C nor a removed folder may reach it.
  const command = coreCommand(env, program)
  const options = { env: command.env, cwd: '/', detached: true }
  const core = spawn(command.file, command.args, { ...options, stdio: ['ignore', log, log, 'ipc'] })
  closeSync(log)
  let timer: NodeJS.Timeout | undefined
  try {
    const report = await new Promise<Report>((resolve, reject) => {
      const fail = (what: string, code: ErrorCode = 'CORE_UNREACHABLE') =>
        reject(new AppError(code, `${what}; its log: ${logFile}`))
      const late = `The core was started but is not ready after ${Math.ceil(timeoutMs / 1000)} s`
      timer = setTimeout(() => fail(late, 'TIMEOUT'), timeoutMs)
      core.once('message', message => resolve(message as Report))
      core.once('error', error => fail(`The core could not be started: ${error.message}`))
      core.once('exit', (code, signal) => {
        if (signal) resolve({ killedBy: signal })
        else fail(`The core ended as it started (exit code ${code})`)
      })
    })
    if ('ready' in report) return 'ready'
    if ('killedBy' in report) return report
    if (report.error.code === 'CORE_RUNNING') return 'held'
    throw fromErrorBody(report.error)
  } finally {
    clearTimeout(timer)
    core.removeAllListeners()
    if (core.connected) core.disconnect()
    core.unref()
  }
}

/** What the core writes before it has its log, or as it dies, ends up there too. */
function openLog(path: string): number {
  try {
    makeFolder(dirname(path))
    return openSync(path, 'a', 0o600)
  } catch (error) {
    throw logError(path, error)
  }
}
