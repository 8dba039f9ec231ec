/** The palette in a real browser: jobs by their ids, however old; and a job with a terminal gets one again. */
import { afterAll, expect, test } from 'vitest'
import { closeBrowser, openWindow } from '../helpers/browser.ts'
import { startProduct } from '../helpers/product.ts'
import { manyJobs, seedJobs } from '../helpers/seed-jobs.ts'
import { waitFor } from '../helpers/wait.ts'

afterAll(closeBrowser)

test('a typed id finds its job, also one that is older than all this window has; several that fit are named', async () => {
  const product = await startProduct()
  seedJobs(product, manyJobs(2_000, Date.now()))
  const { page, address } = await openWindow(product)
  await page.goto(`${address}/#/jobs`)
  await page.getByText('1,000+').waitFor()
  const field = page.getByRole('combobox', { name: 'Find and do anything' })
  await page.keyboard.press('Control+K')
  await field.fill('00000007')
  await page.getByRole('option', { name: /^make target-7\b/ }).waitFor()
  expect(await page.getByRole('option').count()).toBe(2) // To it, and once more.
  await page.keyboard.press('Enter')
  await waitFor(() => page.url().includes('#/jobs/00000007-'), { what: 'the job to be open' })
  await page.keyboard.press('Control+K')
  await field.fill('0000012')
  await page.getByRole('option', { name: /^make target-120\b/ }).waitFor()
  expect(await page.getByRole('option').count()).toBe(10)
  await field.fill('ffff')
  await page.getByText('Nothing fits.').waitFor()
})

test('a job that had a terminal has one when it is run again', async () => {
  const product = await startProduct()
  const line = 'echo once'
  const terminal = { columns: 80, rows: 24 }
  const { job } = await product.call('job.push', { command: { line }, folder: null, sync: false, host: 'local', terminal })
  await product.reaches(job.id, 'ended')
  const { page } = await openWindow(product)
  await page.getByRole('heading', { name: 'Running' }).waitFor()
  await page.keyboard.press('/')
  await page.getByRole('combobox').fill('again once')
  await page.keyboard.press('Enter')
  await waitFor(() => /#\/jobs\/[0-9a-f-]{36}$/.test(page.url()) && !page.url().includes(job.id), {
    what: 'the new job to be open',
  })
  const again = await waitFor(async () => (await product.jobs()).find(one => one.id !== job.id), { what: 'the new job' })
  expect(again.hasTerminal).toBe(true)
})
