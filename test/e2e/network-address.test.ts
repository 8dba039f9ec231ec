/** The window at an address of the network, without encryption, as a person may have configured it: browsers take some of their functions away. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { closeBrowser, openWindow } from '../helpers/browser.ts'
import { networkAddress } from '../helpers/network-address.ts'
import { startProduct } from '../helpers/product.ts'

afterAll(closeBrowser)

test('a job is pushed, run again, and its id copied', async () => {
  const product = await startProduct()
  await product.drover(['config', 'set', 'web.address', networkAddress()])
  const { page, problems } = await openWindow(product)
  problems.expect(/Cross-Origin-Opener-Policy header has been ignored/)
  await page.getByText('1 of 1 host').waitFor()
  expect(await page.evaluate(() => [isSecureContext, typeof crypto.randomUUID, typeof navigator.clipboard])).toEqual([
    false,
    'undefined',
    'undefined',
  ])
  const folder = join(product.home.dir, 'project')
  mkdirSync(folder)
  await page.keyboard.press('n')
  await page.getByLabel(/^Folder/).fill(folder)
  await page.getByLabel('Command', { exact: true }).fill('echo hello')
  await page.keyboard.press('Control+Enter')
  await page.waitForURL(/#\/jobs\/[0-9a-f-]{36}/)
  await page.getByText('done [0]').first().waitFor()
  const [job] = await product.jobs()
  await page.getByRole('button', { name: 'copy the job’s id' }).click()
  await page.getByText(`Copied ${job?.id}`).waitFor()
  await page.keyboard.press('Control+k')
  await page.keyboard.press('Control+v')
  expect(await page.getByRole('dialog').getByRole('combobox').inputValue()).toBe(job?.id)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Run again', exact: true }).click()
  await page.waitForURL(url => url.hash.startsWith('#/jobs/') && !url.hash.includes(job?.id ?? '?'))
  expect(await product.jobs()).toHaveLength(2)
})
