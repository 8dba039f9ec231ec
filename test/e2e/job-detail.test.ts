/** The job's page in a real browser on a real core, with jobs on a real sshd host: terminal, log, files, and what is done with a job. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import type { JobView } from '../../src/shared/domain.ts'
import { axeFindings } from '../helpers/axe.ts'
import { closeBrowser, openWindow, type Window } from '../helpers/browser.ts'
import { type Product, startProduct } from '../helpers/product.ts'
import { type Sshd, startSshd } from '../helpers/sshd.ts'
import { waitFor } from '../helpers/wait.ts'

afterAll(closeBrowser)

type Ground = Window & { product: Product; sshd: Sshd }
type Pushed = { terminal?: boolean; folder?: string; pull?: string[] }

async function makeGround(): Promise<Ground> {
  const sshd = await startSshd()
  const product = await startProduct({ box: sshd })
  const window = await openWindow(product)
  window.problems.expect(/WebSocket connection to .* failed/)
  await window.page.getByText('2 of 2 hosts').waitFor()
  return { ...window, product, sshd }
}

async function push({ product }: Ground, line: string, { terminal = false, folder, pull = [] }: Pushed = {}): Promise<JobView> {
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

async function open({ page, address }: Ground, job: JobView, tab = ''): Promise<void> {
  await page.goto(`${address}/#/jobs/${job.id}${tab === '' ? '' : `/${tab}`}`)
}

/** Opens a job's terminal with its words in the page, where they can be read. */
async function openTerminal(ground: Ground, job: JobView): Promise<void> {
  const { page } = ground
  await open(ground, job, 'terminal')
  await attached(page)
  const reader = page.getByRole('button', { name: 'Screen reader mode' })
  if ((await reader.getAttribute('aria-pressed')) === 'false') await reader.click()
  await page.getByRole('textbox', { name: 'Terminal input' }).focus()
}

async function attached(page: Page): Promise<void> {
  await page.getByText('Attached. Leaving').waitFor()
}

/** A row of the screen a line. */
async function screenText(page: Page): Promise<string> {
  return (await page.locator('.xterm-accessibility-tree > *').allTextContents()).join('\n')
}

/** Columns and rows. */
async function sizeShown(page: Page): Promise<[number, number]> {
  const [columns = 0, rows = 0] = ((await page.getByText(/^\d+ × \d+$/).textContent()) ?? '').split(' × ').map(Number)
  return [columns, rows]
}

async function screenHas(page: Page, text: string | RegExp): Promise<void> {
  let seen = ''
  const has = async () => {
    seen = (await screenText(page)).replaceAll('\u00a0', ' ')
    return typeof text === 'string' ? seen.includes(text) : text.test(seen)
  }
  await waitFor(has, { timeoutMs: 20_000, what: `the screen to show ${text}` }).catch(error => {
    throw new Error(`${error.message}; it shows:\n${seen}`)
  })
}

test('a terminal: what is typed, what is printed, its size; left and come back to', async () => {
  const ground = await makeGround()
  const { page, product } = ground
  const job = await push(ground, 'echo ready; exec sh -i', { terminal: true })
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
  await open(ground, job)
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
  const job = await push(ground, 'exec sh -i', { terminal: true })
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
  const job = await push(ground, 'stty raw -echo; echo up; head -c 400000 | md5sum; exec sleep 1000', { terminal: true })
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
  const job = await push(ground, 'echo ready; exec sh -i', { terminal: true })
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
  const job = await push(ground, 'echo ready; exec sh -i', { terminal: true })
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
  const job = await push(ground, 'echo ready; exec sh -i', { terminal: true })
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

test('hostile output does nothing but be output', async () => {
  const ground = await makeGround()
  const { page, context, product } = ground
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const hostile = [
    '\\033]0;evil title\\007',
    '\\033]52;c;ZXZpbA==\\007',
    '\\033]8;;https://evil.example/path\\033\\\\https://good.example\\033]8;;\\033\\\\ ',
    '<img src=x onerror=document.title=1> \\342\\200\\256bidi end\\n',
  ].join('')
  const job = await push(ground, `printf '${hostile}'; printf 'plain\\n'; exec sleep 1000`, { terminal: true })
  const title = await page.title()
  await page.evaluate(() => navigator.clipboard.writeText('mine'))
  await openTerminal(ground, job)
  await screenHas(page, '<img src=x')
  expect(await page.title()).toBe(title)
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('mine')
  await open(ground, job, 'log')
  await page.getByRole('log').getByText('<img src=x onerror=document.title=1>').waitFor()
  await page.getByRole('log').getByText('\\u{202e}bidi end').waitFor()
  expect(await page.locator('img').count()).toBe(0)
  // A command and a folder's name are as little to be trusted.
  const { job: named } = await product.call('job.push', {
    command: { argv: ['printf', '\u202e\x1b[31m<b>x</b>'] },
    folder: null,
    sync: false,
    host: 'box',
    terminal: null,
  })
  await open(ground, named)
  await page.getByRole('heading', { level: 1 }).getByText('\\u{202e}').waitFor()
  expect(await page.locator('h1 b').count()).toBe(0)
})

test('a log: paged through, searched, its errors, its end followed', async () => {
  const ground = await makeGround()
  const { page } = ground
  const go = join(ground.sshd.home, 'go')
  const job = await push(
    ground,
    `seq -f 'line %07.0f' 1 400000; echo 'ERROR: it broke'; seq 5; mkfifo ${go}; read x <${go}; echo after; read x <${go}; echo more; sleep 1000`,
  )
  await waitFor(async () => (await ground.product.call('job.logSize', { job: job.id })).bytes > 5_200_020)
  await open(ground, job, 'log')
  const log = page.getByRole('log')
  await log.getByText('ERROR: it broke').waitFor()
  // Only what is in sight is in the page.
  expect(await page.locator('.log-row').count()).toBeLessThan(200)
  await log.focus()
  await page.keyboard.press('Home')
  await log.getByText('line 0000001', { exact: true }).waitFor()
  const follow = page.getByRole('button', { name: /^Follow/ })
  await follow.waitFor()
  await waitFor(
    async () => {
      await page.mouse.move(700, 500)
      await page.mouse.wheel(0, 120_000)
      return log
        .getByText(/^line 00[4-9]/)
        .first()
        .isVisible()
    },
    { what: 'the next parts to be read', timeoutMs: 20_000 },
  )
  await page.getByRole('textbox', { name: 'Search the whole log' }).fill('line 02345')
  await page.keyboard.press('Enter')
  await page.getByText('1 of 100', { exact: true }).waitFor()
  await log.getByText('line 0234500', { exact: true }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByText('2 of 100', { exact: true }).waitFor()
  await expectMarked(page, 'line 0234501')
  await page.keyboard.press('Shift+Enter')
  await expectMarked(page, 'line 0234500')
  await page.getByRole('button', { name: 'Regular expression' }).click()
  await page.getByRole('textbox', { name: 'Search the whole log' }).fill('0{6}[12]$')
  await page.keyboard.press('Enter')
  await page.getByText('1 of 2', { exact: true }).waitFor()
  await page.getByRole('textbox', { name: 'Search the whole log' }).fill('(')
  await page.keyboard.press('Enter')
  await page.getByText('The pattern is not understood').waitFor()
  await page.getByRole('button', { name: 'Next error' }).click()
  await expectMarked(page, 'ERROR: it broke')
  writeFileSync(go, '\n')
  await page.getByRole('button', { name: /^Follow: \d+ B more|^Follow$/ }).click()
  await log.getByText('after', { exact: true }).waitFor()
  await page.getByText('Following the end').waitFor()
  // Who reads further up is left there, and told how much came.
  await log.hover()
  await page.mouse.wheel(0, -2000)
  await follow.waitFor()
  writeFileSync(go, '\n')
  await page.getByRole('button', { name: 'Follow: 5 B more' }).click()
  await log.getByText('more', { exact: true }).waitFor()
})

async function expectMarked(page: Page, text: string): Promise<void> {
  await page.locator('.log-row.marked').getByText(text).waitFor()
}

test('a terminal is searched, and a link in it opens by Ctrl and a click only', async () => {
  const ground = await makeGround()
  const { page, context } = ground
  // Nothing leaves this machine.
  await context.route('https://drover.invalid/**', route => route.fulfill({ body: 'there' }))
  const job = await push(ground, "printf 'https://drover.invalid/docs\\nneedle one\\nNeedle two\\n'; exec sleep 1000", {
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

test('a log is saved to a file as it is, and copied', async () => {
  const ground = await makeGround()
  const { page, context } = ground
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const job = await push(ground, "printf 'one\\n\\033[31mtwo\\033[0m\\n'")
  await ground.product.reaches(job.id, 'ended')
  await open(ground, job, 'log')
  await page.getByRole('log').getByText('two').waitFor()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save the log' }).click(),
  ])
  expect(readFileSync(await download.path(), 'utf8')).toBe('one\n\x1b[31mtwo\x1b[0m\n')
  await page.getByRole('button', { name: 'Copy', exact: true }).click()
  await page.getByText('Copied the 2 lines').waitFor()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('one\ntwo\n')
})

test('what ran for long is not stopped by one slip; a host that is gone leaves its job unknown', async () => {
  const ground = await makeGround()
  const { page, product, sshd } = ground
  const job = await push(ground, 'exec sleep 1000')
  await open(ground, job)
  await page.clock.setFixedTime(Date.now() + 120_000)
  await page.getByRole('button', { name: 'Stop', exact: true }).click()
  await page.getByRole('dialog').getByText('It has run for 0:02:').waitFor()
  await page.getByRole('button', { name: 'Let it run' }).click()
  expect((await product.job(job.id)).state).toBe('running')
  await sshd.kill()
  await page.getByText('Not known since its host cannot be asked').waitFor()
  await page.getByRole('button', { name: 'Remove' }).click()
  await page.getByRole('dialog').getByText('the job may still run there').waitFor()
})

test('files are looked at and pulled, and what is in the way is asked about', async () => {
  const ground = await makeGround()
  const { page, product } = ground
  const folder = join(product.home.dir, 'project')
  mkdirSync(folder)
  writeFileSync(join(folder, 'input'), 'x')
  const job = await push(ground, `mkdir -p 'out dir'; echo result >'out dir/r.txt'; ln -s /etc link; sleep 1000`, { folder })
  await open(ground, job, 'files')
  await page.getByRole('button', { name: 'out dir', exact: true }).click()
  await page.getByRole('button', { name: 'Pull r.txt' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Pull', exact: true }).click()
  await dialog.getByText('Brought 1 match').waitFor()
  expect(readFileSync(join(folder, 'r.txt'), 'utf8')).toBe('result\n')
  await dialog.getByRole('button', { name: 'Done' }).click()
  writeFileSync(join(folder, 'r.txt'), 'changed here')
  await page.getByRole('button', { name: 'Pull r.txt' }).click()
  await dialog.getByRole('button', { name: 'Pull', exact: true }).click()
  await dialog.getByText('1 file would be overwritten').waitFor()
  expect(readFileSync(join(folder, 'r.txt'), 'utf8')).toBe('changed here')
  await dialog.getByRole('button', { name: 'Overwrite 1 file' }).click()
  await dialog.getByText('Brought 1 match').waitFor()
  expect(readFileSync(join(folder, 'r.txt'), 'utf8')).toBe('result\n')
})

test('a pull tells how far it is, and can be left', async () => {
  const ground = await makeGround()
  const { page, product } = ground
  const job = await push(ground, 'head -c 600000000 /dev/zero >big; echo made; sleep 1000')
  await waitFor(async () => (await product.call('job.logSize', { job: job.id })).bytes > 0, { timeoutMs: 30_000 })
  const destination = join(product.home.dir, 'here')
  mkdirSync(destination)
  await open(ground, job, 'files')
  await page.getByRole('button', { name: 'Pull big' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('To which folder').fill(destination)
  await dialog.getByRole('button', { name: 'Pull', exact: true }).click()
  await dialog.getByText(/Pulling .* MB/).waitFor()
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await dialog.waitFor({ state: 'detached' })
  await waitFor(() => !existsSync(join(destination, 'big')))
})

test('stop, then kill; what failed says so, runs again elsewhere, is removed', async () => {
  const ground = await makeGround()
  const { page, product } = ground
  const stubborn = await push(ground, `trap '' TERM; echo up; while :; do sleep 1; done`)
  await waitFor(async () => (await product.call('job.logSize', { job: stubborn.id })).bytes > 0)
  await open(ground, stubborn)
  await page.getByRole('button', { name: 'Stop', exact: true }).click()
  await page.getByRole('button', { name: 'Kill now' }).click()
  await page.getByRole('article').getByText('stopped', { exact: true }).waitFor()
  const failed = await push(ground, 'echo one; echo "the last line"; exit 3')
  await product.reaches(failed.id, 'ended')
  await open(ground, failed, 'resources')
  const what = page.getByRole('region', { name: 'What happened' })
  await what.getByText('Ended with exit code 3').waitFor()
  await what.getByText('the last line').waitFor()
  await page.getByRole('button', { name: 'Run again on…' }).press('Enter')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.getByRole('menuitem', { name: /local$/ }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('article').getByRole('link', { name: 'local' }).waitFor()
  expect(page.url()).not.toContain(failed.id)
  await open(ground, failed)
  await page.getByRole('button', { name: 'Remove' }).click()
  await page
    .getByRole('dialog')
    .getByText(/go for good/)
    .waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await page.waitForURL(/#\/jobs$/)
  await waitFor(async () => !(await product.jobs()).some(({ id }) => id === failed.id))
  await open(ground, failed)
  await page.getByText('There is no such job').waitFor()
})

test('each tab has no findings of axe, in both themes', async () => {
  const ground = await makeGround()
  const { page, product } = ground
  const job = await push(
    ground,
    'for c in 0 1 2 3 4 5 6 7; do printf "\\033[3%smcolour %s\\033[0m\\n" $c $c; done; touch file; exec sh -i',
    {
      terminal: true,
    },
  )
  const failed = await push(ground, 'echo no; exit 1')
  await product.reaches(failed.id, 'ended')
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme })
    for (const [shown, tab, sign] of [
      [job, 'terminal', 'Attached. Leaving'],
      [job, 'log', 'colour 7'],
      [job, 'files', 'file'],
      [job, 'resources', 'Most memory'],
      [job, 'why', 'asked for'],
      [failed, 'files', 'Ended with exit code 1'],
    ] as const) {
      await open(ground, shown, tab)
      await page.getByText(sign).first().waitFor()
      expect({ tab, findings: await axeFindings(page) }).toEqual({ tab, findings: [] })
    }
  }
})
