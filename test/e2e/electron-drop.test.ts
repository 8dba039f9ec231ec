/**
 * Folders dropped on the window in Electron: the preload tells where they are, so nothing of them is copied. On Electron where its program
 * is installed, and on the stand-in for it, which is told by the test what a path is.
 */
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { drag } from '../helpers/drag.ts'
import { realElectron, STAND_IN, startElectron } from '../helpers/electron-app.ts'
import { makeTree } from '../helpers/folder-tree.ts'
import { type Product, startProduct } from '../helpers/product.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { waitFor } from '../helpers/wait.ts'

const BACK_ENDS = [
  { name: 'the stand-in for Electron', program: STAND_IN },
  { name: 'Electron (skipped where its program is not installed)', program: realElectron() },
]

for (const { name, program } of BACK_ENDS) {
  describe.skipIf(program === null)(name, () => suite(program ?? ''))
}

function suite(program: string): void {
  const open = async (product: Product): Promise<Page> => {
    const { page } = await startElectron(program, product)
    await page
      .getByText(/\d of \d hosts?/)
      .first()
      .waitFor()
    return page
  }
  const drop = async (page: Page, ...paths: string[]): Promise<void> => {
    if (program === STAND_IN) await tellPaths(page, paths)
    await (await drag(page, paths)).drop()
  }

  test('a folder is pushed from where it is, with its links, and nothing of it is copied', async () => {
    const product = await startProduct()
    const folder = join(temporaryFolder(), 'project')
    makeTree(folder, { 'a b/c': 'x' })
    symlinkSync('a b/c', join(folder, 'link'))
    const page = await open(product)
    await drop(page, folder)
    await page.getByRole('dialog', { name: `Push ${folder}` }).waitFor()
    await page.getByText('nothing ignored').waitFor()
    await page.getByLabel('Command', { exact: true }).fill('readlink link')
    await page.getByLabel('Command', { exact: true }).press('Control+Enter')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    const [job] = await product.jobs()
    expect(job).toMatchObject({ folder, isSynced: true })
    await product.reaches(job?.id ?? '', 'ended')
    expect((await product.drover(['logs', job?.id ?? ''])).stdout).toContain('a b/c')
    expect(dropped(product)).toEqual([])
  })

  test('several folders: the question, and each has its turn by its path; files alone come as a folder', async () => {
    const product = await startProduct()
    const parent = temporaryFolder()
    makeTree(parent, { 'one/a': '1', 'two/a': '2', 'train.py': 'print(1)' })
    const page = await open(product)
    await drop(page, join(parent, 'one'), join(parent, 'two'))
    await page.getByRole('button', { name: 'Each folder as a job' }).click()
    await page.getByRole('dialog', { name: `Push ${join(parent, 'one')}` }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog', { name: `Push ${join(parent, 'two')}` }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(dropped(product)).toEqual([])
    await drop(page, join(parent, 'train.py'))
    const dialog = page.getByRole('dialog', { name: /Push train/ })
    await dialog.getByText('All of it is with the core').waitFor()
    await waitFor(() => dropped(product).length === 1)
  })
}

/** Names of the folders that were brought to the core by their contents. */
function dropped(product: Product): string[] {
  const drops = join(product.home.dir, '.cache/drover/drops')
  mkdirSync(drops, { recursive: true })
  return readdirSync(drops).filter(name => /^[0-9a-f]/.test(name))
}

/** What Electron knows by itself. To the preload's world, since no page could. */
async function tellPaths(page: Page, paths: readonly string[]): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const worlds: number[] = []
  session.on('Runtime.executionContextCreated', ({ context }) => {
    if (context.name === 'electron-preload') worlds.push(context.id)
  })
  await session.send('Runtime.enable')
  const known = JSON.stringify(Object.fromEntries(paths.map(path => [basename(path), path])))
  await waitFor(() => worlds.length > 0, { what: "the preload's world" })
  for (const contextId of worlds)
    await session.send('Runtime.evaluate', { contextId, expression: `globalThis.standInPaths = ${known}` })
  await session.detach()
}
