/** The browser's clock is not the core's: ages and durations are those of the core all the same. */
import type { Page } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { closeBrowser, openWindow } from '../helpers/browser.ts'
import { startProduct } from '../helpers/product.ts'
import { waitFor } from '../helpers/wait.ts'

afterAll(closeBrowser)

const DAY_MS = 24 * 3_600_000

test.each([
  { clock: 'a day ahead', byMs: DAY_MS },
  { clock: 'a day behind', byMs: -DAY_MS },
])('a browser whose clock is $clock shows ages by the core’s clock', async ({ byMs }) => {
  const product = await startProduct()
  const failed = await product.drover(['push', '--on', 'local', '-n', '--', 'exit 3'])
  expect(failed.code).toBe(3)
  const id = await product.running(['--on', 'local', '-n', '--', 'sleep 1000'])
  const { page, address } = await openWindow(product)
  await isSignedIn(page)
  await page.clock.install({ time: Date.now() + byMs })
  await page.reload()
  await page.getByText(/core \S+ · up \d+ (s|min)$/).waitFor()
  await page.getByText(/· \d+ (s|min) ago/).waitFor()
  await page.goto(`${address}/#/jobs/${id}/resources`)
  const duration = page.getByText(/^0:00:\d\d$/).first()
  await duration.waitFor()
  const before = await duration.textContent()
  await waitFor(async () => (await duration.textContent()) !== before, { what: 'the duration to go on' })
  // What has run for a minute is asked about first.
  await page.getByRole('button', { name: 'Stop' }).click()
  await page.getByText('stopped').first().waitFor()
})

test('a browser whose clock is set while the window is open goes on as if it was not', async () => {
  const product = await startProduct()
  const { page } = await openWindow(product)
  await isSignedIn(page)
  await page.clock.install()
  await page.reload()
  await page.getByText(/core \S+ · up \d+ (s|min)$/).waitFor()
  await page.clock.setSystemTime(Date.now() + DAY_MS)
  const up = await page.getByText(/· up \d+ (s|min)$/).textContent()
  await waitFor(async () => (await page.getByText(/· up \d+ (s|min)$/).textContent()) !== up, { what: 'the age to go on' })
})

/** A page that is loaded again while its token is on the way has lost it. */
async function isSignedIn(page: Page): Promise<void> {
  await page.getByText(/core \S+ · up/).waitFor()
}
