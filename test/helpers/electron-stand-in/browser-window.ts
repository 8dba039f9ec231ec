/** `BrowserWindow`: a page of Chromium, and what the app believes of its frame. */
import { EventEmitter } from 'node:events'
import { app } from './app.ts'
import { screen } from './desktop.ts'
import { type Part, preventable } from './part.ts'
import { StandInWebContents } from './web-contents.ts'

const windows = new Map<number, StandInWindow>()
/** What no window of ours may have, and what it must. */
const SAFE: Electron.WebPreferences = {
  contextIsolation: true,
  sandbox: true,
  webSecurity: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webviewTag: false,
  allowRunningInsecureContent: false,
}

class StandInWindow extends EventEmitter implements Part<Electron.BrowserWindow> {
  static #lastId = 0
  readonly id = ++StandInWindow.#lastId
  readonly contents: StandInWebContents
  readonly webContents: Electron.WebContents
  #bounds: Electron.Rectangle
  #isVisible: boolean
  #isMaximized = false
  #isMinimized = false
  #isDestroyed = false

  constructor({
    x,
    y,
    width = 800,
    height = 600,
    show = true,
    webPreferences = {},
  }: Electron.BrowserWindowConstructorOptions = {}) {
    super()
    const preferences = { ...SAFE, ...webPreferences }
    for (const [name, safe] of Object.entries(SAFE))
      if (preferences[name as keyof typeof preferences] !== safe) throw new Error(`stand-in: ${name} is not safe`)
    const area = screen.getPrimaryDisplay().workArea
    this.#bounds = { x: x ?? Math.round((area.width - width) / 2), y: y ?? Math.round((area.height - height) / 2), width, height }
    this.#isVisible = show
    this.contents = new StandInWebContents({ preferences, width, height, close: () => void this.close() })
    this.webContents = this.contents as unknown as Electron.WebContents
    this.contents.once('did-finish-load', () => this.emit('ready-to-show'))
    this.contents.once('destroyed', () => this.#gone())
    windows.set(this.id, this)
    app.windows.add(this)
    app.emit('web-contents-created', {}, this.contents)
  }

  static getAllWindows(): StandInWindow[] {
    return [...windows.values()]
  }

  static fromWebContents(contents: Electron.WebContents): StandInWindow | null {
    return StandInWindow.getAllWindows().find(window => window.webContents === contents) ?? null
  }

  loadURL(url: string): Promise<void> {
    return this.contents.loadURL(url)
  }

  show(): void {
    this.#isVisible = true
    this.emit('show')
  }

  focus(): void {
    this.emit('focus')
  }

  isVisible(): boolean {
    return this.#isVisible
  }

  isDestroyed(): boolean {
    return this.#isDestroyed
  }

  isMaximized(): boolean {
    return this.#isMaximized
  }

  isMinimized(): boolean {
    return this.#isMinimized
  }

  minimize(): void {
    this.#isMinimized = true
    this.emit('minimize')
  }

  restore(): void {
    this.#isMinimized = false
    this.emit('restore')
  }

  maximize(): void {
    this.#isMaximized = true
    this.emit('resize')
  }

  getNormalBounds(): Electron.Rectangle {
    return { ...this.#bounds }
  }

  getBounds(): Electron.Rectangle {
    return this.#isMaximized ? screen.getPrimaryDisplay().workArea : this.getNormalBounds()
  }

  setBounds(bounds: Partial<Electron.Rectangle>): void {
    this.#bounds = { ...this.#bounds, ...bounds }
    this.emit('resize')
    this.emit('move')
  }

  /** False if somebody kept it open. Electron's own gives nothing. */
  async close(): Promise<boolean> {
    const event = preventable({})
    this.emit('close', event)
    if (event.defaultPrevented) return false
    await this.contents.destroy()
    this.#gone()
    return true
  }

  #gone(): void {
    if (this.#isDestroyed) return
    this.#isDestroyed = true
    windows.delete(this.id)
    app.windows.delete(this)
    this.emit('closed')
    app.windowGone()
  }
}

export const BrowserWindow = StandInWindow as unknown as typeof Electron.BrowserWindow satisfies Partial<
  typeof Electron.BrowserWindow
>

export const webContents = {
  getAllWebContents: () => StandInWindow.getAllWindows().map(window => window.webContents),
  fromDevToolsTargetId: targetId =>
    StandInWindow.getAllWindows().find(window => window.contents.targetId === targetId)?.webContents,
} satisfies Partial<typeof Electron.webContents>
