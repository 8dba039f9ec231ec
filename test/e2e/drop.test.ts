/** A folder dropped on the window, in a real browser, onto a real core and a real host: what arrives, and how it goes on when it is broken off. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { axeFindings } from '../helpers/axe.ts'
import { closeBrowser, openWindow } from '../helpers/browser.ts'
import { drag, dropOn } from '../helpers/drag.ts'
import { newFolder, openReady, push, WHOLE } from '../helpers/drop-page.ts'
import { git, listTree, makeTree } from '../helpers/folder-tree.ts'
import { openOnBox, type Product, startProduct } from '../helpers/product.ts'
import { openSlowLine } from '../helpers/slow-line.ts'
import { waitFor } from '../helpers/wait.ts'

/** Bytes a second of a line that nobody waits for. */
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
    const page = await openReady(product)
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

    const job = await push({ page, product }, './run.sh')
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
    const again = await push({ page, product }, 'cat src/main.c')
    expect(statSync(join(again.folder ?? '', 'src/data.bin')).ino).toBe(statSync(join(staging, 'src/data.bin')).ino)
    expect((await product.drover(['logs', again.id])).stdout).toContain('int changed;')
    expect(readFileSync(join(staging, 'src/main.c'), 'utf8')).toBe('int main;\n')
  })

  test('of more files than one message tells of comes whole', async () => {
    const folder = newFolder('many')
    const long = 'of-a-long-name-'.repeat(6)
    for (let index = 0; index < 1_500; index += 1) {
      if (index % 100 === 0) mkdirSync(join(folder, `d${index / 100}`))
      writeFileSync(join(folder, `d${Math.floor(index / 100)}/${long}${index}`), `content ${index}\n`)
    }
    const page = await openReady(product)
    await dropOn(page, folder)
    await page.getByRole('dialog').getByText(WHOLE).waitFor({ timeout: 90_000 })
    const job = await push({ page, product }, 'find . -type f | wc -l')
    expect((await product.drover(['logs', job.id])).stdout.trim()).toBe('1500')
    expect(readFileSync(join(job.workdir ?? '', `d14/${long}1499`), 'utf8')).toBe('content 1499\n')
  })
})

test('a big file: cancelled in the midst, dropped again it goes on; so does one whose core is killed', async () => {
  const own = await startProduct()
  const folder = newFolder('big')
  const bytes = randomBytes(24 * 1024 * 1024)
  writeFileSync(join(folder, 'data'), bytes)
  onTestFinished(() => rmSync(folder, { recursive: true }))
  // So slow that there is a midst, on however fast a machine.
  const line = await openSlowLine({ bytesPerSecond: FAST, delayMs: 0 })
  const { page, problems } = await openWindow(own, { proxy: line.proxy })
  problems.expect(/WebSocket connection to .* failed/)
  await page.getByText('1 of 1 host').waitFor()
  line.setSpeed(4_000_000)
  const parts = () => partBytes(own.home.dir)
  await dropOn(page, folder)
  await waitFor(() => parts() > 3_000_000, { timeoutMs: 30_000, what: 'some of it to be there' })
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
  await page.getByText('If you drop big again, it goes on').waitFor()
  const kept = await waitFor(() => parts() > 0 && parts())

  await dropOn(page, folder)
  await waitFor(() => parts() > kept + 3_000_000, { timeoutMs: 30_000, what: 'more of it to be there' })
  await own.killCore()
  await page.getByText('Waiting for the core').waitFor()
  const beforeStart = parts()
  expect(beforeStart).toBeGreaterThan(kept)
  line.setSpeed(FAST)
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
      return existsSync(folder) ? readdirSync(folder).map(part => statSync(join(folder, part)).size) : []
    })
  return Math.max(0, ...sizes)
}
