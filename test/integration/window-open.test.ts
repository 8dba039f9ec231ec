/** `drover open` on a real core: which program is started and how, by which way the token reaches it, and what is said where none can be. */
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import type { OpenedWindow } from '../../src/shared/contract.ts'
import { type FakeBrowser, makeBrowsers, type Started } from '../helpers/fake-browser.ts'
import { isAlive, processText } from '../helpers/processes.ts'
import { type Product, startProduct } from '../helpers/product.ts'
import { rpc } from '../helpers/rpc.ts'
import { toolsWithout } from '../helpers/tools.ts'
import { waitFor } from '../helpers/wait.ts'
import { askAddress, post, signIn, tokenOf } from '../helpers/web.ts'

const SCREEN = { DISPLAY: ':7', XAUTHORITY: '/home/me/.Xauthority' }
const RUNS_ON = 'exec sleep 600'
const OURS = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'brave-browser',
  'microsoft-edge',
  'xdg-open',
]

/** All programs of this computer but those. */
let others: string
beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'others-'))
  others = toolsWithout(folder, OURS)
  return () => rmSync(folder, { recursive: true })
})

/** A product on a computer that has these browsers and no others. */
async function withBrowsers(then: Record<string, string>): Promise<{ product: Product; browsers: FakeBrowser }> {
  let browsers: FakeBrowser | undefined
  const path = (home: string) => {
    browsers = makeBrowsers(join(home, 'browsers'), then)
    return `${browsers.folder}:${others}`
  }
  const product = await startProduct({}, { path })
  if (!browsers) throw new Error('No PATH was asked for')
  return { product, browsers }
}

/** The file that the browser was given. */
function fileOf({ args }: Started): string {
  return fileURLToPath(args.at(-1)?.replace(/^--app=/, '') ?? '')
}

function tokenIn(page: string): string {
  return tokenOf(/url=([^"]+)"/.exec(page)?.[1] ?? null)
}

function redirects(folder: string): string[] {
  return readdirSync(folder).filter(name => name.startsWith('open-'))
}

test('Chromium is started on the display of the person, with a file that holds the token, and the token stands nowhere else', async () => {
  const { product, browsers } = await withBrowsers({ chromium: RUNS_ON, firefox: RUNS_ON })
  // The core was started somewhere else.
  await product.drover(['daemon', 'start'], { env: { DISPLAY: ':1', WAYLAND_DISPLAY: 'wayland-9' } })
  const opened = await product.drover(['open'], { env: { ...SCREEN, BROWSER: 'firefox' } })
  const { webAddress, socketPath } = await product.status()
  expect(opened).toMatchObject({ code: 0, stdout: `Opened in chromium: ${webAddress}\n` })
  expect(opened.stderr).toContain('drover open --print')
  const started = await browsers.started('chromium')
  const file = fileOf(started)
  expect(started.args).toEqual([`--app=file://${file}`])
  expect(dirname(file)).toBe(dirname(socketPath))
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(statSync(dirname(file)).mode & 0o777).toBe(0o700)
  expect(started.env).toMatchObject({ ...SCREEN, BROWSER: 'firefox', HOME: product.home.dir })
  expect(started.env).not.toHaveProperty('WAYLAND_DISPLAY')
  expect(started.files).toEqual(['/dev/null', '/dev/null', '/dev/null', '/'])
  const token = tokenIn(started.page)
  for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name))) expect(processText(Number(pid))).not.toContain(token)
  expect(product.coreLog()).not.toContain(token)
  expect(browsers.wasStarted('firefox')).toBe(false)

  await signIn(webAddress ?? '', token)
  expect(existsSync(file)).toBe(false)
  await product.killCore()
  expect(isAlive(started.pid)).toBe(true)
})

test('a window whose page signs in is told as shown', async () => {
  const { product, browsers } = await withBrowsers({ chromium: RUNS_ON })
  const opening = product.drover(['open', '--json'], { env: SCREEN })
  const { page } = await browsers.started('chromium')
  const { webAddress } = await product.status()
  await signIn(webAddress ?? '', tokenIn(page))
  const result = JSON.parse((await opening).stdout) as OpenedWindow
  expect(result).toEqual({
    address: webAddress,
    url: null,
    validMs: 300_000,
    isLocal: true,
    openedWith: 'chromium',
    isShown: true,
    problem: null,
  })
})

test('a browser that hands the page to one that runs, and ends well, has opened it', async () => {
  const { product } = await withBrowsers({ 'google-chrome': 'exit 0' })
  expect(await product.drover(['open'], { env: { WAYLAND_DISPLAY: 'wayland-0' } })).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^Opened in google-chrome: http/),
  })
})

test('where one fails at once the next is tried: what BROWSER names, then xdg-open', async () => {
  const { product, browsers } = await withBrowsers({ chromium: 'exit 1', firefox: 'kill -ABRT $$', 'xdg-open': RUNS_ON })
  const env = { ...SCREEN, BROWSER: 'nothing:firefox --new-window %s' }
  expect((await product.drover(['open'], { env })).stdout).toMatch(/^Opened in xdg-open: http/)
  const file = fileOf(await browsers.started('xdg-open'))
  expect((await browsers.started('chromium')).args).toEqual([`--app=file://${file}`])
  expect((await browsers.started('firefox')).args).toEqual(['--new-window', `file://${file}`])
})

test('where all fail it says what became of each, and prints an address that signs in once', async () => {
  const { product } = await withBrowsers({ chromium: 'exit 3', 'xdg-open': 'kill -SEGV $$' })
  const { code, stdout, stderr } = await product.drover(['open'], { env: SCREEN })
  expect(code).toBe(0)
  expect(stderr).toMatch(/^chromium ended at once \(exit code 3\); xdg-open ended at once \(SIGSEGV\)\. Start a browser by hand/)
  expect(stderr).toContain('within 5 min')
  const { webAddress, socketPath } = await product.status()
  expect(redirects(dirname(socketPath))).toEqual([])
  await signIn(webAddress ?? '', tokenOf(stdout.trim()))
  expect(await post(webAddress ?? '', '/session', { token: tokenOf(stdout.trim()) })).toMatchObject({ status: 403 })
})

test('where there is no browser it says so, and what to do', async () => {
  const { product } = await withBrowsers({})
  const { stdout, stderr } = await product.drover(['open'], { env: SCREEN })
  expect(stderr).toMatch(/^No browser was found here\. Install Chromium, or set BROWSER/)
  expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}\n$/)
})

test('without a display, or asked only to print, nothing is started', async () => {
  const { product, browsers } = await withBrowsers({ chromium: RUNS_ON })
  for (const [args, env] of [
    [['open'], {}],
    [['open'], { BROWSER: 'chromium', DISPLAY: '' }],
    [['open', '--print'], SCREEN],
  ] as const) {
    const { code, stdout } = await product.drover(args, { env })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}\n$/)
  }
  const result = JSON.parse((await product.drover(['open', '--json'])).stdout) as OpenedWindow
  expect(result).toMatchObject({ openedWith: null, isShown: false, problem: null })
  await signIn(result.address ?? '', tokenOf(result.url))
  expect(browsers.wasStarted('chromium')).toBe(false)
})

test('nothing but the desktop’s own variables is handed on', async () => {
  const { product } = await withBrowsers({ chromium: RUNS_ON })
  const { socketPath } = await product.status()
  for (const display of [
    { LD_PRELOAD: '/x.so' },
    { DISPLAY: 'a\0b' },
    { DISPLAY: 7 },
    { DISPLAY: 'x'.repeat(5000) },
    { PATH: '/x' },
    [],
    'x',
  ])
    expect(await rpc(socketPath, 'window.open', { display }), JSON.stringify(display)).toMatchObject({ status: 400 })
})

test('the file of a core that was killed goes with the start of the next', async () => {
  const { product, browsers } = await withBrowsers({ chromium: RUNS_ON })
  await product.drover(['open'], { env: SCREEN })
  const started = await browsers.started('chromium')
  const file = fileOf(started)
  await product.killCore()
  expect(existsSync(file)).toBe(true)
  const { webAddress } = await product.status()
  expect(existsSync(file)).toBe(false)
  // Nobody had signed in, so nothing listens until it is asked for; and what was in the file is worth nothing.
  expect(webAddress).toBeNull()
  const { address } = await askAddress(product)
  expect(await post(address, '/session', { token: tokenIn(started.page) })).toMatchObject({ status: 403 })
})

test('a core that ends in order takes its file along', async () => {
  const { product, browsers } = await withBrowsers({ chromium: RUNS_ON })
  await product.drover(['open'], { env: SCREEN })
  const file = fileOf(await browsers.started('chromium'))
  await product.drover(['daemon', 'stop'])
  await waitFor(() => !existsSync(file), { what: 'the file to be gone' })
})
