/**
 * The tray by Electron: that it has what the model says, and that what is chosen there is done. On the stand-in, which draws nothing:
 * Electron itself tells nobody which trays there are.
 */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ElectronApplication } from 'playwright-core'
import { expect, test } from 'vitest'
import { STAND_IN_PROGRAM, startElectron } from '../helpers/electron-app.ts'
import { startProduct } from '../helpers/product.ts'
import { waitFor, within } from '../helpers/wait.ts'

type Shown = { toolTip: string; labels: string[]; sizes: number[] }
type StandIn = { all: Set<{ toolTip: string; menu: Electron.Menu; image: { buffers: Buffer[] }; emit(event: string): void }> }

/** Null: there is none. */
function shown(app: ElectronApplication): Promise<Shown | null> {
  return app.evaluate(({ Tray }) => {
    const [tray] = (Tray as unknown as StandIn).all
    if (!tray) return null
    const labels = tray.menu.items.map(({ type, label }) => (type === 'separator' ? '—' : label))
    return { toolTip: tray.toolTip, labels, sizes: tray.image.buffers.map(buffer => buffer.readUInt32BE(16)) }
  })
}

function choose(app: ElectronApplication, ...labels: string[]): Promise<void> {
  return app.evaluate(({ Tray }, path) => {
    const [tray] = (Tray as unknown as StandIn).all
    const find = (menu: Electron.Menu | undefined, [first, ...rest]: readonly string[]): Electron.MenuItem | undefined => {
      const item = menu?.items.find(({ label }) => label === first)
      return rest.length === 0 ? item : find(item?.submenu, rest)
    }
    find(tray?.menu, path)?.click()
  }, labels)
}

test('the tray in Electron says what the core knows; its menu stops a job, opens the window, and ends the app', async () => {
  const product = await startProduct()
  const { app, page, ended } = await startElectron(STAND_IN_PROGRAM, product)
  await waitFor(async () => (await shown(app)) !== null, { what: 'the tray' })
  expect(await shown(app)).toEqual({ toolTip: 'Drover: Nothing runs', labels: ['Open Drover', 'Quit Drover'], sizes: [22, 44] })
  const job = await product.running(['-n', '--', 'sleep 1000 && true'])
  const label = 'sleep 1000 &&&& true on local'
  await waitFor(async () => (await shown(app))?.labels.includes(label), { what: 'the job in the menu' })
  expect((await shown(app))?.labels).toEqual([label, '—', 'Open Drover', 'Quit Drover (1 job goes on on its host)'])
  await choose(app, label, 'Open')
  await page.waitForFunction(hash => location.hash === hash, `#/jobs/${job}`)
  await choose(app, label, 'Stop')
  expect(await product.reaches(job, 'ended')).toMatchObject({ outcome: 'stopped' })

  await product.drover(['config', 'set', 'tray.show', 'false'])
  await waitFor(async () => (await shown(app)) === null, { what: 'the tray to go' })
  await product.drover(['config', 'set', 'tray.show', 'true'])
  await waitFor(async () => (await shown(app)) !== null)
  await choose(app, 'Quit Drover')
  expect(await within(ended, { what: 'the end' })).toBe(0)
})

test('what is chosen in the tray while the page is being loaded is shown when it is there', async () => {
  const product = await startProduct()
  const job = await product.running(['-n', '--', 'exec sleep 1000'])
  const held = join(product.home.dir, 'held')
  writeFileSync(held, '')
  const { app, page } = await startElectron(STAND_IN_PROGRAM, product, { STAND_IN_HELD: held })
  const label = 'exec sleep 1000 on local'
  await waitFor(async () => (await shown(app))?.labels.includes(label), { what: 'the job in the menu' })
  await choose(app, label, 'Open')
  rmSync(held)
  await page.waitForFunction(hash => location.hash === hash, `#/jobs/${job}`)
})
