/** The settings of notifications and tray in the window, and what was seen there in the tray. */
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { axeFindings } from '../helpers/axe.ts'
import { closeBrowser, openWindow } from '../helpers/browser.ts'
import { connectClient } from '../helpers/bus-client.ts'
import { startBus } from '../helpers/message-bus.ts'
import { startProduct } from '../helpers/product.ts'
import { waitFor } from '../helpers/wait.ts'

afterAll(closeBrowser)

test('hosts are muted by a tick, quiet hours are typed, and what is no time is said; what was dismissed needs nobody in the tray', async () => {
  const { address: bus } = await startBus()
  const product = await startProduct({}, { env: { DBUS_SESSION_BUS_ADDRESS: bus } })
  const { code } = await product.drover(['push', '-n', '--', 'exit 3'])
  expect(code).toBe(3)
  const client = connectClient(bus)
  const item = await waitFor(async () => (await client.names()).find(name => name.startsWith('org.kde.StatusNotifierItem-')))
  const toolTip = async () => {
    const get = 'org.freedesktop.DBus.Properties.Get'
    const answer = await client.call(item, '/StatusNotifierItem', get, 'ss', ['org.kde.StatusNotifierItem', 'ToolTip'])
    return JSON.stringify(answer)
  }
  await waitFor(async () => (await toolTip()).includes('1 thing needs you'))

  const { page } = await openWindow(product)
  await page.getByRole('button', { name: 'Dismiss' }).click()
  await waitFor(async () => (await toolTip()).includes('Nothing runs'), { what: 'the tray to be calm' })

  await page.evaluate(() => {
    location.hash = '#/settings'
  })
  const setting = async (key: string) => (await product.drover(['config', 'get', key])).stdout.trim()
  const muted = page.getByRole('group', { name: 'Muted hosts' })
  await muted.getByLabel('local').click()
  await waitFor(async () => (await setting('notifications.muted_hosts')).includes('local'))
  const from = page.getByLabel('Quiet from')
  await from.fill('25:00')
  await from.press('Enter')
  await page.getByText('must be a time of the day, as 22:30').waitFor()
  await from.fill('22:30')
  await from.press('Enter')
  await waitFor(async () => (await setting('notifications.quiet_from')) === '22:30')
  await muted.getByLabel('local').click()
  await waitFor(async () => (await setting('notifications.muted_hosts')) === '[]')
  expect(await axeFindings(page)).toEqual([])
  const pictures = process.env.DROVER_TEST_PICTURES
  for (const colorScheme of pictures ? (['dark', 'light'] as const) : []) {
    await page.emulateMedia({ colorScheme })
    await page.getByRole('group', { name: 'Tray' }).scrollIntoViewIfNeeded()
    await page.screenshot({ path: join(pictures ?? '', `settings-${colorScheme}.png`) })
  }
})
