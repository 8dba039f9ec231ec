/** Processes in a real browser, of a real project on a real core: brought up, looked at, searched, stopped, broken and mended. */
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { axeFindings } from '../helpers/axe.ts'
import { closeBrowser, openPage, openWindow, type Window } from '../helpers/browser.ts'
import { openProduct, type Product, startProduct } from '../helpers/product.ts'
import { type Project, projectFolder, projectOf } from '../helpers/project.ts'
import { waitFor } from '../helpers/wait.ts'

type Ground = Window & { product: Product; project: Project }

/** Prints what is written into its file, line by line. */
const printer = (name: string) => `echo ${name} began; exec tail -n +1 -f ${name}.txt`
const FARM = {
  Procfile: `web: ${printer('web')}\nworker: ${printer('worker')}\n`,
  'web.txt': '',
  'worker.txt': '',
}

let shared: Product | undefined
afterAll(async () => {
  await closeBrowser()
  await shared?.close()
})

/** On a core that tests share; the project is gone before the next one. */
async function makeShared(files?: Record<string, string>): Promise<Ground> {
  shared ??= await openProduct()
  const ground = await makeGround(files, { product: shared })
  const { product, project } = ground
  onTestFinished(async () => {
    await product.call('project.down', { project: project.folder })
    await waitFor(() => product.call('project.remove', { project: project.folder }).then(() => true))
  })
  return ground
}

async function makeGround(
  files: Record<string, string> = FARM,
  { isUp = true, product }: { isUp?: boolean; product?: Product } = {},
): Promise<Ground> {
  product ??= await startProduct()
  const folder = projectFolder(product.home.dir, files)
  const project = projectOf(product.call, folder)
  const window = await openWindow(product)
  if (isUp) await product.call('project.up', { folder })
  await window.page.goto(`${window.address}/#/processes`)
  return { ...window, product, project }
}

const pick = (page: Page, label: string) => page.locator('.process-pick', { has: page.getByText(label, { exact: true }) })
const row = (page: Page, label: string) => page.locator('.process-row', { has: page.getByText(label, { exact: true }) })
const lines = (page: Page) => page.getByRole('log')
const print = ({ project }: Ground, name: string, ...texts: string[]) =>
  appendFileSync(join(project.folder, `${name}.txt`), texts.map(text => `${text}\n`).join(''))

async function shows(page: Page, label: string, word: RegExp | string): Promise<void> {
  await row(page, label).locator('.process-word', { hasText: word }).waitFor()
}

describe('projects', () => {
  test('a folder is looked into, begun, scaled, stopped and forgotten', async () => {
    const { page, project } = await makeGround(FARM, { isUp: false })
    await page.getByText('No project yet').waitFor()
    await page.getByRole('button', { name: 'Open a folder…' }).click()
    const dialog = page.getByRole('dialog')
    writeFileSync(join(project.folder, 'Procfile'), 'web: sleep 1\nwe b: sleep 1\n')
    await dialog.getByLabel(/^Folder/).fill(project.folder)
    await dialog.getByText('Procfile:2:').waitFor()
    expect(await dialog.getByRole('button', { name: /^Start/ }).isDisabled()).toBe(true)
    writeFileSync(join(project.folder, 'Procfile'), FARM.Procfile)
    await dialog.getByRole('row', { name: /web\.1/ }).waitFor()
    await dialog.getByRole('button', { name: 'Start 2 processes' }).click()
    await shows(page, 'web.1', /running|ready/)
    await shows(page, 'worker.1', /running|ready/)
    await page.getByText('2 of 2 processes up').waitFor()
    await page.getByRole('navigation').getByRole('link', { name: 'Processes 2' }).waitFor()

    await page.getByRole('button', { name: /^More for/ }).click()
    await page.getByRole('menuitem', { name: 'Scale…' }).click()
    await page.getByRole('button', { name: 'One web more' }).click()
    await shows(page, 'web.2', /running|ready/)
    await page.getByRole('button', { name: 'One web less' }).click()
    await row(page, 'web.2').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Done' }).click()
    await page.getByRole('button', { name: 'One web more' }).waitFor({ state: 'detached' })

    writeFileSync(join(project.folder, 'Procfile'), `${FARM.Procfile}we b: sleep 1\n`)
    await page.getByRole('button', { name: /^Start all of/ }).click()
    await page.getByRole('list', { name: 'Problems of its files' }).getByText('Procfile:3:').waitFor()
    await shows(page, 'web.1', /running|ready/)
    writeFileSync(join(project.folder, 'Procfile'), FARM.Procfile)
    await page.getByRole('button', { name: /^Start all of/ }).click()
    await page.getByText('Procfile:3:').waitFor({ state: 'detached' })

    await page.getByRole('button', { name: /^Stop all of/ }).click()
    await shows(page, 'web.1', 'stopped')
    await shows(page, 'worker.1', 'stopped')
    await page.getByRole('button', { name: /^More for/ }).click()
    await page.getByRole('menuitem', { name: 'Forget this project…' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Forget' }).click()
    await page.getByText('No project yet').waitFor()
  })

  test('one process at a time by the keys: the arrows, s, x, r, Enter, Escape', async () => {
    const ground = await makeShared()
    const { page, project } = ground
    await shows(page, 'worker.1', /running|ready/)
    await pick(page, 'web.1').focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('x')
    await shows(page, 'worker.1', 'stopped')
    expect((await project.one('worker.1')).isWanted).toBe(false)
    await page.keyboard.press('s')
    await shows(page, 'worker.1', /running|ready/)
    const { jobId } = await project.one('web.1')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('r')
    await project.until('web.1', process => process.jobId !== jobId && process.state !== 'stopping', 'runs anew')
    await page.keyboard.press('Enter')
    await page.getByRole('region', { name: 'Process web.1' }).waitFor()
    await page.getByRole('tab', { name: 'Runs' }).click()
    await page.locator('.process-panel tbody tr').nth(1).waitFor()
    await pick(page, 'web.1').focus()
    await page.keyboard.press('Escape')
    await page.getByRole('region', { name: 'Process web.1' }).waitFor({ state: 'detached' })
  })

  test('what died says why and when it comes again, and is among what needs somebody', async () => {
    const { page, address } = await makeGround({
      Procfile: 'once: exit 3\nagain: sleep 0.2; exit 4\n',
      'drover.yaml': 'processes:\n  again: { restart: always, backoff: { initial: 10m, max: 10m } }\n',
    })
    await shows(page, 'once.1', 'dead, exit 3')
    await row(page, 'again.1')
      .getByText(/starts again in \d+ (s|min)/)
      .waitFor()
    await page.goto(`${address}/#/`)
    const needed = page.getByRole('region', { name: 'Needs you' })
    await needed.getByText('is dead: it ended with exit 3').waitFor()
    // What comes back by itself needs nobody, and a run is told of by its process alone.
    expect(await needed.getByRole('article').count()).toBe(1)
    await needed.getByRole('link', { name: 'Output' }).click()
    await page.getByRole('region', { name: 'What happened' }).getByText('once.1 is dead').waitFor()
    await page.goto(`${address}/#/`)
    await needed.getByRole('button', { name: 'Dismiss' }).click()
    await needed.waitFor({ state: 'detached' })
  })

  test('the palette goes to a process, and acts on it', async () => {
    const { page } = await makeShared()
    await shows(page, 'worker.1', /running|ready/)
    await page.keyboard.press('Control+K')
    await page.getByRole('combobox').fill('stop worker.1')
    await page.keyboard.press('Enter')
    await shows(page, 'worker.1', 'stopped')
    await page.keyboard.press('Control+K')
    await page.getByRole('combobox').fill('process web.1')
    await page.keyboard.press('Enter')
    await page.getByRole('region', { name: 'Process web.1' }).waitFor()
  })

  test('who may only look sees how they stand, and neither buttons nor output', async () => {
    const { page: _, product } = await makeGround()
    const { url } = await product.call('web.dashboard', { route: '/processes' })
    const { page } = await openPage()
    await page.goto(url)
    await shows(page, 'web.1', /running|ready/)
    const names = await page.getByRole('main').getByRole('button').allInnerTexts()
    expect(names.every(name => /\.1/.test(name))).toBe(true)
    expect(await page.getByRole('checkbox').count()).toBe(0)
    expect(await page.getByRole('log').count()).toBe(0)
    expect(await axeFindings(page)).toEqual([])
  })
})

describe('output', () => {
  test('merged, of those that are ticked, of one alone, of none', async () => {
    const ground = await makeShared()
    const { page } = ground
    print(ground, 'web', 'from web')
    print(ground, 'worker', '\x1b[31mfrom\x1b[0m worker')
    await lines(page).getByText('from web').waitFor()
    await lines(page).getByText('from worker').waitFor()
    await page.getByRole('checkbox', { name: 'Output of worker.1' }).uncheck()
    await lines(page).getByText('from worker').waitFor({ state: 'detached' })
    print(ground, 'worker', 'not seen')
    print(ground, 'web', 'web goes on')
    await lines(page).getByText('web goes on').waitFor()
    expect(await lines(page).getByText('not seen').count()).toBe(0)
    await page.getByRole('checkbox', { name: 'Output of worker.1' }).check()
    await lines(page).getByText('not seen').waitFor()
    await pick(page, 'worker.1').click()
    await lines(page).getByText('from web').waitFor({ state: 'detached' })
    await lines(page).getByText('not seen').waitFor()
    await page.getByRole('button', { name: 'none', exact: true }).click()
    await page.getByText('No process is chosen').waitFor()
    await page.getByRole('button', { name: 'all', exact: true }).click()
    await lines(page).getByText('web goes on').waitFor()
    // What is chosen outlives the page.
    await page.getByRole('checkbox', { name: 'Output of web.1' }).uncheck()
    await page.reload()
    await lines(page).getByText('not seen').waitFor()
    expect(await page.getByRole('checkbox', { name: 'Output of web.1' }).isChecked()).toBe(false)
  })

  test('followed to its end; who scrolls up is left there, and told what came', async () => {
    const ground = await makeShared()
    const { page } = ground
    print(ground, 'web', ...Array.from({ length: 2_000 }, (_, index) => `line ${index}.`))
    await lines(page).getByText('line 1999.').waitFor()
    // Only what is in sight is in the page.
    expect(await page.locator('.out-row').count()).toBeLessThan(150)
    // A window that grows is no wish to read further up.
    await page.setViewportSize({ width: 1280, height: 1_100 })
    print(ground, 'web', 'all the same')
    await lines(page).getByText('all the same').waitFor()
    expect(await page.getByRole('button', { name: /follow/i }).count()).toBe(0)
    await lines(page).hover()
    await page.mouse.wheel(0, -4_000)
    await page.getByRole('button', { name: 'Follow' }).waitFor()
    print(ground, 'web', 'one more', 'and another')
    await page.getByRole('button', { name: '2 new lines — follow' }).waitFor()
    expect(await lines(page).getByText('one more').count()).toBe(0)
    await page.keyboard.press('f')
    await lines(page).getByText('and another').waitFor()
    expect(await page.getByRole('button', { name: /follow/i }).count()).toBe(0)
  })

  test('copied without names and times, and cleared in this view alone', async () => {
    const ground = await makeShared()
    const { page, context } = ground
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await lines(page).getByText('worker began').waitFor()
    print(ground, 'web', '\x1b[1mone\x1b[0m', '', 'three')
    await lines(page).getByText('three').waitFor()
    await page.getByRole('button', { name: 'Times', exact: true }).click()
    await page.locator('.out-time').first().waitFor()
    await page.getByRole('checkbox', { name: 'Output of worker.1' }).uncheck()
    await lines(page).getByText('worker began').waitFor({ state: 'detached' })
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText())
    await page.getByRole('button', { name: 'Copy', exact: true }).click()
    await page.getByText('Copied the 4 lines').waitFor()
    expect(await clipboard()).toBe('web began\none\n\nthree\n')
    await lines(page).selectText()
    await page.keyboard.press('Control+C')
    expect((await clipboard()).trimEnd()).toBe('web began\none\n\nthree')
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByText('Cleared: what is printed from now on').waitFor()
    print(ground, 'web', 'four')
    await lines(page).getByText('four').waitFor()
    expect(await lines(page).getByText('three').count()).toBe(0)
  })

  test('all that was ever printed is searched, and a place that is here no more is gone to', async () => {
    const ground = await makeShared()
    const { page, product, project } = ground
    print(ground, 'web', 'a needle', ...Array.from({ length: 60_000 }, (_, index) => `hay ${index}`), 'another needle')
    await lines(page).getByText('another needle').waitFor()
    // Of what a page has not seen come it has the newest only.
    await page.reload()
    await lines(page).getByText('another needle').waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('NEEDLE')
    await page.keyboard.press('Enter')
    await page.getByText('1 of 2', { exact: true }).waitFor()
    await page.getByText('Earlier output of web.1').waitFor()
    await page.locator('.log-row.marked').getByText('a needle').waitFor()
    await page.keyboard.press('Enter')
    await page.getByText('2 of 2', { exact: true }).waitFor()
    await page.locator('.out-row.marked').getByText('another needle').waitFor()
    await page.keyboard.press('Shift+Enter')
    await page.getByText('Earlier output of web.1').waitFor()
    // Out of the field, and back to what comes.
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await page.getByText('Earlier output of web.1').waitFor({ state: 'detached' })
    // Of a run that has ended as well.
    await product.call('process.restart', { project: project.folder, processes: ['web'] })
    await page.getByRole('textbox', { name: 'Search all output' }).fill('hay 31415')
    await page.keyboard.press('Enter')
    await page.locator('.marked').getByText('hay 31415', { exact: true }).waitFor()
  })

  test('a text that is selected becomes a failure: what prints it is broken, says so, and a restart mends it', async () => {
    const ground = await makeShared()
    const { page, project, address } = ground
    print(ground, 'web', 'all is well', 'Error: no port left', 'all is well again')
    await lines(page)
      .getByText('no port left')
      .dblclick({ position: { x: 2, y: 8 } })
    await lines(page)
      .getByText('no port left')
      .click({ button: 'right', position: { x: 2, y: 8 } })
    await page.getByRole('menuitem', { name: 'Mark as failure…' }).click()
    const field = page.getByLabel('When this is printed')
    expect(await field.inputValue()).toMatch(/^Error/)
    await field.fill('error: NO PORT')
    await page.getByRole('dialog').getByRole('button', { name: 'Mark as failure' }).click()
    await page.getByText(/From now on .* is a failure of web/).waitFor()
    // What was there before does not count.
    expect((await project.one('web.1')).state).not.toBe('broken')
    print(ground, 'web', 'before it', 'Error: no port left', 'after it')
    await shows(page, 'web.1', 'broken')
    await page.goto(`${address}/#/`)
    const needed = page.getByRole('region', { name: 'Needs you' })
    await needed.getByText('Error: no port left').waitFor()
    await needed.getByRole('link', { name: 'Output' }).click()
    const happened = page.getByRole('region', { name: 'What happened' })
    await happened.getByText('before it').waitFor()
    await happened.getByRole('button', { name: 'Show it in the output' }).click()
    await page.locator('.out-row.marked').getByText('no port left').waitFor()
    writeFileSync(join(project.folder, 'web.txt'), '')
    await happened.getByRole('button', { name: 'Restart' }).click()
    await shows(page, 'web.1', /running|ready/)
    await happened.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: /^More for/ }).click()
    await page.getByRole('menuitem', { name: 'Failure patterns…' }).click()
    await page.getByRole('button', { name: 'Remove error: NO PORT' }).click()
    await page.getByText('None yet.').waitFor()
  })

  test('from failure to failure, whatever stands between them', async () => {
    const { page } = await makeShared({
      Procfile:
        'again: seq 200; echo run >>runs; n=$(wc -l <runs); [ $n -gt 2 ] || exit $((n + 4)); echo that is all; exec sleep 1000\n',
      'drover.yaml': 'processes:\n  again: { restart: on-failure, backoff: { initial: 1s } }\n',
    })
    const ends = (code: number) => lines(page).getByText(`ended with exit ${code}`)
    await lines(page).getByText('that is all').waitFor()
    await page.keyboard.press('E')
    await ends(6).waitFor()
    await page.keyboard.press('E')
    await ends(5).waitFor()
    await ends(6).waitFor({ state: 'detached' })
    await page.keyboard.press('e')
    await ends(6).waitFor()
    await page.keyboard.press('e')
    await page.getByText('No failure further down in what is here').waitFor()
  })

  test('hostile output and names are shown as what they are', async () => {
    const ground = await makeShared()
    const { page } = ground
    const title = await page.title()
    print(ground, 'web', '\x1b]0;evil\x07<img src=x onerror=document.title=1>\u202ebidi')
    await lines(page).getByText('<img src=x onerror=document.title=1>\\u{202e}bidi').waitFor()
    expect(await page.title()).toBe(title)
    expect(await page.locator('img').count()).toBe(0)
  })

  test('a process with a terminal has it beside its output', async () => {
    const { page } = await makeShared({
      Procfile: 'shell: echo hello; exec cat\n',
      'drover.yaml': 'processes:\n  shell: { tty: true }\n',
    })
    await shows(page, 'shell.1', /running|ready/)
    await pick(page, 'shell.1').click()
    await page.getByRole('tab', { name: 'Terminal' }).click()
    await page.getByText('Attached. Leaving').waitFor()
  })

  test('a link that breaks is told, and afterwards nothing is missing', async () => {
    const ground = await makeShared()
    const { page, product, problems } = ground
    problems.expect(/WebSocket connection to .* failed/)
    await lines(page).getByText('web began').waitFor()
    await product.killCore()
    await page.getByText('no connection to the core').waitFor()
    print(ground, 'web', 'printed meanwhile')
    await product.status()
    await lines(page).getByText('printed meanwhile').waitFor()
  })
})

test('processes and their dialogs have no findings of axe, in both themes', async () => {
  const ground = await makeGround({
    ...FARM,
    Procfile: `${FARM.Procfile}once: exit 3\n`,
    'drover.yaml': 'processes:\n  web: { failure_patterns: ["panic:"] }\n',
  })
  const { page } = ground
  const look = async (what: string) => {
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme })
      expect({ what, colorScheme, findings: await axeFindings(page) }).toEqual({ what, colorScheme, findings: [] })
    }
  }
  await shows(page, 'once.1', 'dead')
  print(ground, 'web', '\x1b[33mfrom web\x1b[0m')
  await lines(page).getByText('from web').waitFor()
  await look('merged output')
  await pick(page, 'once.1').click()
  await page.getByRole('region', { name: 'What happened' }).waitFor()
  await look('a process that is dead')
  await page.getByRole('tab', { name: 'Runs' }).click()
  await page.locator('.process-panel tbody tr').first().waitFor()
  await look('its runs')
  await page.getByRole('button', { name: /^More for/ }).click()
  await look('the menu of a project')
  await page.getByRole('menuitem', { name: 'Failure patterns…' }).click()
  await page.getByText('in its files').waitFor()
  await look('failure patterns')
  await page.getByRole('button', { name: 'Add…' }).click()
  await page.getByLabel('When this is printed').waitFor()
  await look('marking')
})

test('at 900 pixels and below nothing is cut off', async () => {
  const { page } = await makeGround()
  await shows(page, 'web.1', /running|ready/)
  for (const width of [900, 600, 3840]) {
    await page.setViewportSize({ width, height: width === 3840 ? 2160 : 700 })
    await waitFor(async () => (await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)) === true, {
      what: `the page to fit into ${width} pixels`,
    })
    await page.getByRole('button', { name: 'Mark as failure…' }).waitFor()
  }
})
