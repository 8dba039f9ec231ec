/** A person's desktop for one test: a session bus of its own, an X server without a screen, and dunst, which shows notifications. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import { isUp } from './message-bus.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { waitFor } from './wait.ts'

export type ShownNotification = { summary: string; body: string; appname: string }
export type Desktop = {
  /** For what runs on this desktop. */
  env: { DISPLAY: string; DBUS_SESSION_BUS_ADDRESS: string }
  /** How many are on the screen now. */
  shown(): Promise<number>
  /** Takes all from the screen and gives what they said, oldest first. */
  read(): Promise<ShownNotification[]>
  /** As by a click on the newest. */
  click(): Promise<void>
  /** Chooses, in the menu of what is shown, the newest entry that begins so. */
  choose(action: string): Promise<void>
  /** kill -9 of the bus, and all that is on it. */
  killBus(): void
}

const run = promisify(execFile)

/** @throws {Error} naming the package that is missing. */
export async function startDesktop(): Promise<Desktop> {
  requirePrograms({ 'dbus-daemon': 'dbus', Xvfb: 'xvfb', dunst: 'dunst' })
  const folder = temporaryFolder()
  const children: ChildProcess[] = []
  onTestFinished(() => {
    for (const child of children) child.kill('SIGKILL')
  })
  const begin = (program: string, args: string[], env: Record<string, string> = {}) => {
    const child = spawn(program, args, {
      env: { PATH: process.env.PATH, HOME: folder, ...env },
      stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
    })
    children.push(child)
    return child
  }
  const address = `unix:path=${join(folder, 'bus')}`
  const bus = begin('dbus-daemon', ['--session', '--nofork', '--nopidfile', `--address=${address}`])
  const x = begin('Xvfb', ['-displayfd', '3', '-nolisten', 'tcp', '-screen', '0', '800x600x24'])
  const [display] = await once(x.stdio[3] as Readable, 'data')
  const env = { DISPLAY: `:${String(display).trim()}`, DBUS_SESSION_BUS_ADDRESS: address }
  await isUp(join(folder, 'bus'))
  // It shows its menu by a program that reads the entries and prints the one that was chosen.
  const wanted = join(folder, 'wanted')
  const chooser = join(folder, 'chooser')
  writeFileSync(chooser, `#!/bin/sh\ngrep -m1 -F "#$(cat ${wanted})"\n`, { mode: 0o755 })
  const settings = ['monitor = 0', 'stack_duplicates = false', 'notification_limit = 100', `dmenu = ${chooser}`]
  writeFileSync(join(folder, 'dunstrc'), `[global]\n${settings.map(line => `  ${line}\n`).join('')}`)
  begin('dunst', ['-conf', join(folder, 'dunstrc')], env)
  const ctl = async (...args: string[]) => (await run('dunstctl', args, { env: { PATH: process.env.PATH, ...env } })).stdout
  await waitFor(() => ctl('is-paused').catch(() => false), { what: 'dunst' })
  return {
    env,
    shown: async () => Number(await ctl('count', 'displayed')),
    read: async () => {
      await ctl('close-all')
      const { data } = JSON.parse(await ctl('history')) as { data: Record<string, { data: string }>[][] }
      return (data[0] ?? []).toReversed().map(({ summary, body, appname }) => ({
        summary: summary?.data ?? '',
        body: body?.data ?? '',
        appname: appname?.data ?? '',
      }))
    },
    click: async () => void (await ctl('action', '0')),
    choose: async action => {
      writeFileSync(wanted, action)
      await ctl('context')
    },
    killBus: () => bus.kill('SIGKILL'),
  }
}

function requirePrograms(programs: Record<string, string>): void {
  for (const [program, name] of Object.entries(programs))
    if (!existsSync(`/usr/bin/${program}`))
      throw new Error(`${program} is not installed: scripts/setup-debian.sh installs the package ${name}`)
}
