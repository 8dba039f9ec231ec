/** The dialog of a dropped folder, in a real browser: what it says and takes while the folder is on its way, and when several things come. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { axeFindings } from '../helpers/axe.ts'
import { closeBrowser } from '../helpers/browser.ts'
import { drag, dropOn } from '../helpers/drag.ts'
import { holdSending, newFolder, openReady, push, pushed, SENT_WITHIN, WHOLE } from '../helpers/drop-page.ts'
import { makeTree } from '../helpers/folder-tree.ts'
import { openOnBox, type Product } from '../helpers/product.ts'
import { openSlowLine } from '../helpers/slow-line.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'

/** Some seconds on a slow line: enough for the core to be held while they are sent. */
const HELD_BYTES = 8 * 1024 * 1024
const SLOW = 2_000_000
const FAST = 200_000_000

let product: Product
let close: () => Promise<void>
beforeAll(async () => {
  ;({ product, close } = await openOnBox())
})
afterAll(async () => {
  await close()
  await closeBrowser()
})

test('while it is sent the command and the host are chosen; pressed early, it is pushed when it is here', async () => {
  const folder = newFolder('early')
  makeTree(folder, { Makefile: 'hello:\n\t@echo hello\n' })
  writeFileSync(join(folder, 'data'), randomBytes(HELD_BYTES))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const line = await openSlowLine({ bytesPerSecond: FAST, delayMs: 0 })
  const page = await openReady(product, { proxy: line.proxy })
  line.setSpeed(SLOW)
  await dropOn(page, folder)
  const dialog = page.getByRole('dialog', { name: /Push early/ })
  const command = dialog.getByLabel('Command', { exact: true })
  const goOn = await holdSending({ page, product })
  expect(await command.evaluate(element => element === document.activeElement)).toBe(true)
  await dialog.getByRole('button', { name: 'Push when it is here' }).click()
  await dialog.getByRole('alert').getByText('What is to be run there?').waitFor()
  await command.focus()
  await page.keyboard.type('wc -c < data')
  await dialog.getByLabel('Host', { exact: true }).selectOption('local')
  await dialog.getByLabel('Command', { exact: true }).press('Control+Enter')
  const awaited = dialog.getByRole('button', { name: 'Pushes when it is here' })
  await awaited.click()
  await dialog.getByRole('button', { name: 'Push when it is here' }).click()
  await awaited.waitFor()
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').waitFor()
  await page.keyboard.press('Escape')
  await awaited.waitFor()
  expect(page.url()).not.toContain('#/jobs/')
  line.setSpeed(FAST)
  goOn()
  const job = await pushed({ page, product })
  expect(job).toMatchObject({ host: 'local', exitCode: 0, command: { line: 'wc -c < data' } })
  expect((await product.drover(['logs', job.id])).stdout.trim()).toBe(String(HELD_BYTES))
})

test('what the browser cannot read is named, and the rest comes', async () => {
  const folder = newFolder('lossy')
  makeTree(folder, { 'src/read': '1' })
  writeFileSync(Buffer.from(`${folder}/src/caf\xe9`, 'latin1'), 'not UTF-8')
  mkdirSync(Buffer.from(`${folder}/folder\xe9`, 'latin1'))
  const page = await openReady(product)
  await dropOn(page, folder)
  const dialog = page.getByRole('dialog', { name: /Push lossy/ })
  const lost = dialog.getByRole('region', { name: '2 entries could not be read' })
  await lost.getByText('src/(a name that the browser cannot read)').waitFor()
  await lost.getByText('(a name that the browser cannot read)', { exact: true }).waitFor()
  await dialog.getByText('Links and the rights of files do not come along').waitFor()
  expect((await push({ page, product }, 'cat src/read')).exitCode).toBe(0)
})

test('what can be run in it is found when all of it is here; another dialog in between loses nothing', async () => {
  const folder = newFolder('tools')
  makeTree(folder, { Makefile: 'hello:\n\t@echo hello\n', 'odd folder/x': 'x' })
  const page = await openReady(product)
  await dropOn(page, folder)
  const dialog = page.getByRole('dialog', { name: /Push tools/ })
  await dialog.getByText(WHOLE).waitFor()
  await dialog.getByRole('button', { name: 'make hello' }).click()
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').waitFor()
  await page.keyboard.press('Escape')
  await dialog.getByText(WHOLE).waitFor()
  expect(await dialog.getByLabel('Command', { exact: true }).inputValue()).toBe('make hello')
  await dialog.getByLabel('Command', { exact: true }).press('Control+Enter')
  const job = await pushed({ page, product })
  expect((await product.drover(['logs', job.id])).stdout).toContain('hello')
})

for (const colorScheme of ['dark', 'light'] as const) {
  test(`the dialog of a drop has no findings of axe, on its way, whole and failed, ${colorScheme}`, async () => {
    const folder = newFolder('seen')
    makeTree(folder, { '.gitignore': '*.o\n', 'a.o': 'o', 'a.c': 'a' })
    writeFileSync(join(folder, 'data'), randomBytes(HELD_BYTES))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const line = await openSlowLine({ bytesPerSecond: FAST, delayMs: 0 })
    const page = await openReady(product, { colorScheme, proxy: line.proxy })
    line.setSpeed(SLOW)
    await dropOn(page, folder)
    const dialog = page.getByRole('dialog', { name: /Push seen/ })
    const goOn = await holdSending({ page, product })
    expect(await axeFindings(page)).toEqual([])
    line.setSpeed(FAST)
    goOn()
    await dialog.getByText(WHOLE).waitFor(SENT_WITHIN)
    await dialog.getByRole('button', { name: 'Show why' }).click()
    expect(await axeFindings(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Cancel' }).click()

    // In the place of the folder where drops stand is something else.
    const drops = join(product.home.dir, '.cache/drover/drops')
    renameSync(drops, `${drops}.away`)
    writeFileSync(drops, '')
    const giveBack = () => {
      if (!existsSync(`${drops}.away`)) return
      rmSync(drops)
      renameSync(`${drops}.away`, drops)
    }
    onTestFinished(giveBack)
    const refused = newFolder('refused')
    makeTree(refused, { a: '1' })
    await dropOn(page, refused)
    await page
      .getByRole('dialog', { name: /Push refused/ })
      .getByRole('alert')
      .waitFor()
    expect(await axeFindings(page)).toEqual([])
    giveBack()
    await page.getByRole('button', { name: 'Try again' }).click()
    expect((await push({ page, product }, 'cat a')).exitCode).toBe(0)
  })
}

describe('several things', () => {
  test('one clear question; all in one folder', async () => {
    const parent = temporaryFolder()
    makeTree(parent, { 'one/a': '1', 'two/a': '2', 'loose.txt': '3' })
    const page = await openReady(product)
    await dropOn(page, join(parent, 'one'), join(parent, 'two'), join(parent, 'loose.txt'))
    const question = page.getByRole('dialog', { name: 'You dropped 3 things' })
    await question.waitFor()
    expect(await axeFindings(page)).toEqual([])
    await question.getByRole('button', { name: 'All in one folder' }).click()
    const job = await push({ page, product }, 'cat one/a two/a loose.txt')
    expect((await product.drover(['logs', job.id])).stdout).toContain('123')
  })

  test('each as a job of its own: one dialog after the other', async () => {
    const parent = temporaryFolder()
    makeTree(parent, { 'one/a': '1', 'two/a': '2' })
    const page = await openReady(product)
    await dropOn(page, join(parent, 'one'), join(parent, 'two'))
    await page.getByRole('button', { name: 'Each folder as a job' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Push one').waitFor()
    await dialog.getByText('After this one: 1 more folder').waitFor()
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await dialog.getByText('Push two').waitFor()
    await dialog.getByText('After this one').waitFor({ state: 'detached' })
  })

  test('another one dropped while the first is pushed: it is said where it goes, and waits for its turn', async () => {
    const parent = temporaryFolder()
    makeTree(parent, { 'first/a': '1', 'next/a': '2' })
    const page = await openReady(product)
    await dropOn(page, join(parent, 'first'))
    await page.getByRole('dialog', { name: /Push first/ }).waitFor()
    const held = await drag(page, [join(parent, 'next')])
    const zone = page.locator('.drop-zone')
    await zone.waitFor()
    expect(await zone.evaluate(element => element.matches(':popover-open'))).toBe(true)
    await held.drop()
    await page.getByText('After this one: 1 more folder').waitFor()
    await page.getByLabel('Command', { exact: true }).fill('test -f a')
    await page.getByLabel('Command', { exact: true }).press('Enter')
    await page.getByRole('dialog', { name: /Push next/ }).waitFor()
    expect((await push({ page, product }, 'grep 2 a')).exitCode).toBe(0)
    const commands = (await product.jobs()).map(({ command }) => command)
    expect(commands).toContainEqual({ line: 'test -f a' })
  })

  test('files alone: a folder is made of them', async () => {
    const parent = temporaryFolder()
    makeTree(parent, { 'train.py': 'print(1)' })
    const page = await openReady(product)
    await dropOn(page, join(parent, 'train.py'))
    await page.getByRole('dialog', { name: /Push train/ }).waitFor()
    expect((await push({ page, product }, 'test -f train.py')).exitCode).toBe(0)
  })
})

test('without a mouse: a folder is chosen; and on one machine its path will do', async () => {
  const folder = newFolder('chosen')
  makeTree(folder, { '.gitignore': '*.o\n', 'a.c': 'a', 'a.o': 'o', 'b/c': 'c' })
  const page = await openReady(product)
  const choosing = page.waitForEvent('filechooser')
  await page.keyboard.press('n')
  await page
    .getByRole('dialog')
    .getByLabel(/^Folder/)
    .press('Tab')
  await page.getByRole('button', { name: 'Choose folder' }).press('Enter')
  await (await choosing).setFiles(folder)
  const dialog = page.getByRole('dialog', { name: /Push chosen/ })
  await dialog.getByText(WHOLE).waitFor()
  await dialog.getByText('3 files').waitFor()
  const job = await push({ page, product }, 'ls')
  expect(job.folder).toContain('/drover/drops/')

  const held = newFolder('big')
  writeFileSync(join(held, 'data'), randomBytes(30 * 1024 * 1024))
  await dropOn(page, held)
  await page
    .getByRole('dialog', { name: /Push big/ })
    .getByLabel('Command', { exact: true })
    .fill('ls')
  await page.getByRole('button', { name: 'Give its path instead' }).click()
  await page.getByLabel(/^Folder/).pressSequentially(folder)
  await page.getByRole('dialog', { name: `Push ${folder}` }).waitFor()
  await page.getByLabel('Command', { exact: true }).press('Enter')
  const byPath = await pushed({ page, product })
  expect(byPath).toMatchObject({ folder, command: { line: 'ls' } })
})
