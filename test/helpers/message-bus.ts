/** A message bus of one test's own, and programs on it that speak as logind does. */
import { spawn } from 'node:child_process'
import { type EventEmitter, once } from 'node:events'
import { join } from 'node:path'
import { Message, sessionBus } from '@jellybrick/dbus-next'
import { onTestFinished } from 'vitest'
import { answers } from '../../src/main/socket-answers.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { waitFor } from './wait.ts'

const MANAGER = 'org.freedesktop.login1.Manager'
const tellers = new Set<string>()

/** @returns its address, and what ends it at once. */
export async function startBus(): Promise<{ address: string; kill(): Promise<unknown> }> {
  const path = join(temporaryFolder(), 'bus')
  const address = `unix:path=${path}`
  const daemon = spawn('dbus-daemon', ['--session', '--nofork', '--nopidfile', `--address=${address}`], { stdio: 'ignore' })
  onTestFinished(() => void daemon.kill('SIGKILL'))
  await isUp(path)
  return {
    address,
    kill: async () => {
      const gone = once(daemon, 'exit')
      daemon.kill('SIGKILL')
      await gone
    },
  }
}

/** Waits until the bus takes connections: its socket is there a moment before, and whoever is refused by it then is never answered. */
export async function isUp(path: string): Promise<void> {
  const what = 'the bus; scripts/setup-debian.sh installs the package dbus'
  await waitFor(() => answers(path).then(() => true), { what })
}

export type Teller = {
  /** Tells whoever listens, or `to` alone, that the computer is about to sleep, or has slept. */
  sleeps(isAbout: boolean, to?: string): void
  /** The connections there are, but for those of such programs. What was told before is on its way by then. */
  others(): Promise<string[]>
}

/** As logind tells it, or somebody else who says the same. */
export async function startTeller(address: string, name = 'org.freedesktop.login1'): Promise<Teller> {
  const bus = sessionBus({ busAddress: address })
  ;(bus as EventEmitter).on('error', () => undefined) // It goes with its bus.
  onTestFinished(() => bus.disconnect())
  await bus.requestName(name, 0)
  tellers.add(bus.name ?? '')
  return {
    sleeps: (isAbout, to) => {
      const signal = Message.newSignal('/org/freedesktop/login1', MANAGER, 'PrepareForSleep', 'b', [isAbout])
      if (to !== undefined) signal.destination = to
      bus.send(signal)
    },
    others: async () => {
      const daemon = { destination: 'org.freedesktop.DBus', path: '/org/freedesktop/DBus', interface: 'org.freedesktop.DBus' }
      const answer = await bus.call(new Message({ ...daemon, member: 'ListNames' }))
      const names = (answer?.body[0] ?? []) as string[]
      return names.filter(one => one.startsWith(':') && !tellers.has(one))
    },
  }
}
