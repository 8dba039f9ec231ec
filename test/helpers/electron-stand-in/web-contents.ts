/** `webContents` of one window: loads pages, guards where they go, and passes messages between them and `ipcMain`. */
import { EventEmitter } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { ipcMain, StandInPort } from './ipc.ts'
import { PageSession, type Paused } from './page-session.ts'
import { type Part, preventable } from './part.ts'
import type { Sent } from './preload-world.ts'
import { answerFor } from './protocol.ts'
import { defaultSession } from './session.ts'

type OpenHandler = Parameters<Electron.WebContents['setWindowOpenHandler']>[0]
type Options = { preferences: Electron.WebPreferences; width: number; height: number; close(): void }

export class StandInWebContents extends EventEmitter implements Part<Electron.WebContents> {
  readonly session = defaultSession as unknown as Electron.Session
  readonly ready: Promise<PageSession>
  readonly #options: Options
  readonly #ports = new Map<string, StandInPort>()
  #page: PageSession | undefined
  #url = ''
  /** By our own doing, which asks nobody. */
  #loading: string | undefined
  #open: OpenHandler = () => ({ action: 'allow' })

  constructor(options: Options) {
    super()
    this.#options = options
    this.ready = this.#start()
    this.ready.catch(gone)
  }

  get targetId(): string | undefined {
    return this.#page?.targetId
  }

  getURL(): string {
    return this.#url
  }

  getLastWebPreferences(): Electron.WebPreferences {
    return this.#options.preferences
  }

  isDestroyed(): boolean {
    return this.#page === undefined
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this.#open = handler
  }

  send(channel: string, ...values: unknown[]): void {
    this.#page?.tell({ type: 'ipc', channel, values })
  }

  async loadURL(url: string): Promise<void> {
    const page = await this.ready
    this.#loading = url
    await page.load(url)
    this.emit('did-finish-load')
  }

  reload(): void {
    this.#loading = this.#url
    this.#page?.reload().then(() => this.emit('did-finish-load'), gone)
  }

  close(): void {
    this.#options.close()
  }

  async destroy(): Promise<void> {
    await (await this.ready).close()
  }

  async #start(): Promise<PageSession> {
    const { preferences, width, height } = this.#options
    const preload = preferences.preload === undefined ? null : readFileSync(preferences.preload, 'utf8')
    const page = await PageSession.open({ preload, width, height, onRequest: request => this.#request(request) })
    page.on('sent', (message, world) => this.#sent(page, message, world))
    page.on('worldGone', world => {
      for (const [key, port] of this.#ports) if (key.startsWith(`${world}:`)) port.gone()
    })
    page.on('navigated', url => {
      this.#url = url
      defaultSession.apply(this as unknown as Electron.WebContents, url).catch(gone)
    })
    page.on('opened', url => {
      const { action } = this.#open({
        url,
        frameName: '',
        features: '',
        disposition: 'new-window',
        referrer: { url: '', policy: 'default' },
      })
      if (action !== 'deny') throw new Error(`stand-in: a window for ${url} is not there`)
    })
    page.on('crashed', () => this.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 1 }))
    page.on('gone', () => {
      this.#page = undefined
      for (const port of this.#ports.values()) port.gone()
      this.emit('destroyed')
    })
    this.#page = page
    return page
  }

  async #request({ url, method, isNavigation, isMainFrame }: Paused): Promise<Response | 'refused' | null> {
    const isOurs = isMainFrame && this.#loading !== undefined && withoutFragment(this.#loading) === withoutFragment(url)
    if (isNavigation && isOurs) this.#loading = undefined
    else if (isNavigation) {
      const event = preventable({ url, isSameDocument: false, isMainFrame })
      this.emit('will-frame-navigate', event)
      if (isMainFrame) this.emit('will-navigate', event)
      if (event.defaultPrevented) return 'refused'
    }
    // No page comes while this file is there.
    while (isNavigation && existsSync(process.env.STAND_IN_HELD ?? '')) await delay(20)
    return await answerFor(url, method)
  }

  #sent(page: PageSession, message: Exclude<Sent, { type: 'open' }>, world: number): void {
    if (message.type === 'preload-error') {
      process.stderr.write(`stand-in: the preload failed: ${message.message}\n`)
      return
    }
    if (message.type === 'port') {
      this.#ports.get(`${world}:${message.port}`)?.received(message.data)
      return
    }
    if (message.type === 'port-close') {
      this.#ports.get(`${world}:${message.port}`)?.gone()
      return
    }
    const ports = message.ports.map(number => {
      const port = new StandInPort(number, told => page.tell(told, world))
      const key = `${world}:${number}`
      this.#ports.set(key, port)
      port.once('close', () => this.#ports.delete(key))
      return port
    })
    const senderFrame = { url: this.#url, parent: null }
    ipcMain.emit(message.channel, { sender: this, senderFrame, ports, type: 'frame' }, ...message.values)
  }
}

/** Chromium was ended under us, as the app ends. */
function gone(): void {
  // Nobody is left to be told.
}

function withoutFragment(url: string): string {
  return url.split('#')[0] ?? url
}
