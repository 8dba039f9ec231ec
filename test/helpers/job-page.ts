/** A job's page in a real browser: on a real core, with a real sshd host named `box`. */
import type { Page } from 'playwright-core'
import type { JobView } from '../../src/shared/domain.ts'
import { closeBrowser, openWindow, type Window } from './browser.ts'
import { openOnBox, type Product, startProduct } from './product.ts'
import { type Sshd, startSshd } from './sshd.ts'
import { waitFor } from './wait.ts'

export type Ground = Window & { product: Product; sshd: Sshd }
type Pushed = { terminal?: boolean; folder?: string; pull?: string[] }

let shared: ReturnType<typeof openOnBox> | undefined

/** A window of its own on what all tests of a file share, which `closeGround` ends. */
export async function makeGround(): Promise<Ground> {
  // What did not come up is tried again by the next test.
  shared ??= openOnBox().catch(error => {
    shared = undefined
    throw error
  })
  const { product, box } = await shared
  return await windowOn(product, box)
}

/** For a test that leaves its host or its config otherwise than it found them. */
export async function makeOwnGround(): Promise<Ground> {
  const sshd = await startSshd()
  return await windowOn(await startProduct({ box: sshd }), sshd)
}

/** For `afterAll`: ends the browser as well. */
export async function closeGround(): Promise<void> {
  await closeBrowser()
  await (await shared)?.close()
  shared = undefined
}

async function windowOn(product: Product, sshd: Sshd): Promise<Ground> {
  const window = await openWindow(product)
  window.problems.expect(/WebSocket connection to .* failed/)
  await window.page.getByText('2 of 2 hosts').waitFor()
  return { ...window, product, sshd }
}

export async function pushJob(
  { product }: Ground,
  line: string,
  { terminal = false, folder, pull = [] }: Pushed = {},
): Promise<JobView> {
  const { job } = await product.call('job.push', {
    command: { line },
    folder: folder ?? null,
    sync: folder !== undefined,
    host: 'box',
    pull,
    terminal: terminal ? { columns: 80, rows: 24 } : null,
  })
  return product.reaches(job.id, 'running', 'ended')
}

export async function openJob({ page, address }: Ground, job: JobView, tab = ''): Promise<void> {
  await page.goto(`${address}/#/jobs/${job.id}${tab === '' ? '' : `/${tab}`}`)
}

/** Opens a job's terminal with its words in the page, where they can be read. */
export async function openTerminal(ground: Ground, job: JobView): Promise<void> {
  const { page } = ground
  await openJob(ground, job, 'terminal')
  await attached(page)
  const reader = page.getByRole('button', { name: 'Screen reader mode' })
  if ((await reader.getAttribute('aria-pressed')) === 'false') await reader.click()
  await page.getByRole('textbox', { name: 'Terminal input' }).focus()
}

export async function attached(page: Page): Promise<void> {
  await page.getByText('Attached. Leaving').waitFor()
}

/** A row of the screen a line. */
export async function screenText(page: Page): Promise<string> {
  return (await page.locator('.xterm-accessibility-tree > *').allTextContents()).join('\n')
}

/** Columns and rows. */
export async function sizeShown(page: Page): Promise<[number, number]> {
  const [columns = 0, rows = 0] = ((await page.getByText(/^\d+ × \d+$/).textContent()) ?? '').split(' × ').map(Number)
  return [columns, rows]
}

export async function screenHas(page: Page, text: string | RegExp): Promise<void> {
  let seen = ''
  const has = async () => {
    seen = (await screenText(page)).replaceAll('\u00a0', ' ')
    return typeof text === 'string' ? seen.includes(text) : text.test(seen)
  }
  await waitFor(has, { timeoutMs: 20_000, what: `the screen to show ${text}` }).catch(error => {
    throw new Error(`${error.message}; it shows:\n${seen}`)
  })
}
