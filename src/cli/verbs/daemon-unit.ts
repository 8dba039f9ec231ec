/** `drover daemon install` and `remove`: a core that systemd starts for its user and starts again when it fails. */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import { visible } from '../../shared/visible.ts'
import type { Cli } from '../cli.ts'
import { pathsOf } from '../find-core.ts'
import { makeFolder } from '../make-folder.ts'
import { servedCore } from '../start-core.ts'
import { isOurUnit, UNIT_NAME, unitText } from '../systemd-unit.ts'

/** Where the core's files are, if it is not where they usually are: the user's manager knows nothing of this shell. */
const KEPT_VARIABLES = ['XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_STATE_HOME', 'XDG_CACHE_HOME', 'DROVER_SSH_CONFIG']
/** Starting waits for the program, and stopping for what is under way. */
const TIMEOUT_MS = 60_000

export function unitPath(env: NodeJS.ProcessEnv): string {
  return join(dirname(dirname(pathsOf(env).configFile)), 'systemd/user', UNIT_NAME)
}

/** Null if there is none, or one that is not ours. */
export function installedUnit(env: NodeJS.ProcessEnv): string | null {
  const path = unitPath(env)
  const text = read(path)
  return text !== null && isOurUnit(text) ? path : null
}

/** `stopOthers`: ends a core that runs already, as the unit's would not start beside it. */
export async function install(cli: Cli, stopOthers: () => Promise<void>): Promise<number> {
  const path = unitPath(cli.env)
  requireOurs(path)
  await requireManager(cli.env)
  const core = servedCore(cli.env)
  const kept = Object.fromEntries(KEPT_VARIABLES.map(name => [name, cli.env[name]]))
  write(path, unitText({ ...core, env: { ...core.env, ...kept } }))
  await systemctl(cli.env, 'daemon-reload')
  if ((await ask(cli.env, 'is-active', UNIT_NAME)).stdout !== 'active') await stopOthers()
  await systemctl(cli.env, 'enable', UNIT_NAME)
  await systemctl(cli.env, 'restart', UNIT_NAME)
  if (cli.out.isJson) cli.out.json({ isInstalled: true, path })
  else {
    cli.out.line(`systemd keeps a core running for you from now on: ${visible(path)}`)
    cli.out.line('It runs while you are logged in. To have it run from boot to shutdown: loginctl enable-linger')
  }
  return 0
}

/** Takes away what `install` wrote, and nothing else. Jobs go on. */
export async function remove(cli: Cli): Promise<number> {
  const path = unitPath(cli.env)
  requireOurs(path)
  const wasThere = read(path) !== null
  if (wasThere) {
    // Where no manager runs none has to be told, and its link is as good as gone: it leads to a file that is not there.
    if (await hasManager(cli.env)) await systemctl(cli.env, 'disable', '--now', UNIT_NAME)
    rmSync(join(dirname(path), 'default.target.wants', UNIT_NAME), { force: true })
    rmSync(path, { force: true })
    if (await hasManager(cli.env)) await systemctl(cli.env, 'daemon-reload')
  }
  if (cli.out.isJson) cli.out.json({ isInstalled: false, path })
  else cli.out.line(wasThere ? `Removed: ${visible(path)}` : 'There is no unit of ours to remove.')
  return 0
}

function requireOurs(path: string): void {
  const text = read(path)
  if (text === null || isOurUnit(text)) return
  throw new AppError('CONFLICT', `${path} was not written by Drover, and is left as it is. Move it away first`)
}

async function requireManager(env: NodeJS.ProcessEnv): Promise<void> {
  const { isThere, stderr } = await ask(env, 'show', '-p', 'Version')
  if (!isThere) {
    const other = 'To have a core started when you log in to your desktop: drover config set start_at_login true'
    throw new AppError('MISSING_TOOL', `There is no systemctl here: systemd does not run this computer. ${other}`)
  }
  if (stderr === null) return
  const how = 'It comes with a login: log in as yourself, not by su or sudo, and try again'
  throw new AppError('MISSING_TOOL', `systemd does not manage your user here (${visible(stderr)}). ${how}`)
}

async function hasManager(env: NodeJS.ProcessEnv): Promise<boolean> {
  const { isThere, stderr } = await ask(env, 'show', '-p', 'Version')
  return isThere && stderr === null
}

async function systemctl(env: NodeJS.ProcessEnv, ...words: string[]): Promise<void> {
  const { stderr } = await ask(env, ...words)
  if (stderr === null) return
  const look = `systemctl --user status ${UNIT_NAME}`
  throw new AppError('INTERNAL', `systemctl --user ${words.join(' ')} did not work: ${visible(stderr)}. See: ${look}`)
}

/** `stderr` is null when it went well. */
function ask(env: NodeJS.ProcessEnv, ...words: string[]): Promise<{ isThere: boolean; stdout: string; stderr: string | null }> {
  return new Promise(resolve => {
    execFile('systemctl', ['--user', ...words], { env, timeout: TIMEOUT_MS }, (error, stdout, stderr) => {
      const why = stderr.trim().split('\n', 1)[0]
      resolve({
        isThere: error?.code !== 'ENOENT',
        stdout: stdout.trim(),
        stderr: error === null ? null : why || error.message,
      })
    })
  })
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw new AppError('BAD_CONFIG', `The unit cannot be read: ${path} (${message})`, { cause: error })
  }
}

/** Whole or not at all; a link that stands there is replaced, not written through. */
function write(path: string, text: string): void {
  const temporary = `${path}.${randomUUID().slice(0, 8)}.tmp`
  try {
    makeFolder(dirname(path))
    writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' })
    renameSync(temporary, path)
  } catch (cause) {
    rmSync(temporary, { force: true })
    throw new AppError('BAD_CONFIG', `The unit cannot be written: ${path} (${(cause as Error).message})`, { cause })
  }
}
