/** The tray's object on a real message bus, as a panel asks it: what it says, what it tells, and what it does with nonsense. */
import { spawn } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { DBusError, Variant } from '@jellybrick/dbus-next'
import { expect, onTestFinished, test } from 'vitest'
import { TrayBus } from '../../src/main/shell/freedesktop/tray-bus.ts'
import { type TrayAction, type TrayState, trayView } from '../../src/main/shell/tray-model.ts'
import { type BusClient, connectClient } from '../helpers/bus-client.ts'
import { startBus } from '../helpers/message-bus.ts'
import { waitFor } from '../helpers/wait.ts'

const NOTHING: TrayState = { needs: [], apps: [], jobs: [], hosts: [], leaving: '', panel: 'dark' }
const NEED = { id: 'job:1', label: 'make_all failed', route: '/jobs/1', jobId: '1' }
const MENU = 'com.canonical.dbusmenu'

type Entry = { id: number; label: string; children: Entry[] }
type Node = [number, Record<string, Variant>, Variant<Node>[]]

function openTray(address: () => string | undefined) {
  const clicked: TrayAction[] = []
  const logged: string[] = []
  const onClick = (action: TrayAction) => void clicked.push(action)
  const tray = new TrayBus({ address, onClick, log: message => void logged.push(message), againMs: 50 })
  onTestFinished(() => tray.close())
  return { tray, clicked, logged }
}

/** As soon as it is there. */
async function itemOn(client: BusClient): Promise<string> {
  return await waitFor(async () => (await client.names()).find(name => name.startsWith('org.kde.StatusNotifierItem-')), {
    what: 'the item',
  })
}

async function layout(client: BusClient, item: string): Promise<Entry> {
  const [, root] = await client.call(item, '/MenuBar', `${MENU}.GetLayout`, 'iias', [0, -1, []])
  const entry = ([id, properties, children]: Node): Entry => ({
    id,
    label: String(properties.label?.value ?? properties.type?.value ?? ''),
    children: children.map(child => entry(child.value)),
  })
  return entry(root as Node)
}

function property(client: BusClient, item: string, name: string): Promise<unknown> {
  const get = 'org.freedesktop.DBus.Properties.Get'
  return client
    .call(item, '/StatusNotifierItem', get, 'ss', ['org.kde.StatusNotifierItem', name])
    .then(([value]) => (value as Variant).value)
}

test('a panel reads icon, words and menu, is told of what is different and of nothing else, and a click is heard', async () => {
  const { address } = await startBus()
  const { tray, clicked } = openTray(() => address)
  tray.show(trayView(NOTHING))
  const client = connectClient(address)
  const item = await itemOn(client)
  expect(await property(client, item, 'Status')).toBe('Active')
  const icons = (await property(client, item, 'IconPixmap')) as [number, number, Buffer][]
  expect(icons.map(([width, height]) => [width, height])).toEqual([16, 22, 24, 32, 48, 64].map(size => [size, size]))
  for (const [width, height, argb] of icons) expect(argb.length).toBe(width * height * 4)
  expect(await property(client, item, 'ToolTip')).toEqual(['', [], 'Drover', 'Nothing runs'])

  const ofMenu = await client.listen('/MenuBar')
  const ofItem = await client.listen('/StatusNotifierItem')
  tray.show(trayView({ ...NOTHING, needs: [NEED] }))
  await waitFor(() => ofItem.includes('NewToolTip'))
  expect(ofMenu).toEqual(['LayoutUpdated'])
  expect(ofItem).toEqual(['NewIcon', 'NewAttentionIcon', 'NewStatus', 'NewToolTip'])
  expect(await property(client, item, 'Status')).toBe('NeedsAttention')
  const menu = await layout(client, item)
  expect(menu.children.map(entry => entry.label)).toEqual([
    'Needs you',
    'make__all failed',
    'separator',
    'Open Drover',
    'Quit Drover',
  ])
  // The same once more says nothing; another word in the same place is told as that.
  tray.show(trayView({ ...NOTHING, needs: [NEED] }))
  tray.show(trayView({ ...NOTHING, needs: [{ ...NEED, label: 'make failed' }] }))
  await waitFor(() => ofMenu.length > 1)
  expect(ofMenu.slice(1)).toEqual(['ItemsPropertiesUpdated'])
  expect(ofItem).toHaveLength(4)

  const log = menu.children[1]?.children.find(entry => entry.label === 'Log')
  await client.call(item, '/MenuBar', `${MENU}.Event`, 'isvu', [log?.id, 'clicked', new Variant('s', ''), 0])
  await client.call(item, '/StatusNotifierItem', 'org.kde.StatusNotifierItem.Activate', 'ii', [1, 1])
  await waitFor(() => clicked.length === 2)
  expect(clicked).toEqual([
    { type: 'open', route: '/jobs/1/log' },
    { type: 'open', route: '/' },
  ])
  tray.show(null)
  await waitFor(async () => !(await client.names()).includes(item), { what: 'the item to go' })
})

test('nonsense is answered or refused, and harms nothing; a click on what is gone hits nothing else', async () => {
  const { address } = await startBus()
  const { tray, clicked, logged } = openTray(() => address)
  tray.show(trayView({ ...NOTHING, needs: [NEED] }))
  const client = connectClient(address)
  const item = await itemOn(client)
  const ask = (member: string, signature: string, ...body: unknown[]) =>
    client.call(item, '/MenuBar', `${MENU}.${member}`, signature, body)
  const open = (await layout(client, item)).children[1]?.children[0]?.id ?? 0
  tray.show(trayView({ ...NOTHING, needs: [{ ...NEED, id: 'job:2' }] }))
  const click = (id: number) => [id, 'clicked', new Variant('s', ''), 0]
  await ask('Event', 'isvu', ...click(open))
  for (const id of [-1, 0, 2 ** 31 - 1]) await ask('Event', 'isvu', ...click(id))
  expect(await ask('EventGroup', 'a(isvu)', [click(open), click(99_999)])).toEqual([[open, 99_999]])
  const many = Array.from({ length: 100_000 }, (_, id) => id)
  expect(((await ask('GetGroupProperties', 'aias', many, []))[0] as unknown[]).length).toBeLessThan(30)
  expect(((await ask('AboutToShowGroup', 'ai', many))[1] as unknown[]).length).toBeLessThanOrEqual(1_000)
  await expect(ask('GetLayout', 'iias', 12_345, -1, [])).rejects.toThrow(DBusError)
  await expect(ask('GetProperty', 'is', 0, 'constructor')).rejects.toThrow(DBusError)
  await expect(ask('Nonsense', '')).rejects.toThrow(DBusError)
  await expect(ask('Event', 's', 'x')).rejects.toThrow(DBusError)
  const set = 'org.freedesktop.DBus.Properties.Set'
  const title = ['org.kde.StatusNotifierItem', 'Title', new Variant('s', 'x')]
  await expect(client.call(item, '/StatusNotifierItem', set, 'ssv', title)).rejects.toThrow(DBusError)
  expect(await property(client, item, 'Title')).toBe('Drover')
  expect(clicked).toEqual([])
  expect(logged).toEqual([])
})

test('without a bus it is said once; a bus that goes away and comes again is found', async () => {
  let address: string | undefined
  const { tray, logged } = openTray(() => address)
  tray.show(trayView(NOTHING))
  tray.desktopChanged()
  expect(logged).toEqual([])
  const bus = await startBus()
  address = bus.address
  tray.desktopChanged()
  await itemOn(connectClient(bus.address))
  await bus.kill()
  await waitFor(() => logged.length > 0, { what: 'the loss to be told' })
  const path = bus.address.slice('unix:path='.length)
  rmSync(path, { force: true })
  const again = spawn('dbus-daemon', ['--session', '--nofork', '--nopidfile', `--address=${bus.address}`], { stdio: 'ignore' })
  onTestFinished(() => void again.kill('SIGKILL'))
  await waitFor(() => existsSync(path), { what: 'the next bus' })
  await itemOn(connectClient(bus.address))
  // That it is gone, and that it is not there: once each, however often it was looked for.
  expect(new Set(logged).size).toBe(1)
  expect(logged.length).toBeLessThanOrEqual(2)
})
