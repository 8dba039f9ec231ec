/** The push dialog and the palette, by keyboard only, on a real core and a real sshd host. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { axeFindings } from '../helpers/axe.ts'
import { closeBrowser, openWindow } from '../helpers/browser.ts'
import { type Product, startProduct } from '../helpers/product.ts'
import { startSshd } from '../helpers/sshd.ts'
import { waitFor } from '../helpers/wait.ts'

afterAll(closeBrowser)

/** A folder with a Makefile, and one file that git would ignore. */
function makeProject(product: Product): string {
  const folder = join(product.home.dir, 'projects/app')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'Makefile'), 'hello:\n\t@echo hello\n')
  writeFileSync(join(folder, '.gitignore'), '*.tmp\n')
  writeFileSync(join(folder, 'x.tmp'), 'x')
  return folder
}

test('a folder is pushed by keyboard only: path, command, Ctrl Enter, and the job’s page; ↑ recalls it', async () => {
  const sshd = await startSshd()
  const product = await startProduct({ box: sshd })
  const folder = makeProject(product)
  const { page } = await openWindow(product)
  await page.getByText('2 of 2 hosts').waitFor()
  await page.keyboard.press('n')
  await page.keyboard.type('~/projects/app')
  await page.getByText('2 files', { exact: false }).waitFor()
  await page.getByText('1 path ignored').waitFor()
  await page.getByRole('button', { name: 'make hello' }).waitFor()
  await page.getByRole('option', { name: /^Auto: (box|local)$/ }).waitFor({ state: 'attached' })
  expect(await axeFindings(page)).toEqual([])
  await page.getByLabel('Command', { exact: true }).focus()
  await page.keyboard.type('make hello')
  await page.getByLabel('Host', { exact: true }).selectOption('box')
  await page.keyboard.press('Control+Enter')
  await page.waitForURL(/#\/jobs\/[0-9a-f-]{36}/)
  const [job] = await product.jobs()
  expect(job).toMatchObject({ host: 'box', folder, command: { line: 'make hello' }, isSynced: true })
  await product.reaches(job?.id ?? '', 'ended')

  await page.locator('body').press('Escape')
  await page.getByRole('banner').getByRole('button', { name: 'Push folder' }).click()
  await page.getByLabel(/^Folder/).fill(folder)
  await page.getByText('↑ history').waitFor()
  await page.getByLabel('Command', { exact: true }).press('ArrowUp')
  expect(await page.getByLabel('Command', { exact: true }).inputValue()).toBe('make hello')
})

test('what is wrong stands beside its field, and what was typed is kept when the dialog closes', async () => {
  const product = await startProduct()
  const { page } = await openWindow(product)
  await page.getByText('1 of 1 host').waitFor()
  await page.keyboard.press('n')
  await page.getByLabel(/^Folder/).fill('/no/such/folder')
  await page.keyboard.press('Control+Enter')
  await page.getByRole('alert').getByText('What is to be run there?').waitFor()
  await page.getByLabel('Command', { exact: true }).fill('make')
  await page.keyboard.press('Control+Enter')
  await page.getByRole('alert').getByText('There is no folder /no/such/folder').waitFor()
  // Who types fast opens it again at once.
  await Promise.all([page.keyboard.press('Escape'), page.keyboard.press('n')])
  expect(await page.getByLabel('Command', { exact: true }).inputValue()).toBe('make')
  expect(await page.getByLabel(/^Folder/).inputValue()).toBe('/no/such/folder')
  await page.getByRole('checkbox', { name: 'Send the folder' }).uncheck()
  await page.getByLabel(/^Folder/).fill('')
  await page.getByLabel('Command', { exact: true }).fill('true')
  await page.getByLabel('Command', { exact: true }).press('Enter')
  await page.waitForURL(/#\/jobs\/[0-9a-f-]{36}/)
})

test('a dialog gives the focus back to what opened it, by Escape and by its button', async () => {
  const product = await startProduct()
  const { page } = await openWindow(product)
  await page.getByText('1 of 1 host').waitFor()
  const opener = page.getByRole('banner').getByRole('button', { name: 'Add host' })
  const closings = [() => page.keyboard.press('Escape'), () => page.getByRole('button', { name: 'Cancel' }).click()]
  for (const close of closings) {
    await opener.press('Enter')
    await page.getByLabel('Connection').waitFor()
    await close()
    await page.locator('dialog').waitFor({ state: 'detached' })
    expect(await opener.evaluate(element => element === document.activeElement)).toBe(true)
  }
})

test('the palette: find, arrows, Enter; a running job is stopped only after its question', async () => {
  const product = await startProduct()
  const { page } = await openWindow(product)
  await page.getByText('1 of 1 host').waitFor()
  await page.keyboard.press('Control+k')
  await page.keyboard.type('settin')
  await page.getByRole('option', { name: 'Settings', selected: true }).waitFor()
  expect(await axeFindings(page)).toEqual([])
  await page.keyboard.press('Enter')
  await page.waitForURL(/#\/settings$/)
  await page.keyboard.press('/')
  expect(await page.getByRole('listbox').getByRole('option').first().textContent()).toContain('Settings')
  await page.keyboard.press('Escape')

  const id = await product.running(['-n', '--on', 'local', '--', 'sleep 4321'])
  await page.getByText('1 job running').waitFor()
  await page.keyboard.press('Control+k')
  await page.keyboard.type(`stop ${id.slice(0, 8)}`)
  await page.getByRole('option', { name: 'Stop: sleep 4321', selected: true }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('option', { name: 'No', selected: true }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('option', { name: 'Stop: sleep 4321' }).waitFor()
  expect((await product.job(id)).state).toBe('running')
  await page.keyboard.press('Enter')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await product.reaches(id, 'ended')
})

test('keys do nothing while one types, and go to views while one does not', async () => {
  const product = await startProduct()
  const { page } = await openWindow(product)
  await page.getByText('1 of 1 host').waitFor()
  for (const [key, place] of [
    ['h', 'hosts'],
    ['j', 'jobs'],
    ['s', 'settings'],
    ['o', ''],
  ] as const) {
    await page.keyboard.press('g')
    await page.keyboard.press(key)
    await waitFor(() => page.url().endsWith(`#/${place}`), { what: `the view ${place}` })
  }
  await page.getByRole('banner').getByRole('button', { name: 'Add host' }).click()
  await page.getByLabel('Connection').pressSequentially('gn?')
  expect(await page.getByLabel('Connection').inputValue()).toBe('gn?')
})
