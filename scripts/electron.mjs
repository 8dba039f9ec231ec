/**
 * Where Electron's program is, and getting it where it is not: for `npm start`. Plain JavaScript for any Node from 20.19 on. The package is
 * never loaded: what it does when it is loaded is to download, and to wait for that without end.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './project.mjs'

const PACKAGE = join(root, 'node_modules/electron')
/** Some hundred megabytes. Whoever waits is told what for, and can end it. */
const INSTALL_MS = 180_000
/** What could not be had is not tried again at every start. */
const RETRY_MS = 24 * 3_600_000

/**
 * Electron's program, which is fetched once where a window could be shown.
 * `say` is told what is waited for; the answer's `reason` says why there is no program.
 */
export async function findElectron({ env = process.env, packageDir = PACKAGE, now = Date.now(), installMs = INSTALL_MS, say }) {
  const program = installedElectron(env, packageDir)
  if (program) return { program, reason: '' }
  if (!existsSync(join(packageDir, 'install.js'))) return none('Electron is not among the packages')
  if (!hasDisplay(env)) return none('there is no display here')
  const tried = join(packageDir, '.drover-tried')
  const triedAt = statSync(tried, { throwIfNoEntry: false })?.mtimeMs
  if (triedAt !== undefined && now - triedAt < RETRY_MS)
    return none(`Electron could not be fetched; remove ${tried} to try again`)
  say('Fetching Electron, once …')
  const problem = await install(packageDir, env, installMs)
  const fetched = installedElectron(env, packageDir)
  if (fetched) return { program: fetched, reason: '' }
  writeFileSync(tried, '')
  return none(`Electron could not be fetched (${problem})`)
}

/** As the package's own index.js finds it. */
export function installedElectron(env, packageDir = PACKAGE) {
  const pathFile = join(packageDir, 'path.txt')
  const name = existsSync(pathFile) ? readFileSync(pathFile, 'utf8').trim() : ''
  const elsewhere = env.ELECTRON_OVERRIDE_DIST_PATH
  if (!elsewhere && !name) return null
  const program = elsewhere ? join(elsewhere, name || 'electron') : join(packageDir, 'dist', name)
  return existsSync(program) ? program : null
}

function hasDisplay(env) {
  return process.platform !== 'linux' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY)
}

/** The package's own script. What became of it; it is ended with all it started when it takes too long. */
function install(packageDir, env, installMs) {
  return new Promise(resolve => {
    const child = spawn(process.execPath, ['install.js'], {
      cwd: packageDir,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    })
    let errors = ''
    child.stderr.setEncoding('utf8').on('data', text => {
      errors = `${errors}${text}`.slice(0, 4_000)
    })
    const end = () => {
      try {
        process.kill(-child.pid, 'SIGKILL')
      } catch {
        // It has ended by itself.
      }
    }
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      end()
    }, installMs)
    const interrupt = () => {
      end()
      process.exit(130)
    }
    process.once('SIGINT', interrupt)
    const done = problem => {
      clearTimeout(timer)
      process.off('SIGINT', interrupt)
      resolve(problem)
    }
    child.on('error', error => done(error.message))
    child.on('close', code => {
      const line = /^\s*\w*Error: .*$/m.exec(errors)?.[0].trim()
      done(isLate ? `not within ${Math.round(installMs / 1000)} s` : (line ?? `its script ended with ${code}`))
    })
  })
}

function none(reason) {
  return { program: null, reason }
}
