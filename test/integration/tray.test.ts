/** The tray of a whole core, in a real panel: what it shows, what a real pointer does there, and a panel that is started again. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { entryText, writeEntry } from '../helpers/app-host.ts'
import { connectClient } from '../helpers/bus-client.ts'
import { makeBrowsers } from '../helpers/fake-browser.ts'
import { type PanelDesktop, SCREEN, startPanelDesktop } from '../helpers/panel.ts'
import { isAlive } from '../helpers/processes.ts'
import { type Product, startProduct } from '../helpers/product.ts'
import { type Sshd, startSshd } from '../helpers/sshd.ts'
import { trayOn } from '../helpers/tray.ts'
import { waitFor } from '../helpers/wait.ts'

/** Where the panel has it. */
const icon = { x: SCREEN.width - 12, y: 16 }
/** Of an entry in the menu, in pixels. */
const ROW = 25

async function startWith(
  desktop: PanelDesktop,
  hosts: Readonly<Record<string, Sshd>> = {},
): Promise<{ product: Product; browser: ReturnType<typeof makeBrowsers> }> {
  const { DBUS_SESSION_BUS_ADDRESS, DISPLAY, WAYLAND_DISPLAY, XDG_RUNTIME_DIR } = desktop.env
  const env = { DBUS_SESSION_BUS_ADDRESS, DISPLAY, WAYLAND_DISPLAY: join(XDG_RUNTIME_DIR, WAYLAND_DISPLAY) }
  const product = await startProduct(hosts, { path: home => `${home}/programs:${process.env.PATH}`, env })
  const browser = makeBrowsers(join(product.home.dir, 'programs'), { chromium: 'exec sleep 60' })
  return { product, browser }
}

/** A panel may not have read yet what we have told it, and then shows what it knew, for as long as it is open. */
async function openMenu(desktop: PanelDesktop, rows: number): Promise<void> {
  await waitFor(
    async () => {
      await desktop.click(icon.x, icon.y, 3)
      if (await desktop.hasMenuAt(icon.x - 20, icon.y + rows * ROW - 10)) return true
      await desktop.click(100, SCREEN.height - 50)
      return false
    },
    { what: `a menu of ${rows} entries`, timeoutMs: 20_000 },
  )
}

test('a real pointer opens the window and stops a job; a panel that is started again shows the tray again', async () => {
  const desktop = await startPanelDesktop()
  await desktop.startPanel('dark')
  const { product, browser } = await startWith(desktop)
  const client = connectClient(desktop.env.DBUS_SESSION_BUS_ADDRESS)
  await product.drover(['daemon', 'start'])
  const { labels } = await trayOn(client)
  await desktop.showsSomethingAt(icon.x, icon.y)
  await openMenu(desktop, 2)
  await desktop.click(icon.x - 40, icon.y + 17)
  expect((await browser.started('chromium')).args[0]).toMatch(/^--app=file:/)

  const job = await product.running(['-n', '--', 'sleep 1000'])
  await waitFor(async () => (await labels()).includes('sleep 1000 on local'))
  await openMenu(desktop, 3)
  // Its submenu opens beside it, where there is room: to the left.
  await desktop.move(icon.x - 40, icon.y + 17)
  const left = await desktop.leftEdgeOfMenu(icon.x - 40, icon.y + 3)
  expect(await desktop.hasMenuAt(left - 20, icon.y + ROW + 5)).toBe(true)
  await desktop.move(left - 20, icon.y + 17)
  await desktop.move(left - 21, icon.y + ROW + 17)
  await desktop.click(left - 20, icon.y + ROW + 17)
  expect(await product.reaches(job, 'ended')).toMatchObject({ outcome: 'stopped' })

  await desktop.killPanel()
  await desktop.startPanel('light')
  await desktop.showsSomethingAt(icon.x, icon.y)
  const pictures = process.env.DROVER_TEST_PICTURES
  if (pictures) {
    mkdirSync(pictures, { recursive: true })
    await product.drover(['push', '-d', '-n', '--', 'exit 3'])
    await product.running(['-n', '--', 'sleep 1000'])
    await waitFor(async () => (await labels()).includes('Needs you'))
    for (const theme of ['light', 'dark'] as const) {
      await desktop.killPanel()
      await product.drover(['config', 'set', 'tray.panel', theme])
      await desktop.startPanel(theme)
      await desktop.showsSomethingAt(icon.x, icon.y)
      await openMenu(desktop, 5)
      await desktop.picture(join(pictures, `tray-${theme}.png`), '540,0 360x200')
    }
  }
})

test('a real pointer launches an app of the menu on the host that it chooses, and its window is there', async () => {
  const desktop = await startPanelDesktop()
  await desktop.startPanel('dark')
  const box = await startSshd()
  const { product } = await startWith(desktop, { box })
  const color = 'd03060'
  const entry = entryText({ Name: 'Field', Exec: `foot -o colors.background=${color}` })
  for (const home of [box.home, product.home.dir]) writeEntry(home, 'field.desktop', entry)
  await product.call('app.refresh', {})
  await waitFor(async () => (await product.call('app.list', { query: 'field' })).apps[0]?.hosts.length === 2, { what: 'the app' })
  await product.drover(['favourite', 'add', 'field'])
  const { labels, choose } = await trayOn(connectClient(desktop.env.DBUS_SESSION_BUS_ADDRESS))
  await waitFor(async () => (await labels())[0] === 'Field')
  await desktop.showsSomethingAt(icon.x, icon.y)
  await openMenu(desktop, 3)
  await desktop.move(icon.x - 40, icon.y + 17)
  // The best host, this computer, the other.
  const left = await desktop.leftEdgeOfMenu(icon.x - 40, icon.y + 3)
  expect(await desktop.hasMenuAt(left - 20, icon.y + 2 * ROW + 5)).toBe(true)
  await desktop.move(left - 20, icon.y + 17)
  await desktop.move(left - 21, icon.y + 2 * ROW + 17)
  await desktop.click(left - 20, icon.y + 2 * ROW + 17)
  await desktop.showsColorAt(SCREEN.width / 2, SCREEN.height - 50, color)
  const [job, ...others] = await product.jobs()
  expect([job, others]).toMatchObject([{ kind: 'app', host: 'box', state: 'running' }, []])

  // What runs stands there too, and is ended from there.
  await choose('foot', 'Stop')
  expect(await product.reaches(job?.id ?? '', 'ended')).toMatchObject({ outcome: 'stopped' })
})

test('what the menu offers is done: log, run again, dismiss, and quit; by the config there is none', async () => {
  const desktop = await startPanelDesktop()
  const { product, browser } = await startWith(desktop)
  const client = connectClient(desktop.env.DBUS_SESSION_BUS_ADDRESS)
  await product.drover(['push', '-d', '-n', '--', 'exit 3'])
  const tray = await trayOn(client)
  await waitFor(async () => (await tray.labels()).includes('exit 3 failed on local'))
  await tray.choose('exit 3', 'Log')
  const [failed] = await product.jobs()
  expect((await browser.started('chromium')).page).toContain(`to=/jobs/${failed?.id}/log`)
  await tray.choose('exit 3', 'Run again')
  await waitFor(async () => (await product.jobs()).filter(job => job.state === 'ended').length === 2)
  // The one that failed first is as good as seen; of the other the menu may not know yet.
  await waitFor(async () => {
    await tray.choose('exit 3', 'Dismiss').catch(() => undefined)
    return (await tray.labels())[0] === 'Open Drover'
  })

  await product.drover(['config', 'set', 'tray.show', 'false'])
  await waitFor(async () => !(await client.names()).includes(tray.item), { what: 'the tray to go' })
  await product.drover(['config', 'set', 'tray.show', 'true'])
  const again = await trayOn(client)
  const pid = product.corePid()
  await again.choose('Quit Drover')
  await waitFor(() => !isAlive(pid), { what: 'the core to end' })
})
