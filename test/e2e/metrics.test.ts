/** The metrics view and a job's resources in a real browser, on a real core, over a past that was put into its store before it started. */
import { readFileSync } from 'node:fs'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PLOT, xOf } from '../../src/renderer/charts/span.ts'
import { axeFindings } from '../helpers/axe.ts'
import { closeBrowser, openWindow } from '../helpers/browser.ts'
import { openProduct, type Product } from '../helpers/product.ts'
import { seedJobs } from '../helpers/seed-jobs.ts'
import { seedJobMetrics, seedMetrics } from '../helpers/seed-metrics.ts'
import { openSshd, type Sshd } from '../helpers/sshd.ts'
import { waitFor } from '../helpers/wait.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const FAILED = '11111111-0000-4000-8000-000000000001'
const LONG = '22222222-0000-4000-8000-000000000002'

let product: Product
let box: Sshd
/** What came before this was seeded; all steps begin at full minutes. */
let now: number

beforeAll(async () => {
  box = await openSshd()
  product = await openProduct({ box })
  await product.drover(['daemon', 'stop'])
  now = Math.floor(Date.now() / MINUTE) * MINUTE
  const local = { name: 'local', connection: 'local', to: now }
  const load = { cpu: 0.2, memory: 0.25, busy: 0.1 }
  seedMetrics(product, [{ ...local, from: now - 700 * 24 * HOUR, load: () => load }], { finestMs: 15 * MINUTE })
  seedMetrics(product, [{ ...local, from: now - 8 * 24 * HOUR, load: () => load }], { finestMs: MINUTE })
  seedMetrics(
    product,
    [
      { ...local, from: now - 7 * HOUR, load: () => load },
      // It was away for ten minutes, and twice as busy before.
      { name: 'box', connection: 'box', from: now - 2 * HOUR, to: now, load: boxLoad },
    ],
    { spikes: [{ name: 'box', connection: 'box', at: now - 50 * MINUTE, limit: 'cpu', command: 'cc1plus' }] },
  )
  const job = { host: 'box', state: 'ended', outcome: 'exited' } as const
  seedJobs(product, [
    { ...job, id: FAILED, command: { line: 'make sheep' }, exitCode: 2, createdAt: at(45), startedAt: at(45), endedAt: at(35) },
    { ...job, id: LONG, command: { line: 'graze' }, exitCode: 0, createdAt: at(90), startedAt: at(90), endedAt: at(15) },
  ])
  seedJobMetrics(product, { jobId: LONG, from: at(90), to: at(15), cpu: 2.5, memoryKib: 1_000_000 })
})
afterAll(async () => {
  await closeBrowser()
  await product.close()
  await box.stop()
})

function at(minutesAgo: number): number {
  return now - minutesAgo * MINUTE
}

function boxLoad(time: number): { cpu: number; memory: number; busy: number } | null {
  if (time >= at(30) && time < at(20)) return null
  return { cpu: time < at(30) ? 0.6 : 0.3, memory: 0.5, busy: 0 }
}

async function openMetrics(options: Parameters<typeof openWindow>[1] = {}): Promise<Page> {
  const { page } = await openWindow(product, options)
  await page.getByText('2 of 2 hosts').waitFor()
  await page.keyboard.press('g')
  await page.keyboard.press('m')
  await shown(page)
  return page
}

/** The charts are of what is asked for. */
async function shown(page: Page): Promise<void> {
  await page.locator('.metrics[aria-busy=false] .chart').first().waitFor()
}

const plotOf = (page: Page, title: string) => page.getByRole('slider', { name: `${title}, moment` })

async function placeOf(plot: Locator, time: number): Promise<{ x: number; y: number; lane: number }> {
  const { x, y, width, height } = (await plot.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }
  const [from, to] = [Number(await plot.getAttribute('aria-valuemin')), Number(await plot.getAttribute('aria-valuemax'))]
  return { x: x + xOf(time, { from, to }, width), y: y + 40, lane: y + height - PLOT.bottom + 8 }
}

/** The values beside the names of the hosts. */
async function values(page: Page, title: string): Promise<Record<string, string>> {
  const lines = await page.getByRole('region', { name: title, exact: true }).getByRole('listitem').allInnerTexts()
  return Object.fromEntries(lines.map(line => line.split('\n').filter(word => word !== '')).map(([name, value]) => [name, value]))
}

describe('charts', () => {
  test('one line over all of them tells what was then; where nothing was measured nothing is told', async () => {
    const page = await openMetrics()
    const cpu = plotOf(page, 'CPU')
    const pointAt = async (time: number) => {
      const { x, y } = await placeOf(cpu, time)
      await page.mouse.move(x, y)
    }
    await pointAt(at(40))
    expect(await values(page, 'CPU')).toEqual({ local: '20 %', box: '60 %' })
    expect(await values(page, 'Memory')).toEqual({ local: '25 %', box: '50 %' })
    expect(await page.locator('.chart-moment').count()).toBe(6)
    await pointAt(at(25))
    expect(await values(page, 'CPU')).toEqual({ local: '20 %', box: '—' })
    expect(await cpu.getAttribute('aria-valuetext')).toMatch(/: local 20 %, box —$/)
    await pointAt(at(10))
    expect(await values(page, 'CPU')).toEqual({ local: '20 %', box: '30 %' })
    // What a chart shows can be chosen.
    await page.getByRole('radiogroup', { name: 'What Disk shows' }).getByLabel('Full').check()
    await page.getByText('Disk, full').waitFor()
    await pointAt(at(10))
    expect(await values(page, 'Disk')).toEqual({ local: '63 %', box: '63 %' })
  })

  test('from ten minutes to two years, each with what was kept of it', async () => {
    const page = await openMetrics()
    for (const range of ['10 min', '1 h', '6 h', '1 d', '7 d', '30 d', '1 y', '2 y']) {
      await page.getByRole('radio', { name: range, exact: true }).check()
      await shown(page)
      const plot = plotOf(page, 'CPU')
      await plot.focus()
      await page.keyboard.press('Home')
      for (let step = 0; step < 4; step++) await page.keyboard.press('PageDown')
      // 2 years reach further back than the past does, by a month; ten minutes have few points.
      await waitFor(async () => (await plot.getAttribute('aria-valuetext'))?.includes('local 20 %'), {
        what: `the past of ${range}`,
      })
    }
  })

  test('ten minutes go on with what is heard, and not by asking; a hidden page rests', async () => {
    const page = await openMetrics()
    let [asked, heard] = [0, 0]
    page.on('websocket', socket => {
      socket.on('framesent', ({ payload }) => {
        if (String(payload).includes('"metrics.series"')) asked++
      })
      socket.on('framereceived', () => {
        heard++
      })
    })
    await page.reload()
    await shown(page)
    await page.getByRole('radio', { name: '10 min', exact: true }).check()
    await shown(page)
    const plot = plotOf(page, 'CPU')
    const last = async () => Number(await plot.getAttribute('aria-valuemax'))
    const questions = asked
    expect(questions).toBeGreaterThan(0)
    const ends = new Set([await last()])
    await waitFor(async () => ends.add(await last()).size > 3, { what: 'the chart to move on three times' })
    // Once more at the most, for what was not written yet.
    expect(asked - questions).toBeLessThanOrEqual(1)
    // Of `local`, which is measured: the newest is of the last moments, and finer than what is kept.
    await plot.focus()
    await page.keyboard.press('End')
    const newest = await plot.getAttribute('aria-valuenow')
    await page.keyboard.press('ArrowLeft')
    expect(Number(newest) - Number(await plot.getAttribute('aria-valuenow'))).toBe(2_000)
    expect(await plot.getAttribute('aria-valuetext')).toMatch(/: local [\d.]+ %/)
    // A browser without a screen hides no page: it is told so as a browser with one would tell it.
    const turn = (isHidden: boolean) =>
      page.evaluate(hidden => {
        Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden })
        document.dispatchEvent(new Event('visibilitychange'))
      }, isHidden)
    await turn(true)
    const [rested, frames] = [await last(), heard]
    await waitFor(() => heard > frames + 4, { what: 'two more samples of both hosts' })
    expect(await last()).toBe(rested)
    await turn(false)
    await waitFor(async () => (await last()) > rested, { what: 'the chart to go on' })
  })

  test('drawing over a chart zooms in, Escape and a double click out; so do the keys', async () => {
    const page = await openMetrics()
    const cpu = plotOf(page, 'CPU')
    const whole = await cpu.getAttribute('aria-valuemin')
    const [begin, end] = [await placeOf(cpu, at(40)), await placeOf(cpu, at(30))]
    const drag = async () => {
      await page.mouse.move(begin.x, begin.y)
      await page.mouse.down()
      await page.mouse.move(end.x, end.y, { steps: 4 })
      expect(await page.locator('.chart-selection').count()).toBe(6)
      await page.mouse.up()
      await shown(page)
    }
    await drag()
    const from = Number(await cpu.getAttribute('aria-valuemin'))
    expect(Math.abs(from - at(40))).toBeLessThan(20_000)
    expect(Number(await cpu.getAttribute('aria-valuemax')) - from).toBeLessThan(11 * MINUTE)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Zoom out' }).waitFor({ state: 'detached' })
    await drag()
    await cpu.dblclick()
    await page.getByRole('button', { name: 'Zoom out' }).waitFor({ state: 'detached' })
    await cpu.focus()
    await page.keyboard.press('+')
    await page.getByRole('button', { name: 'Zoom out' }).click()
    await waitFor(async () => Number(await cpu.getAttribute('aria-valuemin')) >= Number(whole), { what: 'the whole hour' })
  })

  test('jobs are marked: one is told of under the pointer, and opened by a click; a limit tells what ran', async () => {
    const page = await openMetrics()
    const cpu = plotOf(page, 'CPU')
    const failed = await placeOf(cpu, at(35))
    await page.mouse.move(failed.x, failed.lane)
    await page.getByRole('dialog', { name: 'What happened' }).getByText('failed').waitFor()
    const limit = await placeOf(cpu, at(50))
    await page.mouse.click(limit.x, limit.lane)
    await page.getByRole('dialog', { name: 'What happened' }).getByText('cc1plus').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.mouse.click(failed.x, failed.lane)
    await page.getByRole('article', { name: 'Job' }).getByText('make sheep').first().waitFor()
    expect(page.url()).toContain(FAILED)
  })
})

test('hosts are compared: one that is taken out leaves the others their colours, also after a reload', async () => {
  const page = await openMetrics()
  const colourOf = () =>
    page
      .getByRole('region', { name: 'CPU', exact: true })
      .locator('li', { hasText: 'box' })
      .locator('line')
      .getAttribute('stroke')
  const before = await colourOf()
  await page.getByRole('checkbox', { name: 'local' }).uncheck()
  await shown(page)
  await page.reload()
  await shown(page)
  expect(Object.keys(await values(page, 'CPU'))).toEqual(['box'])
  expect(await colourOf()).toBe(before)
  await page.getByRole('checkbox', { name: 'box' }).uncheck()
  await page.getByText('No host is chosen').waitFor()
})

test('what is shown is saved as a file: a row for each host and moment', async () => {
  const page = await openMetrics()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export CSV' }).click()])
  expect(download.suggestedFilename()).toMatch(/^drover-metrics-[\dT-]+\.csv$/)
  const [head = '', ...rows] = readFileSync(await download.path(), 'utf8')
    .trim()
    .split('\r\n')
  const names = head.split(',')
  const parsed = rows.map(row => Object.fromEntries(row.split(',').map((cell, index) => [names[index], cell])))
  const then = parsed.filter(({ time = '' }) => Date.parse(time) === at(40))
  expect(then).toMatchObject([
    { host: 'local', cpu_ratio: '0.2', memory_used_ratio: '0.25' },
    { host: 'box', cpu_ratio: '0.6', memory_used_ratio: '0.5' },
  ])
  const away = parsed.filter(({ time = '', host }) => host === 'box' && Date.parse(time) >= at(30) && Date.parse(time) < at(20))
  expect(away).toEqual([])
})

test('when the core cannot say, the view says why, and asks again when told to', async () => {
  const { page, address } = await openWindow(product)
  await page.getByText('2 of 2 hosts').waitFor()
  let isRefused = true
  await page.routeWebSocket(/\/ws$/, socket => {
    const server = socket.connectToServer()
    socket.onMessage(message => {
      const isSeries = typeof message === 'string' && message.includes('"metrics.series"')
      server.send(isRefused && isSeries ? message.replace('"points":', '"no_such":') : message)
    })
  })
  await page.goto(`${address}/#/metrics`)
  await page.reload()
  await page.getByRole('alert').getByText('Bad input for metrics.series').waitFor()
  isRefused = false
  await page.getByRole('button', { name: 'Try again' }).click()
  await shown(page)
})

test('a job’s resources: what its tree took over its life, and one that ended too soon', async () => {
  const { page, address } = await openWindow(product)
  await page.getByText('2 of 2 hosts').waitFor()
  await page.goto(`${address}/#/jobs/${LONG}/resources`)
  const cpu = plotOf(page, 'CPU, of one processor')
  await cpu.focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('ArrowRight')
  expect(await cpu.getAttribute('aria-valuetext')).toMatch(/CPU 250 %$/)
  expect(await values(page, 'Memory')).toEqual({ Memory: '1.0 GB' })
  expect(await axeFindings(page)).toEqual([])
  await page.goto(`${address}/#/jobs/${FAILED}/resources`)
  await page.getByText('ended before anything was measured').waitFor()
})

test('what keeps a host busy at this moment is asked of it', async () => {
  const { page, address } = await openWindow(product)
  await page.goto(`${address}/#/hosts/box`)
  const processes = page.getByRole('region', { name: 'Processes' })
  await processes.getByRole('button', { name: 'Look' }).click()
  await processes.getByRole('button', { name: 'Look again' }).waitFor()
  expect(await processes.getByRole('table').count()).toBe(2)
  expect(await processes.getByRole('row').count()).toBeGreaterThan(2)
  expect(await axeFindings(page)).toEqual([])
})

for (const colorScheme of ['dark', 'light'] as const) {
  test(`no findings of axe, ${colorScheme}; nothing is wider than a small window`, async () => {
    const page = await openMetrics({ colorScheme, viewport: { width: 900, height: 700 }, reducedMotion: 'reduce' })
    expect(await axeFindings(page)).toEqual([])
    const { x, lane } = await placeOf(plotOf(page, 'CPU'), at(50))
    await page.mouse.click(x, lane)
    await page.getByRole('dialog', { name: 'What happened' }).waitFor()
    expect(await axeFindings(page)).toEqual([])
    const view = page.locator('main.view')
    expect(await view.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0)
  })
}

// The last one: the host is not there any more.
test('of a host that is gone its past can still be looked at', async () => {
  await product.drover(['host', 'rm', 'box'])
  const { page, address } = await openWindow(product)
  await page.getByText('1 of 1 host').waitFor()
  await page.goto(`${address}/#/metrics`)
  await shown(page)
  await page.getByRole('checkbox', { name: 'box' }).check()
  await shown(page)
  expect(Object.keys(await values(page, 'CPU'))).toEqual(['local', 'box'])
})
