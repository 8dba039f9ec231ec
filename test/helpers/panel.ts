/**
 * A person's desktop with a panel and a pointer: a session bus, an X server without a screen, sway in a window on it, and
 * waybar, whose tray module is both the watcher for icons and what shows them. sway does not run as root: it is nobody's then.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import { waitFor } from './wait.ts'

export type PanelDesktop = {
  /** For what runs on this desktop. */
  env: { DBUS_SESSION_BUS_ADDRESS: string; WAYLAND_DISPLAY: string; XDG_RUNTIME_DIR: string; DISPLAY: string }
  startPanel(theme?: 'dark' | 'light'): Promise<void>
  /** kill -9. */
  killPanel(): Promise<void>
  /** A click of a real pointer, in pixels of the screen. */
  click(x: number, y: number, button?: 1 | 3): Promise<void>
  move(x: number, y: number): Promise<void>
  /** Waits until something else than the panel itself is to be seen around this place. */
  showsSomethingAt(x: number, y: number): Promise<void>
  /** Waits a moment for a menu to be seen there. */
  hasMenuAt(x: number, y: number): Promise<boolean>
  /** Waits until this place has that colour, as `rrggbb`. */
  showsColorAt(x: number, y: number, color: string): Promise<void>
  /** Of the menu that is there, in pixels from the left. */
  leftEdgeOfMenu(x: number, y: number): Promise<number>
  /** Writes a PNG of what is on the screen; `area` is `X,Y WxH`. */
  picture(path: string, area?: string): Promise<void>
  /** Ends all of it. */
  close(): void
}

export const SCREEN = { width: 900, height: 500 } as const
const NOBODY = 65_534
/** Of GTK's own theme. */
const MENU_COLOR = 'ffffff'
const THEMES = {
  dark: '* { font-family: sans-serif; font-size: 13px; } window#waybar { background: #1b1d21; color: #eee; }',
  light: '* { font-family: sans-serif; font-size: 13px; } window#waybar { background: #f3f3f3; color: #222; }',
}
const PACKAGES = {
  'dbus-daemon': 'dbus',
  Xvfb: 'xvfb',
  sway: 'sway',
  waybar: 'waybar',
  xdotool: 'xdotool',
  grim: 'grim',
  setpriv: 'util-linux',
}
const run = promisify(execFile)

/** It ends with the test. @throws {Error} naming the package that is missing. */
export async function startPanelDesktop(): Promise<PanelDesktop> {
  const desktop = await openPanelDesktop()
  onTestFinished(() => desktop.close())
  return desktop
}

/** As startPanelDesktop, for whoever ends it. */
export async function openPanelDesktop(): Promise<PanelDesktop> {
  for (const [program, name] of Object.entries(PACKAGES))
    if (!existsSync(`/usr/bin/${program}`))
      throw new Error(`${program} is not installed: scripts/setup-debian.sh installs the package ${name}`)
  const folder = mkdtempSync(join(tmpdir(), 'drover-panel-'))
  const children: ChildProcess[] = []
  const endWithUs = () => {
    for (const child of children) child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', endWithUs)
  const begin = (program: string, args: string[], env: Record<string, string> = {}) => {
    const child = spawn(program, args, {
      env: { PATH: process.env.PATH, HOME: folder, ...env },
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    })
    children.push(child)
    return child
  }
  const address = `unix:path=${join(folder, 'bus')}`
  begin('dbus-daemon', ['--session', '--nofork', '--nopidfile', `--address=${address}`])
  const x = begin('Xvfb', ['-displayfd', '3', '-nolisten', 'tcp', '-screen', '0', `${SCREEN.width}x${SCREEN.height}x24`])
  const [number] = await once(x.stdio[3] as Readable, 'data')
  const display = `:${String(number).trim()}`

  const runtime = join(folder, 'run')
  mkdirSync(runtime, { mode: 0o700 })
  const config = join(folder, 'sway')
  writeFileSync(
    config,
    `output X11-1 resolution ${SCREEN.width}x${SCREEN.height} position 0 0 bg #33506b solid_color\nxwayland disable\n`,
  )
  const isRoot = process.getuid?.() === 0
  if (isRoot) {
    chmodSync(folder, 0o711)
    chmodSync(config, 0o644)
    chownSync(runtime, NOBODY, NOBODY)
  }
  const asNobody = ['--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups']
  const [program, ...args] = [...(isRoot ? ['setpriv', ...asNobody] : []), 'sway', '-c', config]
  const sway = { XDG_RUNTIME_DIR: runtime, WLR_BACKENDS: 'x11', WLR_RENDERER: 'pixman', WLR_LIBINPUT_NO_DEVICES: '1' }
  begin(program ?? 'sway', args, { ...sway, DISPLAY: display, HOME: runtime })
  const socket = await waitFor(() => readdirSync(runtime).find(name => /^wayland-\d+$/.test(name)), { what: 'sway' })
  const env = { DBUS_SESSION_BUS_ADDRESS: address, WAYLAND_DISPLAY: socket, XDG_RUNTIME_DIR: runtime, DISPLAY: display }
  const bar = { layer: 'top', height: 32, 'modules-right': ['tray'], tray: { 'icon-size': 22, 'show-passive-items': true } }
  writeFileSync(join(folder, 'bar.json'), JSON.stringify(bar))

  const tool = (...words: string[]) => run('xdotool', words, { env: { PATH: process.env.PATH, DISPLAY: display } })
  /** Of each place on the screen, as it is now. */
  const colors = async () => {
    const options = { env: { ...process.env, ...env }, encoding: 'buffer', maxBuffer: 10_000_000 } as const
    const { stdout } = await run('grim', ['-t', 'ppm', '-'], options)
    const head = /^P6\s+(\d+)\s+\d+\s+\d+\s/.exec(stdout.toString('latin1', 0, 40)) ?? ['', '0']
    const width = Number(head[1])
    return (left: number, top: number) => {
      const at = head[0].length + 3 * (top * width + left)
      return stdout.toString('hex', at, at + 3)
    }
  }
  let panel: ChildProcess | undefined
  return {
    env,
    startPanel: async (theme = 'dark') => {
      const style = join(folder, 'style.css')
      writeFileSync(style, THEMES[theme])
      panel = begin('waybar', ['-c', join(folder, 'bar.json'), '-s', style], { ...env, GDK_BACKEND: 'wayland' })
      const watcher = 'org.kde.StatusNotifierWatcher'
      await waitFor(async () => (await run('busctl', [`--address=${address}`, '--acquired', 'list'])).stdout.includes(watcher), {
        what: 'the panel',
      })
    },
    killPanel: async () => {
      if (!panel) return
      const gone = once(panel, 'exit')
      panel.kill('SIGKILL')
      await gone
    },
    click: async (left, top, button = 1) => {
      await tool('mousemove', String(left), String(top), 'click', String(button))
    },
    move: async (left, top) => void (await tool('mousemove', String(left), String(top))),
    showsSomethingAt: async (left, top) => {
      await waitFor(
        async () => {
          const colorAt = await colors()
          const around = [-6, -3, 0, 3, 6].flatMap(x => [-6, -3, 0, 3, 6].map(y => colorAt(left + x, top + y)))
          return new Set(around).size > 1
        },
        { what: 'the icon in the panel' },
      )
    },
    hasMenuAt: (left, top) =>
      waitFor(async () => (await colors())(left, top) === MENU_COLOR, { timeoutMs: 1_000 }).catch(() => false),
    showsColorAt: async (left, top, color) => {
      await waitFor(async () => (await colors())(left, top) === color, { what: `${color} at ${left}, ${top}` })
    },
    leftEdgeOfMenu: async (left, top) => {
      const colorAt = await colors()
      let edge = left
      // Its words are of another color, and no wider than this.
      for (let x = left; x > left - 600; x--) if (colorAt(x, top) === MENU_COLOR) edge = x
      return edge
    },
    picture: async (path, area) => {
      await run('grim', [...(area === undefined ? [] : ['-g', area]), path], { env: { ...process.env, ...env } })
    },
    close: () => {
      process.off('exit', endWithUs)
      endWithUs()
    },
  }
}
