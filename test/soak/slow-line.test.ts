/** The window over a slow line: 200 kB/s, 300 ms there and back. It can be used, says how slow it is, and nothing is lost. */
import { randomBytes } from 'node:crypto'
import { readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { closeBrowser, openWindow, type Window } from '../helpers/browser.ts'
import { dropOn } from '../helpers/drag.ts'
import { newFolder } from '../helpers/drop-page.ts'
import { type Product, startProduct } from '../helpers/product.ts'
import { manyJobs, seedJobs } from '../helpers/seed-jobs.ts'
import { openSlowLine, type SlowLine } from '../helpers/slow-line.ts'
import { waitFor } from '../helpers/wait.ts'

afterAll(closeBrowser)

/** A stream may have 256 KiB on its way; the rest is what else is said, and what stands in tmux. */
const MOST_BEFORE_AN_ANSWER = 500_000

/** Bytes a second. */
const SPEED = 200_000
/** 500 lines of a log, 500 bytes of each. */
const LONG_ANSWER = 250_000
const CHATTER = "yes 'a line of some length, over and over again'"

type Ground = Window & { product: Product; line: SlowLine }

/** `loadSpeed`: until the window is there. */
async function makeGround({ jobs = 0, loadSpeed = 10 * SPEED } = {}): Promise<Ground> {
  const product = await startProduct()
  if (jobs > 0) seedJobs(product, manyJobs(jobs, Date.now()))
  const line = await openSlowLine({ bytesPerSecond: loadSpeed, delayMs: 300 })
  const window = await openWindow(product, { proxy: line.proxy })
  await window.page.getByText('1 of 1 host').waitFor()
  line.setSpeed(SPEED)
  return { ...window, product, line }
}

async function running({ product }: Ground, line: string, { terminal = false } = {}): Promise<string> {
  const { job } = await product.call('job.push', {
    command: { line },
    folder: null,
    sync: false,
    host: 'local',
    terminal: terminal ? { columns: 80, rows: 24 } : null,
  })
  await product.reaches(job.id, 'running')
  return job.id
}

/** Of what came to the page while `act` went on. */
async function received({ line }: Ground, act: () => Promise<unknown>): Promise<number> {
  const before = line.receivedBytes
  await act()
  return line.receivedBytes - before
}

test('with two thousand jobs it is there after some 300 kB, and tells of the lag', async () => {
  const ground = await makeGround({ jobs: 2_000, loadSpeed: SPEED })
  const { page, line, address } = ground
  await page.goto(`${address}/#/jobs`)
  await page.getByText('target-1999').first().waitFor()
  // The page itself, its fonts, and a thousand jobs.
  expect(line.receivedBytes).toBeLessThan(400_000)
  await page.getByText(/slow link: 0\.[3-9] s behind/).waitFor()
})

test('a job that prints without end: a key is not behind megabytes of it', async () => {
  const ground = await makeGround()
  const { page, address } = ground
  const id = await running(ground, `${CHATTER} & read key; kill $!; echo key $((40 + 2)); exec sleep 1000`, { terminal: true })
  await page.goto(`${address}/#/jobs/${id}/terminal`)
  await page.getByText('Attached. Leaving').waitFor()
  await page.getByRole('button', { name: 'Screen reader mode' }).click()
  await page.getByRole('textbox', { name: 'Terminal input' }).focus()
  const bytes = await received(ground, async () => {
    await page.keyboard.press('Enter')
    await page.locator('.xterm-accessibility-tree').getByText('key 42').waitFor()
  })
  expect(bytes).toBeLessThan(MOST_BEFORE_AN_ANSWER)
})

test('a log that grows faster than it comes: its end is what is shown; a stop is not behind it, and the whole of it is there', async () => {
  const ground = await makeGround()
  const { page, product, address } = ground
  // Some 5 MB a second, which is 25 times what comes.
  const id = await running(ground, "trap 'echo last line; exit' TERM; while :; do seq -w 1 200000; sleep 0.2; done")
  await page.goto(`${address}/#/jobs/${id}/log`)
  await page.getByText('Following the end').waitFor()
  const bytes = await received(ground, async () => {
    await page.getByRole('button', { name: 'Stop' }).click()
    await product.reaches(id, 'ended')
  })
  expect(bytes).toBeLessThan(MOST_BEFORE_AN_ANSWER)
  await page.getByRole('log').getByText('last line').waitFor({ timeout: 60_000 })
  await page.getByRole('log').focus()
  await page.keyboard.press('Home')
  await page.getByRole('log').getByText('000001').waitFor()
})

test('a search that is stopped is left at once, not when the part that is on its way has come', async () => {
  const ground = await makeGround()
  const { page, product, address } = ground
  // Every line is found, and 500 of them are an answer that takes the line for a second or more.
  const id = await running(ground, 'head -c 30000000 /dev/urandom | base64 -w 600')
  await product.reaches(id, 'ended')
  await page.goto(`${address}/#/jobs/${id}/log`)
  await page.getByText('This is the end').waitFor()
  await page.getByRole('textbox', { name: 'Search the whole log' }).fill('a')
  await page.keyboard.press('Enter')
  await page.getByText(/^(1 of )?500, /).waitFor()
  const bytes = await received(ground, async () => {
    await page.getByRole('button', { name: 'Stop searching' }).click()
    await page.getByText(/^(1 of )?500, left at /).waitFor()
  })
  expect(bytes).toBeLessThan(LONG_ANSWER / 2)
})

test('a folder that was dropped and is cancelled: soon nothing is sent any more, and what has come waits for it to be dropped again', async () => {
  const ground = await makeGround()
  const { page, product, line } = ground
  const folder = newFolder('big')
  writeFileSync(join(folder, 'data'), randomBytes(5_000_000))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  await dropOn(page, folder)
  const dialog = page.getByRole('dialog', { name: /Push big/ })
  const before = line.sentBytes
  await waitFor(() => line.sentBytes > before + 2 * SPEED, { timeoutMs: 30_000, what: 'some of it to be sent' })
  expect(openParts(product)).toHaveLength(1)
  const atPress = line.sentBytes
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await page.getByText('If you drop big again, it goes on').waitFor()
  await waitFor(() => openParts(product).length === 0, { what: 'the core to have put it aside' })
  expect(line.sentBytes - atPress).toBeLessThan(MOST_BEFORE_AN_ANSWER)
  // Whatever was still on its way would have come before the next answer.
  const atEnd = line.sentBytes
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByText('Keep files of ended jobs').waitFor()
  expect(line.sentBytes - atEnd).toBeLessThan(20_000)
  expect(await product.jobs()).toEqual([])
  await dropOn(page, folder)
  await dialog.getByText(/ of 4\.\d MB/).waitFor({ timeout: 30_000 })
})

test('a line that swallows everything is noticed, though nobody has closed it; later the window is as it was', async () => {
  const ground = await makeGround()
  const { page, line, problems } = ground
  problems.expect(/WebSocket connection to .* failed/)
  await page.clock.install()
  await page.reload()
  await page.getByText('1 of 1 host').waitFor()
  line.freeze()
  // As if half a minute had gone by.
  await page.clock.runFor(30_000)
  const banner = page.getByText('jobs go on on their hosts. What is shown')
  await banner.waitFor()
  await running(ground, 'exec sleep 1000')
  line.setSpeed(SPEED)
  await banner.waitFor({ state: 'detached' })
  await page.getByText('1 job running').waitFor()
})

/** Parts of dropped files that the core has open. */
function openParts(product: Product): string[] {
  const open = `/proc/${product.corePid()}/fd`
  return readdirSync(open).flatMap(name => {
    try {
      const path = readlinkSync(join(open, name))
      return /\/drover\/drops\/.*\/parts\//.test(path) ? path : []
    } catch {
      return [] // It was closed meanwhile.
    }
  })
}
