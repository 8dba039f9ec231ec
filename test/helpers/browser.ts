/** The window as a person has it in a browser: Debian's Chromium on the page that a real core serves. */
import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { onTestFinished } from 'vitest'
import type { Product } from './product.ts'
import { askAddress, takeOwnPort } from './web.ts'

const CHROMIUM = '/usr/bin/chromium'

/** Mistakes that the page made: any of them fails the test at its end, save those a test expects, before or after. */
export type PageProblems = { all: string[]; expect(pattern: RegExp): void }
export type Window = { page: Page; context: BrowserContext; problems: PageProblems; address: string }

let shared: Promise<Browser> | undefined
const ported = new WeakSet<Product>()
/** What Chromium says of a machine without a graphics card, and xterm of one that is busy. */
const OF_THE_MACHINE = /GPU stall due to ReadPixels|task queue exceeded allotted deadline/

/** Opens the window signed in, by the one-time address the core gives. It ends with the test. */
export async function openWindow(product: Product, options: BrowserContextOptions = {}): Promise<Window> {
  // The port of the config is one for all products of this machine: a core that comes back would find it taken.
  if (!ported.has(product)) await takeOwnPort(product)
  ported.add(product)
  const { address, url } = await askAddress(product)
  const { page, context, problems } = await openPage(options)
  await page.goto(url)
  return { page, context, problems, address }
}

/** A page of a browser profile of its own. */
export async function openPage(options: BrowserContextOptions = {}): Promise<Omit<Window, 'address'>> {
  shared ??= launchBrowser()
  const browser = await shared
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: 'dark', ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  const problems = collectProblems(page)
  onTestFinished(async () => {
    await context.close()
    if (problems.all.length > 0) throw new Error(`The page had problems:\n${problems.all.join('\n')}`)
  })
  return { page, context, problems }
}

/** One for all tests of a file; each has a profile of its own in it. @throws {Error} naming the package that is missing. */
export async function launchBrowser(): Promise<Browser> {
  if (!existsSync(CHROMIUM)) throw new Error('Chromium is not installed: scripts/setup-debian.sh installs the package chromium')
  return await chromium.launch({
    executablePath: CHROMIUM,
    // As on desktops: where the locale knows no UTF-8, Chromium cannot read the names of many files.
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
    // The sandbox needs user namespaces, which containers and CI often lack. Only tests go without it.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  })
}

/** For `afterAll`. */
export async function closeBrowser(): Promise<void> {
  await (await shared)?.close()
  shared = undefined
}

function collectProblems(page: Page): PageProblems {
  const expected = [OF_THE_MACHINE]
  const all: string[] = []
  const add = (text: string) => {
    if (!expected.some(pattern => pattern.test(text))) all.push(text)
  }
  page.on('pageerror', error => add(`uncaught: ${error.stack ?? error.message}`))
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning') add(`${message.type()}: ${message.text()}`)
  })
  return {
    all,
    expect: pattern => {
      expected.push(pattern)
      all.splice(0, all.length, ...all.filter(text => !pattern.test(text)))
    },
  }
}
