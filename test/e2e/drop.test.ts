/** A folder dropped on the window, in a real browser, onto a real core and a real host. */
import { randomBytes } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { JobView } from '../../src/shared/domain.ts'
import { axeFindings } from '../helpers/axe.ts'
import { closeBrowser, openWindow } from '../helpers/browser.ts'
import { drag, dropOn } from '../helpers/drag.ts'
import { git, listTree, makeTree } from '../helpers/folder-tree.ts'
import { openProduct, type Product, startProduct } from '../helpers/product.ts'
import { type Sshd, startSshd } from '../helpers/sshd.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { waitFor } from '../helpers/wait.ts'

let box: Sshd
let product: Product
beforeAll(async () => {
  box = await startSshd()
  product = await openProduct({ box })
  await product.drover(['host', 'default', 'box'])
})
afterAll(async () => {
  await product.close()
  await closeBrowser()
  await box.stop()
})

type Page = Awaited<ReturnType<typeof openWindow>>['page']

const WHOLE = 'All of it is with the core'

function newFolder(name: string): string {
  const folder = join(temporaryFolder(), name)
  mkdirSync(folder)
  return folder
}

/** Presses Push with a command, and gives the job when it has ended. */
async function push(page: Page, line: string): Promise<JobView> {
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Command', { exact: true }).fill(line)
  await dialog.getByText(WHOLE).waitFor()
  await dialog.getByLabel('Command', { exact: true }).press('Enter')
  return await pushed(page)
}

/** Waits until the folder is being sent, and keeps it so: the core stands still until the function that is given is called. */
async function holdSending(page: Page): Promise<() => void> {
  await page.getByRole('progressbar').waitFor()
  await page.getByText('to send').waitFor()
  const pid = product.corePid()
  process.kill(pid, 'SIGSTOP')
  const goOn = () => void process.kill(pid, 'SIGCONT')
  onTestFinished(goOn)
  return goOn
}

/** The job that the dialog led to, when it has ended. */
async function pushed(page: Page): Promise<JobView> {
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  const id = /#\/jobs\/([0-9a-f-]{36})/.exec(page.url())?.[1] ?? ''
  return await product.reaches(id, 'ended')
}

describe('a folder', () => {
  test('is dropped, told of, pushed; it arrives byte by byte, and what git ignores never leaves the page', async () => {
    const folder = newFolder('project')
    makeTree(folder, {
      '.gitignore': '*.o\nnode_modules/\n',
      'run.sh': '#!/bin/sh\necho "it ran"\n',
      'src/main.c': 'int main;\n',
      'src/main.o': 'object',
      'kept.o': 'tracked',
      'private.txt': 'excluded',
      'node_modules/a/index.js': 'a',
      'empty/': '',
      'déjà vu\u202e.txt': 'odd',
    })
    const bytes = randomBytes(3 * 1024 * 1024)
    writeFileSync(join(folder, 'src/data.bin'), bytes)
    git(folder, 'init', '-q')
    git(folder, 'add', '-f', 'kept.o')
    writeFileSync(join(folder, '.git/info/exclude'), 'private.txt\n')
    symlinkSync('.', join(folder, 'loop'))
    const { page } = await openWindow(product)
    await page.getByText('2 of 2 hosts').waitFor()
    const held = await drag(page, [folder])
    await page.getByText('Drop a folder to push it').waitFor()
    expect(await axeFindings(page)).toEqual([])
    await held.drop()
    const dialog = page.getByRole('dialog', { name: /Push project/ })
    await dialog.getByText(WHOLE).waitFor()
    await dialog.getByText('6 files · 3.1 MB').waitFor()
    await dialog.getByText('3 files ignored by git stay where they are').waitFor()
    await dialog.getByRole('button', { name: 'Show why' }).click()
    await dialog.getByText('.gitignore:2: node_modules/').waitFor()
    await dialog.getByText('.git/info/exclude:1: private.txt').waitFor()
    expect(await axeFindings(page)).toEqual([])

    const job = await push(page, './run.sh')
    expect(job).toMatchObject({ host: 'box', outcome: 'exited', exitCode: 0 })
    expect((await product.drover(['logs', job.id])).stdout).toContain('it ran')
    const there = listTree(job.workdir ?? '')
    expect([...there.keys()].sort()).toEqual(
      [
        '.gitignore',
        'd\xc3\xa9j\xc3\xa0 vu\xe2\x80\xae.txt',
        'empty',
        'kept.o',
        'run.sh',
        'src',
        'src/data.bin',
        'src/main.c',
      ].sort(),
    )
    expect(there.get('run.sh')).toMatch(/^file 755 /)
    expect(readFileSync(join(job.workdir ?? '', 'src/data.bin')).equals(bytes)).toBe(true)
    const staging = job.folder ?? ''
    expect(existsSync(join(staging, 'src/main.o'))).toBe(false)
    expect(existsSync(join(staging, 'private.txt'))).toBe(false)
    expect(existsSync(join(staging, '.git'))).toBe(false)

    // Again, with one file changed: only that file travels, what was run is recalled, and the job before has what it had.
    writeFileSync(join(folder, 'src/main.c'), 'int changed;\n')
    await dropOn(page, folder)
    await dialog.getByText('↑ history').waitFor()
    await dialog.getByLabel('Command', { exact: true }).press('ArrowUp')
    expect(await dialog.getByLabel('Command', { exact: true }).inputValue()).toBe('./run.sh')
    const again = await push(page, 'cat src/main.c')
    expect(statSync(join(again.folder ?? '', 'src/data.bin')).ino).toBe(statSync(join(staging, 'src/data.bin')).ino)
    expect((await product.drover(['logs', again.id])).stdout).toContain('int changed;')
    expect(readFileSync(join(staging, 'src/main.c'), 'utf8')).toBe('int main;\n')
  })

  test('of 20,000 files comes whole, and the page stays awake', async () => {
    const folder = newFolder('many')
    for (let index = 0; index < 20_000; index += 1) {
      if (index % 100 === 0) mkdirSync(join(folder, `d${index / 100}`))
      writeFileSync(join(folder, `d${Math.floor(index / 100)}/f${index}`), `content ${index}\n`)
    }
    const { page } = await openWindow(product)
    await page.getByText('2 of 2 hosts').waitFor()
    await dropOn(page, folder)
    await page.getByRole('dialog').getByText(WHOLE).waitFor({ timeout: 90_000 })
    const job = await push(page, 'find . -type f | wc -l; cat d*/f* | cksum')
    const { stdout } = await product.drover(['logs', job.id])
    expect(stdout).toContain('20000')
    expect(readFileSync(join(job.workdir ?? '', 'd199/f19999'), 'utf8')).toBe('content 19999\n')
  })
})

test('while it is sent the command and the host are chosen; pressed early, it is pushed when it is here', async () => {
  const folder = newFolder('early')
  makeTree(folder, { Makefile: 'hello:\n\t@echo hello\n' })
  writeFileSync(join(folder, 'data'), randomBytes(200 * 1024 * 1024))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const { page } = await openWindow(product)
  await page.getByText('2 of 2 hosts').waitFor()
  await dropOn(page, folder)
  const dialog = page.getByRole('dialog', { name: /Push early/ })
  const command = dialog.getByLabel('Command', { exact: true })
  const goOn = await holdSending(page)
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
  goOn()
  const job = await pushed(page)
  expect(job).toMatchObject({ host: 'local', exitCode: 0, command: { line: 'wc -c < data' } })
  expect((await product.drover(['logs', job.id])).stdout.trim()).toBe(String(200 * 1024 * 1024))
})

test('what the browser cannot read is named, and the rest comes', async () => {
  const folder = newFolder('lossy')
  makeTree(folder, { 'src/read': '1' })
  writeFileSync(Buffer.from(`${folder}/src/caf\xe9`, 'latin1'), 'not UTF-8')
  mkdirSync(Buffer.from(`${folder}/folder\xe9`, 'latin1'))
  const { page } = await openWindow(product)
  await page.getByText('2 of 2 hosts').waitFor()
  await dropOn(page, folder)
  const dialog = page.getByRole('dialog', { name: /Push lossy/ })
  const lost = dialog.getByRole('region', { name: '2 entries could not be read' })
  await lost.getByText('src/(a name that the browser cannot read)').waitFor()
  await lost.getByText('(a name that the browser cannot read)', { exact: true }).waitFor()
  await dialog.getByText('Links and the rights of files do not come along').waitFor()
  expect((await push(page, 'cat src/read')).exitCode).toBe(0)
})

test('what can be run in it is found when all of it is here; another dialog in between loses nothing', async () => {
  const folder = newFolder('tools')
  makeTree(folder, { Makefile: 'hello:\n\t@echo hello\n', 'odd folder/x': 'x' })
  const { page } = await openWindow(product)
  await page.getByText('2 of 2 hosts').waitFor()
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
  const job = await pushed(page)
  expect((await product.drover(['logs', job.id])).stdout).toContain('hello')
})

for (const colorScheme of ['dark', 'light'] as const) {
  test(`the dialog of a drop has no findings of axe, on its way, whole and failed, ${colorScheme}`, async () => {
    const folder = newFolder('seen')
    makeTree(folder, { '.gitignore': '*.o\n', 'a.o': 'o', 'a.c': 'a' })
    writeFileSync(join(folder, 'data'), randomBytes(150 * 1024 * 1024))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const { page } = await openWindow(product, { colorScheme })
    await page.getByText('2 of 2 hosts').waitFor()
    await dropOn(page, folder)
    const dialog = page.getByRole('dialog', { name: /Push seen/ })
    const goOn = await holdSending(page)
    expect(await axeFindings(page)).toEqual([])
    goOn()
    await dialog.getByText(WHOLE).waitFor()
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
    expect((await push(page, 'cat a')).exitCode).toBe(0)
  })
}

test('a big file: cancelled in the midst, dropped again it goes on; so does one whose core is killed', async () => {
  const own = await startProduct({ box })
  const folder = newFolder('big')
  const bytes = randomBytes(300 * 1024 * 1024)
  writeFileSync(join(folder, 'data'), bytes)
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const { page, problems } = await openWindow(own)
  problems.expect(/WebSocket connection to .* failed/)
  await page.getByText('2 of 2 hosts').waitFor()
  const parts = () => partBytes(own.home.dir)
  await dropOn(page, folder)
  await waitFor(() => parts() > 20 * 1024 * 1024, { timeoutMs: 30_000, what: 'some of it to be there' })
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
  await page.getByText('If you drop big again, it goes on').waitFor()
  const kept = await waitFor(() => parts() > 0 && parts())

  await dropOn(page, folder)
  await waitFor(() => parts() > kept + 20 * 1024 * 1024, { timeoutMs: 30_000, what: 'more of it to be there' })
  await own.killCore()
  await page.getByText('Waiting for the core').waitFor()
  const beforeStart = parts()
  expect(beforeStart).toBeGreaterThan(kept)
  await own.status()
  await page.getByRole('dialog').getByText(WHOLE).waitFor({ timeout: 60_000 })
  const staged = join(own.home.dir, '.cache/drover/drops')
  const key = readdirSync(staged).find(name => /^[0-9a-f]{24}-/.test(name)) ?? ''
  expect(readFileSync(join(staged, key, 'big/data')).equals(bytes)).toBe(true)
})

/** Of the one file whose parts are on the core's disk. */
function partBytes(home: string): number {
  const drops = join(home, '.cache/drover/drops')
  if (!existsSync(drops)) return 0
  const sizes = readdirSync(drops)
    .filter(name => /^\.[0-9a-f]{24}-/.test(name))
    .flatMap(name => {
      const folder = join(drops, name, 'parts')
      return existsSync(folder) ? readdirSync(folder).map(part => readFileSync(join(folder, part)).length) : []
    })
  return Math.max(0, ...sizes)
}

describe('several things', () => {
  test('one clear question; all in one folder', async () => {
    const parent = temporaryFolder()
    makeTree(parent, { 'one/a': '1', 'two/a': '2', 'loose.txt': '3' })
    const { page } = await openWindow(product)
    await page.getByText('2 of 2 hosts').waitFor()
    await dropOn(page, join(parent, 'one'), join(parent, 'two'), join(parent, 'loose.txt'))
    const question = page.getByRole('dialog', { name: 'You dropped 3 things' })
    await question.waitFor()
    expect(await axeFindings(page)).toEqual([])
    await question.getByRole('button', { name: 'All in one folder' }).click()
    const job = await push(page, 'cat one/a two/a loose.txt')
    expect((await product.drover(['logs', job.id])).stdout).toContain('123')
  })

  test('each as a job of its own: one dialog after the other', async () => {
    const parent = temporaryFolder()
    makeTree(parent, { 'one/a': '1', 'two/a': '2' })
    const { page } = await openWindow(product)
    await page.getByText('2 of 2 hosts').waitFor()
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
    const { page } = await openWindow(product)
    await page.getByText('2 of 2 hosts').waitFor()
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
    expect((await push(page, 'grep 2 a')).exitCode).toBe(0)
    const commands = (await product.jobs()).map(({ command }) => command)
    expect(commands).toContainEqual({ line: 'test -f a' })
  })

  test('files alone: a folder is made of them', async () => {
    const parent = temporaryFolder()
    makeTree(parent, { 'train.py': 'print(1)' })
    const { page } = await openWindow(product)
    await page.getByText('2 of 2 hosts').waitFor()
    await dropOn(page, join(parent, 'train.py'))
    await page.getByRole('dialog', { name: /Push train/ }).waitFor()
    expect((await push(page, 'test -f train.py')).exitCode).toBe(0)
  })
})

test('without a mouse: a folder is chosen; and on one machine its path will do', async () => {
  const folder = newFolder('chosen')
  makeTree(folder, { '.gitignore': '*.o\n', 'a.c': 'a', 'a.o': 'o', 'b/c': 'c' })
  const { page } = await openWindow(product)
  await page.getByText('2 of 2 hosts').waitFor()
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
  const job = await push(page, 'ls')
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
  const byPath = await pushed(page)
  expect(byPath).toMatchObject({ folder, command: { line: 'ls' } })
})
