/**
 * The window in Electron: that it opens, is the core, talks to it, and lets nobody else do so; how it takes over and how it ends. The same
 * tests run on Electron, where its program is installed, and on a stand-in for it, which is Node and Chromium and proves nothing of
 * Electron itself: see test/helpers/electron-stand-in.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ElectronApplication, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import type { WindowBridge } from '../../src/shared/window-bridge.ts'
import {
  type ElectronProgram,
  type ElectronWindow,
  packagedElectron,
  realElectron,
  STAND_IN_PROGRAM,
  startElectron,
} from '../helpers/electron-app.ts'
import { openNetwork } from '../helpers/network.ts'
import { isAlive, pidsWithEnv, processArguments } from '../helpers/processes.ts'
import { type Product, startProduct } from '../helpers/product.ts'
import { startSshd } from '../helpers/sshd.ts'
import { waitFor, within } from '../helpers/wait.ts'

declare global {
  interface Window {
    readonly drover: WindowBridge<File>
  }
}

const ROOT = join(import.meta.dirname, '../..')
const BACK_ENDS = [
  { name: 'the stand-in for Electron', electron: STAND_IN_PROGRAM },
  { name: 'Electron (skipped where its program is not installed)', electron: realElectron() },
]
for (const { name, electron } of BACK_ENDS) {
  describe.skipIf(electron === null)(name, () => suite(electron ?? STAND_IN_PROGRAM))
}
const packaged = packagedElectron()
if (packaged) describe('a package', () => suite(packaged))

function suite(electron: ElectronProgram): void {
  const open = async (product: Product): Promise<ElectronWindow> => {
    const window = await startElectron(electron, product)
    await window.page
      .getByText(/\d of \d hosts?/)
      .first()
      .waitFor()
    return window
  }

  test('the window opens at app://, and its process is the core that the command line speaks to', async () => {
    const product = await startProduct()
    const { app, page } = await open(product)
    expect(await urls(app)).toEqual(['app://drover/'])
    expect((await product.status()).pid).toBe(await app.evaluate(() => process.pid))
    await page.reload()
    await page.getByText('1 of 1 host').waitFor()
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map(window => window.isVisible()))).toEqual([
      true,
    ])
  })

  test('events reach it, and a log of some megabytes, whole', async () => {
    const product = await startProduct()
    const { page } = await open(product)
    await product.running(['--on', 'local', '-n', '--', 'sleep 1000'])
    await page.getByText('1 job running').waitFor()
    const pushed = await product.drover(['push', '--on', 'local', '-n', '--', 'seq 1 500000'])
    expect(pushed.code).toBe(0)
    const job = (await product.jobs()).find(({ command }) => JSON.stringify(command).includes('seq'))
    const text = await readLog(page, job?.id ?? '')
    expect(text.length).toBe(3_388_895)
    expect(text.endsWith('499999\n500000\n')).toBe(true)
  })

  test('the page has no Node and no way out but the bridge, and runs no script of others', async () => {
    const { app, page } = await open(await startProduct())
    const seen = await page.evaluate(() => {
      const inline = document.createElement('script')
      inline.textContent = 'window.stranger = true'
      document.head.append(inline)
      const names = ['require', 'process', 'module', 'Buffer', 'electron', 'ipcRenderer', 'stranger']
      return { there: names.filter(name => name in window), bridge: Object.keys(window.drover).sort() }
    })
    expect(seen).toEqual({ there: [], bridge: ['connect', 'onRoute', 'pathOf'] })
    expect(await page.evaluate(() => window.drover.pathOf(new File(['x'], 'of-no-disk')))).toBe('')
    expect(await page.evaluate(() => fetch('https://example.org/').catch(() => 'refused'))).toBe('refused')
    const preferences = await app.evaluate(({ BrowserWindow }) => {
      // Not in electron.d.ts, and there all the same.
      const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as { getLastWebPreferences(): object }
      return contents.getLastWebPreferences()
    })
    const safe = { contextIsolation: true, sandbox: true, webSecurity: true, nodeIntegration: false, webviewTag: false }
    expect(preferences).toMatchObject(safe)
  })

  test('a page that is not ours gets no connection, though it has the preload', async () => {
    const product = await startProduct()
    const { app, page } = await open(product)
    const coming = app.waitForEvent('window')
    await app.evaluate(
      ({ BrowserWindow }, preload) => {
        void new BrowserWindow({ webPreferences: { preload } }).loadURL('data:text/html,<title>other</title>')
      },
      join(ROOT, 'out/preload/index.cjs'),
    )
    const other = await coming
    await waitFor(async () => (await other.title()) === 'other')
    const said = (where: Page) =>
      where.evaluate(
        () =>
          new Promise(resolve => {
            window.drover.connect({ message: resolve, closed: code => resolve(`closed ${code}`) })
          }),
      )
    expect(await said(other)).toBe('closed null')
    expect(await said(page)).toContain('"welcome"')
    expect(product.coreLog()).toContain('not our page')
  })

  test('it goes nowhere else, opens only web addresses and those elsewhere, and is granted nothing', async () => {
    const { app, page } = await open(await startProduct())
    await app.evaluate(({ shell }) => {
      const opened: string[] = []
      Object.assign(globalThis, { opened })
      shell.openExternal = async url => void opened.push(url)
    })
    await page.evaluate(() => {
      for (const url of ['https://example.org/a', 'file:///etc/passwd', 'smb://example.org/', 'about:blank']) window.open(url)
    })
    await waitFor(() => app.evaluate(() => (globalThis as unknown as { opened: string[] }).opened.length))
    await page.evaluate(() => {
      location.href = 'https://example.org/b'
    })
    await page.getByText('1 of 1 host').waitFor()
    expect(await urls(app)).toEqual(['app://drover/'])
    expect(await app.evaluate(() => (globalThis as unknown as { opened: string[] }).opened)).toEqual(['https://example.org/a'])
    const state = (permission: string) =>
      page.evaluate(async wanted => (await navigator.permissions.query({ name: wanted as PermissionName })).state, permission)
    for (const permission of ['geolocation', 'notifications', 'camera', 'microphone'])
      await waitFor(async () => (await state(permission)) === 'denied', { what: `${permission} to be denied` })
  })

  test('the menu leads to places, and so does whoever asks the core for the window', async () => {
    const product = await startProduct()
    const { app, page } = await open(product)
    await app.evaluate(({ Menu }) => {
      const go = Menu.getApplicationMenu()?.items.find(({ label }) => label === '&Go')
      go?.submenu?.items.find(({ label }) => label === 'Jobs')?.click()
    })
    await waitFor(() => page.url().endsWith('#/jobs'), { what: 'the menu to lead to the jobs' })
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.minimize())
    const { stdout } = await product.drover(['open'], { env: { DISPLAY: ':0' } })
    expect(stdout).toBe('Opened in Drover\n')
    expect((await product.status()).webAddress).toBeNull()
    await waitFor(async () => !(await isMinimized(app)), { what: 'the window to be shown again' })
  })

  test('a second start brings the first window to the front', async () => {
    const product = await startProduct()
    const { app } = await open(product)
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.minimize())
    const env = { ...product.env, STAND_IN_NODE: process.execPath }
    const second = spawn(electron.program, ['--no-sandbox', ...electron.args], { env, stdio: ['ignore', 'pipe', 'ignore'] })
    let output = ''
    second.stdout.setEncoding('utf8').on('data', text => {
      output += text
    })
    expect(await within(once(second, 'close'))).toEqual([0, null])
    expect(output).toContain('was brought to the front')
    await waitFor(async () => !(await isMinimized(app)))
    expect(await urls(app)).toHaveLength(1)
  })

  test('it takes over from a core without a window; the job of that one goes on, and is still there after the window', async () => {
    const product = await startProduct({ box: await startSshd() })
    const id = await product.running(['--on', 'box', '-n', '--', 'sleep 1000'])
    const before = product.corePid()
    const { app, page, output, ended } = await open(product)
    await page.getByText('1 job running').waitFor()
    expect(isAlive(before)).toBe(false)
    expect((await product.status()).pid).not.toBe(before)
    await app.close()
    expect(await within(ended), output()).toBe(0)
    expect(output()).toContain('1 job goes on on its host')
    expect(cores(product)).toEqual([])
    await product.reaches(id, 'running')
  })

  test('with keep_core a core goes on when the window is quit', async () => {
    const product = await startProduct()
    await product.drover(['config', 'set', 'keep_core', 'true'])
    const { app } = await open(product)
    expect(cores(product)).toEqual([])
    await app.close()
    await waitFor(() => cores(product).length > 0, { what: 'the next core' })
    await waitFor(async () => cores(product).includes((await product.status()).pid))
  })

  test('a core that does not go is told of, and left alone', async () => {
    const product = await startProduct()
    await product.status()
    const pid = product.corePid()
    process.kill(pid, 'SIGSTOP')
    const env = { ...product.env, STAND_IN_NODE: process.execPath }
    const window = spawn(electron.program, ['--no-sandbox', ...electron.args], { env, stdio: ['ignore', 'ignore', 'pipe'] })
    let output = ''
    window.stderr.setEncoding('utf8').on('data', text => {
      output += text
    })
    expect(await within(once(window, 'close'), { timeoutMs: 60_000 })).toEqual([1, null])
    expect(output).toContain('Another core of yours runs and does not end')
    process.kill(pid, 'SIGCONT')
    // It has been asked, and goes; the next command has a core.
    expect(await product.drover(['status'])).toMatchObject({ code: 0 })
  })

  test('who ends the core ends the window', async () => {
    const product = await startProduct()
    const { output, ended } = await open(product)
    const stopped = await product.drover(['daemon', 'stop'])
    expect(stopped).toMatchObject({ code: 0 })
    expect(await within(ended), output()).toBe(0)
  })

  test('after a sleep of the computer hosts are asked at once', async () => {
    const product = await startProduct()
    const { app } = await open(product)
    await app.evaluate(({ powerMonitor }) => powerMonitor.emit('resume'))
    await waitFor(() => product.coreLog().includes('was asleep'))
  })

  test('quitting asks when a push would be broken off, and stays if told so', async () => {
    const network = await openNetwork(await startSshd())
    const product = await startProduct({ box: network.host })
    const { app, output, ended } = await open(product)
    const folder = join(product.home.dir, 'big')
    await product.drover(['push', '-d', '--on', 'box', '-n', '--', 'true'])
    network.setSpeed(50_000)
    mkdirSync(folder)
    writeFileSync(join(folder, 'data'), Buffer.alloc(8_000_000, 'x1y2z3'))
    const push = product.begin(['push', '--on', 'box', '--', 'true'], { cwd: folder })
    await waitFor(async () => (await product.status()).comingJobs.syncing === 1, { what: 'a push under way' })
    const answer = (response: number) =>
      app.evaluate(({ dialog }, chosen) => {
        dialog.showMessageBox = (async (...words: unknown[]) => {
          Object.assign(globalThis, { asked: (words.at(-1) as { message: string }).message })
          return { response: chosen, checkboxChecked: false }
        }) as typeof dialog.showMessageBox
      }, response)
    const asked = () => app.evaluate(() => (globalThis as unknown as { asked?: string }).asked)
    await answer(1)
    await app.evaluate(({ app: electron }) => electron.quit())
    await waitFor(async () => (await asked()) === '1 push under way')
    expect((await product.status()).comingJobs.syncing).toBe(1)
    expect(await urls(app)).toEqual(['app://drover/'])
    await answer(0)
    await app.close()
    expect(await within(ended), output()).toBe(0)
    push.child.kill('SIGKILL')
    await push.done
  })

  test('it comes back where it was and as large, from a file that is its owner’s alone', async () => {
    const product = await startProduct()
    const file = join(product.home.dir, '.local/state/drover/window/window.json')
    const first = await open(product)
    const bounds = { x: 120, y: 60, width: 1000, height: 700 }
    await first.app.evaluate(({ BrowserWindow }, to) => BrowserWindow.getAllWindows()[0]?.setBounds(to), bounds)
    await first.app.close()
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ bounds, isMaximized: false })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const second = await open(product)
    expect(await boundsOf(second.app)).toEqual(bounds)
    await second.app.close()
    writeFileSync(file, '{"bounds":{"x":9999,"y":0,"width":800,"height":600},"isMaximized":false}')
    const third = await open(product)
    expect(await boundsOf(third.app)).toMatchObject({ width: 800, height: 600 })
    expect((await boundsOf(third.app))?.x).toBeLessThan(1920)
  })
}

function urls(app: ElectronApplication): Promise<string[]> {
  return app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map(({ webContents }) => webContents.getURL()))
}

function boundsOf(app: ElectronApplication) {
  return app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getNormalBounds())
}

function isMinimized(app: ElectronApplication): Promise<boolean | undefined> {
  return app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isMinimized())
}

/** Those without a window. */
function cores(product: Product): number[] {
  const own = pidsWithEnv(`DROVER_TEST_PRODUCT=${product.home.dir}`)
  return own.filter(pid => processArguments(pid).some(word => word.endsWith('headless.js')))
}

/** By a connection of its own, taking what comes as the page does. */
function readLog(page: Page, job: string): Promise<string> {
  return page.evaluate(
    wanted =>
      new Promise<string>((resolve, reject) => {
        const decoder = new TextDecoder()
        let text = ''
        const port = window.drover.connect({
          message: message => {
            if (typeof message !== 'string') {
              const bytes = message.subarray(4)
              text += decoder.decode(bytes, { stream: true })
              port.send(JSON.stringify({ type: 'took', stream: 1, bytes: bytes.length }))
            } else if (message.includes('"welcome"'))
              port.send(JSON.stringify({ type: 'log', stream: 1, job: wanted, fromByte: 0, follow: false }))
            else if (message.includes('"ended"')) resolve(text)
          },
          closed: (code, reason) => reject(new Error(`closed ${code} ${reason}`)),
        })
      }),
    job,
  )
}
