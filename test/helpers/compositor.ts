/**
 * A real desktop for a test: sway without a screen, with its tree to ask, its windows to close and pictures to take. sway refuses to run as
 * root, so then it runs as nobody, whose folder is its own.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { isAlive, signalAll } from './processes.ts'
import { SwayIpc, type SwayNode } from './sway-ipc.ts'
import { waitFor } from './wait.ts'

export type Compositor = {
  /** Names this desktop to a program. */
  readonly env: { WAYLAND_DISPLAY: string; XDG_RUNTIME_DIR: string }
  readonly socketPath: string
  /** What each window calls itself, in the order of the tree. */
  windows(): Promise<{ appId: string; title: string; pid: number }[]>
  /** The moment (performance.now()) at which the next window came. Ask before it can come. */
  nextWindow(): Promise<number>
  /** Asks all windows to close, as a click would. */
  closeWindows(): Promise<void>
  /** A PNG of the whole screen. */
  screenshot(path: string): Promise<void>
  /** kill -9: the desktop is gone. */
  kill(): Promise<void>
  stop(): Promise<void>
}

const NOBODY = 65_534
const CONFIG = 'xwayland disable\noutput HEADLESS-1 resolution 1024x768\n'

/** @throws {Error} naming the Debian package if sway is not installed. */
export async function startCompositor(): Promise<Compositor> {
  const sway = ['/usr/bin/sway', '/usr/local/bin/sway'].find(existsSync)
  if (sway === undefined) throw new Error('sway is not installed. Install it: apt-get install sway grim')
  const dir = mkdtempSync(join(tmpdir(), 'sway-'))
  writeFileSync(join(dir, 'config'), CONFIG)
  const isRoot = process.getuid?.() === 0
  if (isRoot) chownSync(dir, NOBODY, NOBODY)
  chmodSync(dir, 0o700)
  const ipcPath = join(dir, 'ipc')
  const command = isRoot ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', sway] : [sway]
  const [program = '', ...args] = [...command, '-c', join(dir, 'config')]
  const child = spawn(program, args, { env: swayEnv(dir, ipcPath), cwd: '/', stdio: 'ignore', detached: true })
  const endWithUs = () => signalAll(child.pid === undefined ? [] : [child.pid], 'SIGKILL')
  process.once('exit', endWithUs)
  const name = 'wayland-1'
  const env = { WAYLAND_DISPLAY: name, XDG_RUNTIME_DIR: dir }
  const ipc = await waitFor(
    async () => {
      if (child.exitCode !== null) throw new Error(`sway ended with ${child.exitCode}`)
      return existsSync(join(dir, name)) && (await SwayIpc.open(ipcPath))
    },
    { what: 'sway to be up' },
  )
  const kill = async () => {
    ipc.close()
    await ended(child)
  }
  return {
    env,
    socketPath: join(dir, name),
    windows: async () => windowsOf(await ipc.tree()),
    nextWindow: () => ipc.nextWindow(),
    closeWindows: () => ipc.run('[app_id=".*"] kill'),
    screenshot: async path => {
      await promisify(execFile)('grim', [path], { env: { ...process.env, ...env } })
    },
    kill,
    stop: async () => {
      await kill()
      process.off('exit', endWithUs)
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

function swayEnv(dir: string, ipcPath: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: dir,
    XDG_RUNTIME_DIR: dir,
    SWAYSOCK: ipcPath,
    WLR_BACKENDS: 'headless',
    WLR_RENDERER: 'pixman',
    WLR_LIBINPUT_NO_DEVICES: '1',
  }
}

async function ended(child: ChildProcess): Promise<void> {
  const { pid } = child
  if (pid === undefined) return
  signalAll([pid], 'SIGKILL')
  await waitFor(() => !isAlive(pid), { what: 'sway to be gone' })
}

function windowsOf(node: SwayNode): { appId: string; title: string; pid: number }[] {
  const below = [...(node.nodes ?? []), ...(node.floating_nodes ?? [])].flatMap(windowsOf)
  return typeof node.app_id === 'string' ? [{ appId: node.app_id, title: node.name ?? '', pid: node.pid ?? 0 }, ...below] : below
}
