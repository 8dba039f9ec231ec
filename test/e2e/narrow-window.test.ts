/** The window where there is little room, with names that want much: nothing lies outside of its place, and what matters is there. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { axeFindings } from '../helpers/axe.ts'
import { closeBrowser, openWindow } from '../helpers/browser.ts'
import { startProduct } from '../helpers/product.ts'
import { startSshd } from '../helpers/sshd.ts'

afterAll(closeBrowser)

const HOST = 'a-host-whose-name-goes-on-and-on-and-on'
const WIDTHS = [900, 640, 480]

test('long names in every view: at no width is a page or a view wider than its place', async () => {
  const sshd = await startSshd()
  const product = await startProduct({ [HOST]: sshd })
  const folder = join(product.home.dir, 'a folder of long names')
  mkdirSync(folder)
  writeFileSync(join(folder, `${'n'.repeat(200)}.txt`), '')
  const { job } = await product.call('job.push', {
    command: { line: `echo שלום ${'x'.repeat(300)}; exit 1` },
    folder,
    sync: true,
    host: HOST,
    pull: ['no-such-file'],
    terminal: null,
  })
  await product.reaches(job.id, 'ended')
  const { page, address } = await openWindow(product)
  await page.getByText('2 of 2 hosts').waitFor()
  const views = {
    '#/': 'Needs you',
    '#/jobs': 'done [1]',
    [`#/jobs/${job.id}/log`]: 'This is the end',
    [`#/jobs/${job.id}/files`]: 'was not brought back',
    [`#/jobs/${job.id}/resources`]: 'Most memory',
    '#/hosts': HOST,
    [`#/hosts/${HOST}`]: 'copies of folders',
    '#/settings': 'Keep files of ended jobs',
  }
  const tooWide: string[] = []
  for (const [hash, sign] of Object.entries(views)) {
    await page.goto(`${address}/${hash}`)
    await page.locator('.view').getByText(sign).first().waitFor()
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 700 })
      for (const what of await widerThanItsPlace(page)) tooWide.push(`${what} of ${hash} at ${width}`)
    }
    expect(await axeFindings(page)).toEqual([])
  }
  expect(tooWide).toEqual([])
  // Half of a small screen: icons only, and they say to a screen reader what they are.
  await page.getByRole('banner').getByRole('button', { name: 'Push folder' }).waitFor()
  await page.goto(`${address}/#/jobs`)
  await page
    .getByRole('row', { name: /done \[1\]/ })
    .getByText('not pulled')
    .waitFor()
  await page.getByRole('row', { name: /done \[1\]/ }).click()
  await page.getByRole('heading', { name: /^echo/ }).waitFor()
})

/** The page itself, the view, and what has a border of its own in it. */
async function widerThanItsPlace(page: Page): Promise<string[]> {
  return await page.evaluate(() =>
    [...document.querySelectorAll('html, .view, .card, .notice, .table-frame, .jobs-scroll')]
      .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
      .map(({ className, tagName }) => className || tagName),
  )
}
