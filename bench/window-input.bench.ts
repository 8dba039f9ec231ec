/**
 * window-input: from a click or a key until what it asks for is painted, in a window that holds 10,000 jobs while 20 hosts send their
 * samples. Every act is done in turn, many times over; all of them are one row, and those that are worst one by one stand beside it.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { manyJobs, seedJobs } from '../test/helpers/seed-jobs.ts'
import { waitFor, within } from '../test/helpers/wait.ts'
import { againstAim, type BenchRow, percentile, range, round } from './bench.ts'
import type { Sight } from './in-page.ts'
import { type BenchHost, onStage, sshBlock, succeed } from './stage.ts'
import { inWindow } from './window.ts'

export const names = ['window-input']

const SERVERS = 4
const ALIASES = 5
const HOSTS = SERVERS * ALIASES
const JOBS = 10_000
/** Of these: they change every few seconds. */
const RUNNING = 10
const AIM_MS = 50
const WARM_UPS = 2
const ROUNDS = 12

type Act = {
  name: string
  input: 'click' | 'keydown'
  does: (page: Page) => Promise<void>
  sight: Sight
  /** What is done first, and is not measured. */
  before?: (page: Page) => Promise<void>
}

const grid = (row: number, more = '') => `.job-row[aria-rowindex="${row}"]${more}`
const key = (name: string, keys: string, sight: Sight): Act => ({
  ...{ name, input: 'keydown', sight },
  does: page => page.keyboard.press(keys),
})
const click = (name: string, selector: string, sight: Sight): Act => ({
  ...{ name, input: 'click', sight },
  does: page => clickOn(page, selector),
})

/** In this order each begins where the one before it ended. */
const ACTS: readonly Act[] = [
  click('open Jobs', '.side a[href="#/jobs"]', { selector: grid(2) }),
  click('sort', '[role=columnheader]:nth-child(5) button', { selector: '[aria-sort=ascending]' }),
  click('sort back', '[role=columnheader]:nth-child(2) button', {
    selector: '[role=columnheader]:nth-child(2)[aria-sort=descending]',
  }),
  click('choose', `${grid(4)} .choice`, { selector: grid(4, '[aria-selected=true]') }),
  key('arrow', 'ArrowDown', { selector: grid(5, '.cursor') }),
  key('arrow', 'ArrowDown', { selector: grid(6, '.cursor') }),
  key('page', 'PageDown', { selector: grid(6, '.cursor'), isGone: true }),
  key('last row', 'End', { selector: grid(JOBS + 1, '.cursor') }),
  key('choose all', 'Control+a', { selector: '.bulk-bar', text: '10,000 jobs' }),
  key('choose none', 'Escape', { selector: '.bulk-bar', isGone: true }),
  key('first row', 'Home', { selector: grid(2, '.cursor') }),
  {
    ...key('filter by a letter', '9', { selector: '.jobs-header [role=status]', text: '^1,101 of' }),
    before: async page => {
      await page.getByRole('textbox', { name: 'Filter jobs' }).focus()
      await page.keyboard.type('target-')
    },
  },
  key('filter by a letter', '8', { selector: '.jobs-header [role=status]', text: '^111 of' }),
  key('filter by a letter', '7', { selector: '.jobs-header [role=status]', text: '^11 of' }),
  key('filter ends', 'Escape', { selector: '.jobs-header [role=status]', text: ' of ', isGone: true }),
  click('open a job', `${grid(3)} a`, { selector: '.job [role=tablist]' }),
  click('tab', '#tab-why', { selector: '#tab-why[aria-selected=true]' }),
  click('open Overview', '.side a[href="#/"]', { selector: '.host-cards' }),
  key('palette', 'Control+k', { selector: '.palette[open]' }),
  key('palette by a letter', 'j', { selector: '.palette-option[aria-selected=true]', text: 'Jobs' }),
  key('palette ends', 'Escape', { selector: '.palette', isGone: true }),
  click('open Hosts', '.side a[href="#/hosts"]', { selector: '.view h1', text: 'Hosts' }),
  click('open Settings', '.side a[href="#/settings"]', { selector: '.view h1', text: 'Settings' }),
]

export function bench(): Promise<BenchRow[]> {
  return onStage({ hosts: SERVERS, sshConfig: aliases }, async ({ product, hosts }) => {
    seedJobs(product, manyJobs(JOBS - RUNNING, Date.now()))
    for (const { name } of hosts) for (const alias of aliasesOf(name)) await succeed(product, ['host', 'add', alias])
    for (let job = 0; job < RUNNING; job++) await succeed(product, ['push', '-d', '-n', '--', 'sleep 100000'])
    await waitFor(async () => (await product.status()).hosts.every(({ sample }) => sample !== null), {
      ...{ what: 'all hosts to be sampled', timeoutMs: 60_000 },
    })
    const figures = await inWindow(product, async ({ page }) => {
      await page.getByText(`${HOSTS + 1} of ${HOSTS + 1} hosts`).waitFor()
      await loadAllJobs(page)
      return await measure(page)
    })
    const all = [...figures.values()].flat()
    return [
      againstAim({
        ...{ name: 'window-input', unit: 'ms (p95)', better: 'lower', aim: AIM_MS, n: all.length },
        ...{ ours: percentile(all, 0.95), spread: `${range(all)}; ${worst(figures)}` },
      }),
    ]
  })
}

/** The window begins with the newest thousand of those that have ended. */
async function loadAllJobs(page: Page): Promise<void> {
  await page.locator('.side a[href="#/jobs"]').click()
  await page.getByRole('grid').focus()
  await page.keyboard.press('End')
  await page.getByRole('button', { name: 'Load all' }).click()
  await page.locator('.jobs-header').getByText('10,000', { exact: true }).waitFor()
  // The table opens again where it was left.
  await page.getByRole('grid').focus()
  await page.keyboard.press('Home')
  await page.locator('.job-row').first().waitFor()
  await page.locator('.side a[href="#/settings"]').click()
}

/** By the name of the act. */
async function measure(page: Page): Promise<Map<string, number[]>> {
  const figures = new Map<string, number[]>()
  let pause = 0
  for (let round = -WARM_UPS; round < ROUNDS; round++) {
    for (const act of ACTS) {
      await act.before?.(page)
      // As a person: not all at once, and not in step with the samples.
      await delay(80 + (pause++ % 7) * 20)
      await page.evaluate(({ input, sight }) => window.bench.arm(input, sight), { input: act.input, sight: act.sight })
      await act.does(page)
      const tookMs = await within(
        page.evaluate(() => window.bench.result()),
        { what: `what is to be seen after: ${act.name}` },
      )
      if (round >= 0) figures.set(act.name, [...(figures.get(act.name) ?? []), tookMs])
    }
  }
  return figures
}

/** By its place alone: Playwright's own click looks at the page before and after. */
async function clickOn(page: Page, selector: string): Promise<void> {
  const box = await page.locator(selector).first().boundingBox()
  if (box === null) throw new Error(`Nothing to click on: ${selector}`)
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2)
}

/** The acts that take longest, by what nineteen of twenty of each take. */
function worst(figures: ReadonlyMap<string, readonly number[]>): string {
  const each = [...figures].map(([name, times]) => ({ name, ms: percentile(times, 0.95) }))
  for (const { name, ms } of each) console.error(`  ${name.padEnd(20)} ${round(ms)} ms`)
  const [first, second, third] = each.toSorted((a, b) => b.ms - a.ms)
  return [first, second, third].map(act => act && `${act.name} ${round(act.ms)}`).join(', ')
}

function aliases(hosts: readonly BenchHost[]): string {
  return hosts.flatMap(({ name, sshd }) => aliasesOf(name).map(alias => sshBlock(alias, sshd))).join('')
}

function aliasesOf(name: string): string[] {
  return Array.from({ length: ALIASES }, (_, index) => `${name}-${index}`)
}
