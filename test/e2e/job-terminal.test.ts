/** A job's terminal in a real browser, on a real sshd host: typing, size, paste, links, search, and what it outlives. */
import { createHash } from 'node:crypto'
import type { Page } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { openWindow } from '../helpers/browser.ts'
import {
  attached,
  closeGround,
  makeGround,
  openJob,
  openTerminal,
  pushJob,
  screenHas,
  screenText,
  sizeShown,
} from '../helpers/job-page.ts'
import { waitFor } from '../helpers/wait.ts'

afterAll(closeGround)

test('a terminal: what is typed, what is printed, its size; left and come back to', async () => {
  const ground = await makeGround()
  const { page, product } = ground
  const job = await pushJob(ground, 'echo ready; exec sh -i', { terminal: true })
  await openTerminal(ground, job)
  await screenHas(page, 'ready')
  await page.keyboard.type('echo sum $((40 + 2)); stty size\n')
  await screenHas(page, 'sum 42')
  const size = await sizeShown(page)
  const [columns, rows] = size
  // The last row is tmux's.
  await screenHas(page, `${rows - 1} ${columns}`)
  await page.setViewportSize({ width: 900, height: 700 })
  await waitFor(async () => (await sizeShown(page))[0] !== columns)
  const [narrow, low] = await sizeShown(page)
  expect(narrow).toBeLessThan(columns)
  await waitFor(async () => {
    await page.keyboard.type('clear; stty size\n')
    await screenHas(page, `${low - 1} ${narrow}`)
    return true
  })
  await page.keyboard.type('secret=still-here\n')
  await page.goto(`${ground.address}/#/jobs`)
  await page.getByText('Attached. Leaving').waitFor({ state: 'detached' })
  expect((await product.job(job.id)).state).toBe('running')
  await openJob(ground, job)
  await attached(page)
  await page.keyboard.type('echo is $secret\n')
  await screenHas(page, 'is still-here')
  // By keyboard out of it, and along the tabs.
  await page.keyboard.press('Control+Shift+Escape')
  await page.keyboard.press('ArrowRight')
  await page.getByRole('tab', { name: 'Log', selected: true }).waitFor()
  await page.getByRole('log').getByText('is still-here').waitFor()
})

test('two windows on one terminal both type; one is detached and attached again; its end is told', async () => {
  const ground = await makeGround()
  const { page, product } = ground
  const job = await pushJob(ground, 'exec sh -i', { terminal: true })
  const other = { ...ground, ...(await openWindow(product)) }
  await openTerminal(ground, job)
  await openTerminal(other, job)
  await page.keyboard.type('mark=one; echo from $mark\n')
  await screenHas(other.page, 'from one')
  await other.page.keyboard.type('echo also $mark\n')
  await screenHas(page, 'also one')
  await page.keyboard.press('Control+B')
  await page.keyboard.type('d')
  await page.getByText('Detached; the job goes on').waitFor()
  await page.getByRole('button', { name: 'Attach' }).click()
  await attached(page)
  await other.page.keyboard.type('exit 3\n')
  const foot = page.getByRole('region', { name: 'Terminal' })
  await foot.getByText('done [3]').waitFor()
  await screenHas(page, 'Press any key to detach')
  await page.getByRole('textbox', { name: 'Terminal input' }).focus()
  await page.keyboard.press('x')
  await foot.getByRole('link', { name: 'Log' }).click()
  await page.getByRole('log').getByText('also one').waitFor()
  expect(await page.getByRole('log').getByText('Press any key').count()).toBe(0)
})

test('a paste of many kilobytes arrives whole, before what is typed after it', async () => {
  const ground = await makeGround()
  const { page, context } = ground
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const job = await pushJob(ground, 'stty raw -echo; echo up; head -c 400000 | md5sum; exec sleep 1000', { terminal: true })
  await openTerminal(ground, job)
  await screenHas(page, 'up')
  const text = 'abcdefghi '.repeat(39_999)
  await page.evaluate(pasted => navigator.clipboard.writeText(pasted), text)
  // More than the core takes ahead of its host.
  await page.keyboard.press('Control+Shift+V')
  await page.keyboard.type('typed last')
  await screenHas(page, createHash('md5').update(`${text}typed last`).digest('hex'))
})

test('where the CPU only acts as a graphics card, a terminal is drawn without one', async () => {
  const ground = await makeGround()
  const job = await pushJob(ground, 'echo ready; exec sh -i', { terminal: true })
  await openTerminal(ground, job)
  await ground.page.locator('.xterm-rows').getByText('ready', { exact: true }).waitFor()
})

test('a terminal whose drawing by WebGL is taken away is drawn all the same', async () => {
  const ground = await makeGround()
  const { page, problems } = ground
  // A browser on a machine with a graphics card, but for the card.
  await page.addInitScript(() => {
    const { getParameter } = WebGL2RenderingContext.prototype
    const UNMASKED_RENDERER_WEBGL = 0x9246
    WebGL2RenderingContext.prototype.getParameter = function (name) {
      return name === UNMASKED_RENDERER_WEBGL ? 'A graphics card' : getParameter.call(this, name)
    }
  })
  await page.reload()
  const job = await pushJob(ground, 'echo ready; exec sh -i', { terminal: true })
  await openTerminal(ground, job)
  await screenHas(page, 'ready')
  // The browser and xterm.js both remark on it.
  problems.expect(/webgl/i)
  const lost = await page.evaluate(() => {
    const contexts = [...document.querySelectorAll('canvas')].map(canvas => canvas.getContext('webgl2'))
    for (const context of contexts) context?.getExtension('WEBGL_lose_context')?.loseContext()
    return contexts.filter(context => context !== null).length
  })
  expect(lost).toBeGreaterThan(0)
  await page.locator('.xterm-rows').getByText('ready', { exact: true }).waitFor()
  await page.keyboard.type('echo still $((1 + 1))\n')
  await page.locator('.xterm-rows').getByText('still 2').waitFor()
})

test('a terminal outlives a core that is killed, and a link that is cut', async () => {
  const ground = await makeGround()
  const { page, product, sshd } = ground
  const job = await pushJob(ground, 'echo ready; exec sh -i', { terminal: true })
  await openTerminal(ground, job)
  await page.keyboard.type('mark=before; echo is $mark\n')
  await screenHas(page, 'is before')
  await product.killCore()
  await page.getByText('Attaches again by itself').waitFor()
  await product.status()
  await attached(page)
  await page.keyboard.type('echo core $mark\n')
  await screenHas(page, 'core before')
  sshd.cutConnections()
  await page.getByText('Attaches again by itself').waitFor()
  await attached(page)
  await page.keyboard.type('echo link $mark\n')
  await screenHas(page, 'link before')
})

test('a terminal is searched, and a link in it opens by Ctrl and a click only', async () => {
  const ground = await makeGround()
  const { page, context } = ground
  // Nothing leaves this machine.
  await context.route('https://drover.invalid/**', route => route.fulfill({ body: 'there' }))
  const job = await pushJob(ground, "printf 'https://drover.invalid/docs\\nneedle one\\nNeedle two\\n'; exec sleep 1000", {
    terminal: true,
  })
  await openTerminal(ground, job)
  await screenHas(page, 'Needle two')
  await page.keyboard.press('Control+Shift+F')
  await page.keyboard.type('needle')
  await page.getByText('1 of 2', { exact: true }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByText('2 of 2', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Match case' }).click()
  await page.getByRole('button', { name: 'Next', exact: true }).click()
  await page.getByText('1 of 1', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Close search' }).click()
  const opened: string[] = []
  context.on('page', other => opened.push(other.url()))
  const screen = await page.locator('.xterm-screen').boundingBox()
  const link = { x: (screen?.x ?? 0) + 40, y: (screen?.y ?? 0) + 8 }
  await page.mouse.move(link.x + 200, link.y + 100)
  await page.mouse.move(link.x, link.y)
  await page.getByText('Ctrl + click opens it').waitFor()
  await page.mouse.click(link.x, link.y)
  await page.keyboard.down('Control')
  const [other] = await Promise.all([context.waitForEvent('page'), page.mouse.click(link.x, link.y)])
  await page.keyboard.up('Control')
  await other.waitForURL('https://drover.invalid/docs')
  expect(opened.length).toBe(1)
  expect(await other.evaluate(() => window.opener)).toBeNull()
})

test('a link whose text is another address is shown with its true one, and asked about before it opens', async () => {
  const ground = await makeGround()
  const { page, context } = ground
  await context.route('https://drover.invalid/**', route => route.fulfill({ body: 'there' }))
  // By way of tmux's passthrough, as older ones have no links of their own; it reaches those who are attached.
  const osc = (address: string, text: string) =>
    `\\033Ptmux;\\033\\033]8;;${address}\\033\\033\\\\${text}\\033\\033]8;;\\033\\033\\\\\\033\\\\`
  const bank = osc('https://drover.invalid/true', 'https://bank.invalid/')
  const script = osc('javascript:alert(1)', 'click me')
  const line = `tmux set -p allow-passthrough on; echo up; read x; clear; printf '${bank}'; read x; printf '\\nor '; read x; printf '${script}'; exec sleep 1000`
  const job = await pushJob(ground, line, { terminal: true })
  await openTerminal(ground, job)
  await screenHas(page, 'up')
  await page.keyboard.press('Enter')
  await screenHas(page, 'https://bank.invalid/')
  await page.keyboard.press('Enter')
  await screenHas(page, /^or/m)
  await page.keyboard.press('Enter')
  await screenHas(page, 'click me')
  const opened: string[] = []
  context.on('page', other => opened.push(other.url()))
  const [link, harm] = [await placeOf(page, 'https://bank'), await placeOf(page, 'click me')]
  await page.mouse.move(harm.x + 300, harm.y + 200)
  await page.mouse.move(harm.x, harm.y)
  await page.keyboard.down('Control')
  await page.mouse.click(harm.x, harm.y)
  await page.mouse.move(link.x, link.y)
  await page.getByText('https://drover.invalid/true Ctrl + click opens it').waitFor()
  await page.mouse.click(link.x, link.y)
  await page.keyboard.up('Control')
  const dialog = page.getByRole('dialog')
  await dialog.getByText('https://drover.invalid/true', { exact: true }).waitFor()
  expect(opened).toEqual([])
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await page.mouse.move(link.x + 300, link.y + 200)
  await page.mouse.move(link.x, link.y)
  await page.getByText('Ctrl + click opens it').waitFor()
  await page.keyboard.down('Control')
  await page.mouse.click(link.x, link.y)
  await page.keyboard.up('Control')
  const [other] = await Promise.all([context.waitForEvent('page'), dialog.getByRole('button', { name: 'Open' }).click()])
  await other.waitForURL('https://drover.invalid/true')
  expect(opened.length).toBe(1)
})

test('an open terminal takes another theme at once', async () => {
  const ground = await makeGround()
  const { page } = ground
  const job = await pushJob(ground, 'echo ready; exec sleep 1000', { terminal: true })
  await openTerminal(ground, job)
  await screenHas(page, 'ready')
  expect(await brightness(page)).toBeLessThan(60)
  await page.keyboard.press('Control+Shift+K')
  await page.getByRole('combobox', { name: 'Find and do anything' }).fill('theme light')
  await page.keyboard.press('Enter')
  await waitFor(async () => (await brightness(page)) > 200, { what: 'the terminal to be light' })
  await page.emulateMedia({ colorScheme: 'light' })
  await page.keyboard.press('Control+Shift+K')
  await page.getByRole('combobox', { name: 'Find and do anything' }).fill('theme dark')
  await page.keyboard.press('Enter')
  await waitFor(async () => (await brightness(page)) < 60, { what: 'the terminal to be dark' })
  await screenHas(page, 'ready')
})

/** A point in a text of the terminal's screen. */
async function placeOf(page: Page, text: string): Promise<{ x: number; y: number }> {
  const lines = (await screenText(page)).replaceAll('\u00a0', ' ').split('\n')
  const row = lines.findIndex(line => line.includes(text))
  const [columns, rows] = await sizeShown(page)
  const { x, y, width, height } = (await page.locator('.xterm-screen').boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }
  const column = (lines[row] ?? '').indexOf(text) + 1
  return { x: x + ((column + 0.5) * width) / columns, y: y + ((row + 0.5) * height) / rows }
}

/** Of what is drawn in the terminal, 0 to 255 on average. */
async function brightness(page: Page): Promise<number> {
  const png = await page.locator('.terminal-place').screenshot()
  return await page.evaluate(async base64 => {
    const image = new Image()
    image.src = `data:image/png;base64,${base64}`
    await image.decode()
    const canvas = new OffscreenCanvas(image.width, image.height)
    const context = canvas.getContext('2d')
    context?.drawImage(image, 0, 0)
    const pixels = context?.getImageData(0, 0, image.width, image.height).data ?? []
    let sum = 0
    for (let index = 0; index < pixels.length; index += 4) sum += pixels[index] ?? 0
    return sum / (pixels.length / 4)
  }, png.toString('base64'))
}
