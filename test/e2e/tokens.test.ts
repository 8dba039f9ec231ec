/** Tokens for programs that read the metrics, in the window's settings: made, used, listed, revoked. */
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { axeFindings } from '../helpers/axe.ts'
import { closeBrowser, openWindow } from '../helpers/browser.ts'
import { networkAddress } from '../helpers/network-address.ts'
import { startProduct } from '../helpers/product.ts'
import { waitFor } from '../helpers/wait.ts'

afterAll(closeBrowser)

const PICTURES = process.env.DROVER_TEST_PICTURES

test('a token is made and shown once, opens the metrics, is listed with its use, and revoked when that was asked for', async () => {
  const product = await startProduct()
  await product.drover(['token', 'add', 'earlier'])
  const { page, address } = await openWindow(product)
  await page.goto(`${address}/#/settings`)
  const tokens = page.getByRole('group', { name: 'Metrics tokens' })
  await tokens.getByText('earlier').waitFor()

  await tokens.getByLabel('New token for').fill('two words')
  await tokens.getByLabel('New token for').press('Enter')
  await tokens.getByRole('alert').getByText('is 1 to 63 letters').waitFor()
  await tokens.getByLabel('New token for').fill('earlier')
  await tokens.getByRole('button', { name: 'Make a token' }).click()
  await tokens.getByRole('alert').getByText('There is a token named earlier').waitFor()
  await tokens.getByLabel('New token for').fill('graphs')
  await tokens.getByLabel('New token for').press('Enter')
  const made = tokens.getByRole('status')
  await made.getByText('It is not shown again').waitFor()
  await made.getByText('Only this computer reaches that address').waitFor()
  expect(await axeFindings(page)).toEqual([])
  for (const colorScheme of PICTURES ? (['dark', 'light'] as const) : []) {
    await page.emulateMedia({ colorScheme })
    await tokens.scrollIntoViewIfNeeded()
    await page.screenshot({ path: join(PICTURES ?? '', `tokens-${colorScheme}.png`) })
  }

  const secret = (await made.getByRole('code').textContent()) ?? ''
  const url = (await made.getByText(/^http.*\/metrics$/).textContent()) ?? ''
  const read = () => fetch(url, { headers: { authorization: `Bearer ${secret}` } })
  expect(await (await read()).text()).toContain('drover_host_up')
  const row = tokens.getByRole('listitem').filter({ hasText: 'graphs' })
  await page.reload()
  await row.getByText('last used').waitFor()
  expect(await tokens.getByText(secret).count()).toBe(0)

  await row.getByRole('button', { name: 'Revoke graphs…' }).click()
  expect((await product.call('token.list', {})).tokens).toHaveLength(2)
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
  await row.waitFor({ state: 'detached' })
  expect((await read()).status).toBe(401)
  expect((await product.call('token.list', {})).tokens).toMatchObject([{ name: 'earlier' }])
})

test('a token for an address that other computers reach comes with a warning', async () => {
  const product = await startProduct()
  await product.drover(['config', 'set', 'web.address', networkAddress()])
  const { page, address, problems } = await openWindow(product)
  problems.expect(/Cross-Origin-Opener-Policy header has been ignored/)
  await page.goto(`${address}/#/settings`)
  const tokens = page.getByRole('group', { name: 'Metrics tokens' })
  await tokens.getByLabel('New token for').fill('graphs')
  await tokens.getByLabel('New token for').press('Enter')
  await tokens.getByRole('status').getByText('not encrypted').waitFor()
  await waitFor(async () => (await product.call('token.list', {})).tokens.length === 1)
})
