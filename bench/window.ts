/** The window for a bench: the page of the stage's own core in a real Chromium, as a person has it, with a probe in it. */
import type { Browser, CDPSession, Page } from 'playwright-core'
import { launchBrowser } from '../test/helpers/browser.ts'
import type { Product } from '../test/helpers/product.ts'
import { askAddress, takeOwnPort } from '../test/helpers/web.ts'
import { installProbe } from './in-page.ts'
import { installTerminalProbe } from './in-terminal.ts'
import { residentMb } from './measure.ts'

export type BenchWindow = {
  page: Page
  /** Where the page is, without what signs it in. */
  address: string
  /** Of the process that runs the page. */
  rendererMb(): Promise<number>
  /** Objects of the page and the bytes that stand outside of them, after the garbage is gone. */
  heapMb(): Promise<number>
}

const VIEWPORT = { width: 1280, height: 800 }

/** Opens the window, does `work`, and ends the browser however that ends. */
export async function inWindow<T>(product: Product, work: (window: BenchWindow) => Promise<T>): Promise<T> {
  await takeOwnPort(product)
  const { address, url } = await askAddress(product)
  return await inBrowser(async (page, browser) => {
    await page.goto(url)
    const session = await page.context().newCDPSession(page)
    return await work({ page, address, rendererMb: () => rendererMb(browser), heapMb: () => heapMb(session) })
  })
}

export async function inBrowser<T>(work: (page: Page, browser: Browser) => Promise<T>): Promise<T> {
  const browser = await launchBrowser()
  try {
    const page = await browser.newPage({ viewport: VIEWPORT, colorScheme: 'dark' })
    page.setDefaultTimeout(120_000)
    // What it says when it breaks is all one has to go by.
    page.on('pageerror', error => console.error(error))
    await page.addInitScript(installProbe)
    await page.addInitScript(installTerminalProbe)
    return await work(page, browser)
  } finally {
    await browser.close()
  }
}

/** Of those that draw pages the largest is the one with a page in it. */
async function rendererMb(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  await session.detach()
  return Math.max(...processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => residentMb(id)))
}

async function heapMb(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage')
  // The types of the protocol are older than `backingStorageSize`.
  const usage = (await session.send('Runtime.getHeapUsage')) as { usedSize: number; backingStorageSize: number }
  return (usage.usedSize + usage.backingStorageSize) / 2 ** 20
}
