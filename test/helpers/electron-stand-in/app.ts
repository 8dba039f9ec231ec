/** `app`: the life of the process, and that there is one of it. */
import { EventEmitter } from 'node:events'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endChromium, startChromium } from './chromium.ts'
import { type Part, preventable } from './part.ts'

type Closable = { close(): Promise<boolean> }

class StandInApp extends EventEmitter implements Part<Electron.App> {
  readonly isPackaged = false
  /** Filled by the windows. */
  readonly windows = new Set<Closable>()
  readonly #ready: Promise<void>
  #isReady = false
  #isQuitting = false
  #isSandboxed = false
  #userData = join(tmpdir(), `stand-in-${process.pid}`)
  #farewell: Promise<unknown> = Promise.resolve()

  constructor() {
    super()
    // A turn later: what the app's first module sets counts.
    this.#ready = new Promise(resolve => setImmediate(() => void this.#start().then(resolve)))
  }

  get isSandboxed(): boolean {
    return this.#isSandboxed
  }

  whenReady(): Promise<void> {
    return this.#ready
  }

  isReady(): boolean {
    return this.#isReady
  }

  enableSandbox(): void {
    this.#isSandboxed = true
  }

  getName(): string {
    return 'stand-in'
  }

  getPath(name: Parameters<Electron.App['getPath']>[0]): string {
    if (name === 'userData') return this.#userData
    throw new Error(`stand-in: app.getPath(${name}) is not there`)
  }

  setPath(name: string, path: string): void {
    if (name === 'userData') this.#userData = path
  }

  requestSingleInstanceLock(): boolean {
    mkdirSync(this.#userData, { recursive: true, mode: 0o700 })
    const lock = join(this.#userData, 'stand-in.pid')
    const socket = join(this.#userData, 'stand-in.sock')
    try {
      if (!isAlive(Number(readFileSync(lock, 'utf8')))) rmSync(lock)
    } catch {
      // There is none.
    }
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' })
    } catch {
      this.#farewell = tellFirst(socket)
      return false
    }
    process.once('exit', () => rmSync(lock, { force: true }))
    rmSync(socket, { force: true })
    createServer(caller => {
      caller
        .on('data', text => this.emit('second-instance', {}, JSON.parse(String(text)), '/', null))
        .on('error', () => undefined)
    })
      .listen(socket)
      .unref()
    return true
  }

  quit(): void {
    void this.#quit()
  }

  exit(code = 0): void {
    void this.#farewell.then(endChromium).then(() => process.exit(code))
  }

  async #start(): Promise<void> {
    await this.#farewell
    await startChromium(this.#userData)
    this.#isReady = true
    this.emit('ready', {}, {})
  }

  async #quit(): Promise<void> {
    if (this.#isQuitting) return
    this.#isQuitting = true
    const event = preventable({})
    this.emit('before-quit', event)
    if (event.defaultPrevented || !(await this.#closeWindows())) {
      this.#isQuitting = false
      return
    }
    this.emit('will-quit', preventable({}))
    this.emit('quit', {}, 0)
    this.exit(0)
  }

  async #closeWindows(): Promise<boolean> {
    for (const window of this.windows) if (!(await window.close())) return false
    return true
  }

  /** Called by the last window; while the app quits nobody is told. */
  windowGone(): void {
    if (this.windows.size > 0 || this.#isQuitting) return
    if (!this.emit('window-all-closed')) this.quit()
  }
}

export const app = new StandInApp()

function tellFirst(socket: string): Promise<unknown> {
  return new Promise(resolve => {
    const caller = connect(socket, () => caller.end(JSON.stringify(process.argv), () => resolve(null)))
    caller.on('error', () => resolve(null))
  })
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
