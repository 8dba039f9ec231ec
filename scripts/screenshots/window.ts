/** Takes the pictures of the window, in both themes: all views of a core with hosts, the dashboard, and the first start. */
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { launchBrowser } from '../../test/helpers/browser.ts'
import { openProduct, type Product } from '../../test/helpers/product.ts'
import { waitFor } from '../../test/helpers/wait.ts'
import { takeOwnPort } from '../../test/helpers/web.ts'
import type { Flock } from './flock.ts'
import { shrinkPng } from './small-png.ts'
import { type Shot, shotsOf } from './views.ts'

export const THEMES = ['light', 'dark'] as const
const SIZE = { width: 1280, height: 800 }
/** So many samples, one every 2 s, make a line that can be seen. */
const SAMPLES = 100
/** Of an ssh config whose hosts are nowhere: they are offered, and not asked. */
const KNOWN_TO_SSH = `Host barn
  HostName barn.example.org
Host mill
  HostName mill.example.org
  User miller
`

export async function shootWindow(flock: Flock, folder: string): Promise<void> {
  const browser = await launchBrowser()
  try {
    for (const colorScheme of THEMES) {
      const page = await pageOf(browser, flock.product, colorScheme)
      await hasLines(page)
      for (const shot of shotsOf(flock)) await shoot(page, shot, join(folder, `${shot.name}-${colorScheme}.png`))
      const looking = await pageOf(browser, flock.product, colorScheme, 'web.dashboard')
      await looking.getByText('read only').waitFor()
      const dashboard: Shot = {
        name: 'dashboard',
        route: '/metrics',
        sign: page => page.locator('[aria-busy=false] .chart').last(),
      }
      await shoot(looking, dashboard, join(folder, `dashboard-${colorScheme}.png`))
    }
    await shootFirstStart(browser, folder)
  } finally {
    await browser.close()
  }
}

async function shootFirstStart(browser: Browser, folder: string): Promise<void> {
  const product = await openProduct({}, { sshConfig: KNOWN_TO_SSH })
  try {
    await takeOwnPort(product)
    for (const colorScheme of THEMES) {
      const page = await pageOf(browser, product, colorScheme)
      const shot: Shot = { name: 'first-start', route: '/', sign: at => at.getByText('mill', { exact: true }) }
      await shoot(page, shot, join(folder, `first-start-${colorScheme}.png`))
    }
  } finally {
    await product.close()
  }
}

/** A page of a profile of its own, signed in. */
async function pageOf(
  browser: Browser,
  product: Product,
  colorScheme: 'light' | 'dark',
  door: 'web.dashboard' | 'window.open' = 'window.open',
): Promise<Page> {
  const { url } = await (door === 'window.open' ? product.call(door, { display: null }) : product.call(door, {}))
  if (url === null) throw new Error(`${door} gave no address`)
  // Nothing is caught half on its way.
  const context = await browser.newContext({ viewport: SIZE, colorScheme, locale: 'en-GB', reducedMotion: 'reduce' })
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  await page.goto(url)
  await page
    .locator('.status-bar')
    .getByText(/hosts?$/)
    .waitFor()
  return page
}

async function shoot(page: Page, { name, route, act, sign }: Shot, path: string): Promise<void> {
  try {
    await page.goto(`${new URL(page.url()).origin}/#${route}`)
    await act?.(page)
    await sign(page).waitFor()
    await page.evaluate('document.fonts.ready')
    await page.mouse.move(SIZE.width / 2, SIZE.height - 2)
    await page.screenshot({ path })
    shrinkPng(path)
    // A terminal would take it as typed.
    if (act) await page.keyboard.press('Escape')
    await page.locator('dialog[open]').waitFor({ state: 'detached' })
  } catch (cause) {
    throw new Error(`The picture ${name} could not be taken`, { cause })
  }
}

/** Of all hosts that are connected, some time of their past. */
async function hasLines(page: Page): Promise<void> {
  await waitFor(
    async () => {
      const lines = await page
        .locator('.host-card:not(.away) .host-line path')
        .evaluateAll(all => all.map(one => one.getAttribute('d') ?? ''))
      return lines.length > 0 && lines.every(line => line.split('L').length > SAMPLES)
    },
    { timeoutMs: 600_000, what: `a line of ${SAMPLES} samples of each host` },
  )
}
