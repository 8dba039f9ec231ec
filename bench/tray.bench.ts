/**
 * tray: from a click on an entry of the tray's menu, as a panel sends it over the session bus, to the command's being received; against a
 * server of the same menu that does nothing but receive it.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Message, type MessageBus, interface as service, sessionBus, Variant } from '@jellybrick/dbus-next'
import { TrayBus } from '../src/main/shell/freedesktop/tray-bus.ts'
import { trayView } from '../src/main/shell/tray-model.ts'
import { waitFor } from '../test/helpers/wait.ts'
import { against, againstAim, type BenchRow, percentile, range } from './bench.ts'
import { interleaved } from './measure.ts'

export const names = ['tray', 'tray:floor']

const CLICKS = 200
const BARE = 'org.drover.Bench'
const MENU = 'com.canonical.dbusmenu'

export async function bench(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'drover-bench-'))
  const address = `unix:path=${join(folder, 'bus')}`
  const daemon = spawn('dbus-daemon', ['--session', '--nofork', '--nopidfile', `--address=${address}`], { stdio: 'ignore' })
  let received: () => void = () => undefined
  const tray = new TrayBus({ address: () => address, onClick: () => received(), log: () => undefined })
  try {
    await waitFor(() => existsSync(join(folder, 'bus')), { what: 'the bus' })
    tray.show(trayView({ needs: [], apps: [], jobs: JOBS, hosts: [], leaving: '', panel: 'dark' }))
    const bare = await serveBare(address, () => received())
    const panel = sessionBus({ busAddress: address })
    const item = await waitFor(async () => (await namesOn(panel)).find(name => name.startsWith('org.kde.StatusNotifierItem-')))
    const entry = await lastEntry(panel, item)
    const click = (destination: string, id: number) => () =>
      new Promise<number>((resolve, reject) => {
        const from = performance.now()
        received = () => resolve(performance.now() - from)
        ask(panel, destination, 'Event', 'isvu', [id, 'clicked', new Variant('s', ''), 0]).catch(reject)
      })
    const figures = await interleaved({ ours: click(item, entry), peer: click(BARE, entry) }, { n: CLICKS, warmUps: 20 })
    for (const bus of [bare, panel]) bus.disconnect()
    const row = { unit: 'ms', better: 'lower' } as const
    const ours = percentile(figures.ours, 0.95)
    return [
      againstAim({ ...row, name: 'tray', unit: 'ms (p95)', ours, aim: 20, n: CLICKS, spread: range(figures.ours) }),
      against({ ...row, name: 'tray:floor', aim: 2, peerCommand: 'a bare com.canonical.dbusmenu', ...figures }),
    ]
  } finally {
    tray.close()
    daemon.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
}

const JOBS = Array.from({ length: 20 }, (_, index) => ({
  id: `job-${index}`,
  kind: 'push' as const,
  command: { line: `sleep ${index}` },
  host: 'box',
  state: 'running' as const,
  unknownSince: null,
}))

async function serveBare(address: string, onEvent: () => void): Promise<MessageBus> {
  const bus = sessionBus({ busAddress: address })
  class Bare extends service.Interface {
    Event(): void {
      onEvent()
    }
  }
  Bare.configureMembers({ methods: { Event: { inSignature: 'isvu', outSignature: '' } } })
  // As in src/main/shell/freedesktop/bus-object.ts.
  bus.export(
    '/MenuBar',
    Object.assign(new Bare(MENU), { $methods: Bare.prototype.$methods ?? {}, $properties: {}, $signals: {} }),
  )
  await bus.requestName(BARE, 0)
  return bus
}

async function ask(bus: MessageBus, destination: string, member: string, signature: string, body: unknown[]): Promise<unknown[]> {
  const answer = await bus.call(new Message({ destination, path: '/MenuBar', interface: MENU, member, signature, body }))
  return answer?.body ?? []
}

async function namesOn(bus: MessageBus): Promise<string[]> {
  const daemon = { destination: 'org.freedesktop.DBus', path: '/org/freedesktop/DBus', interface: 'org.freedesktop.DBus' }
  return ((await bus.call(new Message({ ...daemon, member: 'ListNames' })))?.body[0] ?? []) as string[]
}

async function lastEntry(bus: MessageBus, item: string): Promise<number> {
  const [, root] = await ask(bus, item, 'GetLayout', 'iias', [0, 1, []])
  const [, , children] = root as [number, unknown, Variant<[number]>[]]
  return children.at(-1)?.value[0] ?? 0
}
