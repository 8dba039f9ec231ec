/**
 * A real `systemd --user` for one test, on a machine that systemd did not boot: in a mount namespace of its own, where it looks as if it
 * had. Its units run on this machine like any other process.
 */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { waitFor } from './wait.ts'

const MANAGER = '/lib/systemd/systemd'

export type UserManager = {
  /** `systemctl --user …`. @throws what it says. */
  systemctl(...words: string[]): string
}

/** `env` names the home and the runtime folder that are to be its. */
export async function startUserManager(env: Readonly<Record<string, string>>, folder: string): Promise<UserManager> {
  if (!existsSync(MANAGER)) throw new Error(`${MANAGER} is not installed: scripts/setup-debian.sh installs the package systemd`)
  const { HOME = '', XDG_RUNTIME_DIR = '', XDG_CONFIG_HOME = '', DROVER_TEST_PRODUCT = '' } = env
  const booted = join(folder, 'booted')
  mkdirSync(join(booted, 'system'), { recursive: true })
  // The manager gives its units what it has: by the last of these the test finds them, should they outlive it.
  const own = { HOME, XDG_RUNTIME_DIR, XDG_CONFIG_HOME, DROVER_TEST_PRODUCT, PATH: '/usr/bin:/bin' }
  const script = 'mount --bind "$1" /run/systemd && exec "$2" --user'
  const namespaces = process.getuid?.() === 0 ? ['--mount'] : ['--mount', '--map-root-user']
  const child = spawn('unshare', [...namespaces, 'sh', '-c', script, 'sh', booted, MANAGER], { env: own, stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  const systemctl = (...words: string[]) =>
    execFileSync('systemctl', ['--user', ...words], { env: own, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()
  await waitFor(() => systemctl('is-active', 'default.target') === 'active', { what: 'the user manager' })
  return { systemctl }
}
