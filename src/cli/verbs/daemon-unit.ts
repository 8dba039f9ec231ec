/** `drover daemon install` and `remove`: a core that systemd starts for its user and starts again when it fails. */
import { randomUUID } from 'node:crypto'
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import { visible } from '../../shared/visible.ts'
import type { Cli } from '../cli.ts'
import { makeFolder } from '../make-folder.ts'
import { servedCore } from '../start-core.ts'
import { askSystemctl, hasManager, systemctl } from '../systemctl.ts'
import { isOurUnit, keptVariables, UNIT_NAME, unitText } from '../systemd-unit.ts'
import { readUnit, unitPath } from '../user-unit.ts'

/** `stopOthers`: ends a core that runs already, as the unit's would not start beside it. */
export async function install(cli: Cli, stopOthers: () => Promise<void>): Promise<number> {
  const path = unitPath(cli.env)
  requireOurs(path)
  await requireManager(cli.env)
  const core = servedCore(cli.env)
  write(path, unitText({ ...core, env: { ...core.env, ...keptVariables(cli.env) } }))
  await systemctl(cli.env, 'daemon-reload')
  if ((await askSystemctl(cli.env, 'is-active', UNIT_NAME)).stdout !== 'active') await stopOthers()
  await systemctl(cli.env, 'enable', UNIT_NAME)
  await systemctl(cli.env, 'restart', UNIT_NAME)
  // For systemd it runs when its program does: it is up when it answers, or says why not.
  await cli.call('core.status', {})
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
  const wasThere = readUnit(path) !== null
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
  const text = readUnit(path)
  if (text === null || isOurUnit(text)) return
  throw new AppError('CONFLICT', `${path} was not written by Drover, and is left as it is. Move it away first`)
}

async function requireManager(env: NodeJS.ProcessEnv): Promise<void> {
  const { isThere, stderr } = await askSystemctl(env, 'show', '-p', 'Version')
  if (!isThere) {
    const other = 'To have a core started when you log in to your desktop: drover config set start_at_login true'
    throw new AppError('MISSING_TOOL', `There is no systemctl here: systemd does not run this computer. ${other}`)
  }
  if (stderr === null) return
  const how = 'It comes with a login: log in as yourself, not by su or sudo, and try again'
  throw new AppError('MISSING_TOOL', `systemd does not manage your user here (${visible(stderr)}). ${how}`)
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
