/** The window, of which there is one: made when it is first shown, and again when it was closed. It keeps where it was. */
import { BrowserWindow, nativeTheme, screen } from 'electron'
import { ROUTE_CHANNEL } from '../../../shared/window-bridge.ts'
import { fitToScreens, LEAST, readWindowState, writeWindowState } from '../window-state.ts'
import { PAGE } from './page.ts'

export type WindowOptions = {
  preload: string
  stateFile: string
  /** What is not worth more than a line in the log. */
  warn(message: string, error: unknown): void
}

/** How long a window is left alone after it was moved before its place is kept. */
const SETTLED_MS = 500
/** A page that dies again so soon would die for ever. */
const RELOAD_MS = 30_000
/** As in theme/tokens.css: seen for a moment before it. */
const BACKGROUND = { dark: '#0f1115', light: '#f6f7f9' } as const

export class Window {
  readonly #options: WindowOptions
  #window: BrowserWindow | undefined
  #settled: NodeJS.Timeout | undefined
  /** A page that is being loaded hears of no place yet. */
  #isLoaded = false
  /** Where it is to go then. */
  #awaited: string | undefined

  constructor(options: WindowOptions) {
    this.#options = options
  }

  /** For what appears over it. */
  get native(): BrowserWindow | undefined {
    return this.#window
  }

  /** Brings it to the front. `hash`: to that place in the page. */
  show(hash?: string): void {
    if (!this.#window) {
      this.#window = this.#open(hash)
      return
    }
    if (this.#window.isMinimized()) this.#window.restore()
    this.#window.show()
    this.#window.focus()
    if (hash === undefined) return
    if (this.#isLoaded) this.#window.webContents.send(ROUTE_CHANNEL, hash)
    else this.#awaited = hash
  }

  #open(hash = ''): BrowserWindow {
    const { preload, stateFile, warn } = this.#options
    const areas = [screen.getPrimaryDisplay(), ...screen.getAllDisplays()].map(display => display.workArea)
    const { bounds, isMaximized } = fitToScreens(readWindowState(stateFile), areas)
    const window = new BrowserWindow({
      ...bounds,
      minWidth: LEAST.width,
      minHeight: LEAST.height,
      title: 'Drover',
      show: false,
      autoHideMenuBar: true,
      backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
      webPreferences: {
        preload,
        contextIsolation: true,
        sandbox: true,
        webSecurity: true,
        nodeIntegration: false,
        webviewTag: false,
        spellcheck: false,
      },
    })
    if (isMaximized) window.maximize()
    window.once('ready-to-show', () => window.show())
    const moved = () => {
      clearTimeout(this.#settled)
      this.#settled = setTimeout(() => this.#keep(window), SETTLED_MS)
    }
    window.on('resize', moved).on('move', moved)
    window.on('close', () => this.#keep(window))
    window.on('closed', () => {
      this.#window = undefined
    })
    this.#isLoaded = false
    this.#awaited = undefined
    window.webContents.on('did-finish-load', () => {
      this.#isLoaded = true
      if (this.#awaited !== undefined) window.webContents.send(ROUTE_CHANNEL, this.#awaited)
      this.#awaited = undefined
    })
    // A page that has died takes nothing of the core with it.
    let reloadedAt = Number.NEGATIVE_INFINITY
    window.webContents.on('render-process-gone', (_event, { reason }) => {
      warn('the page ended', reason)
      this.#isLoaded = false
      if (reason === 'clean-exit' || window.isDestroyed() || performance.now() - reloadedAt < RELOAD_MS) return
      reloadedAt = performance.now()
      window.webContents.reload()
    })
    window.loadURL(`${PAGE}${hash}`).catch(error => warn('the page did not load', error))
    return window
  }

  #keep(window: BrowserWindow): void {
    clearTimeout(this.#settled)
    if (window.isDestroyed()) return
    try {
      writeWindowState(this.#options.stateFile, { bounds: window.getNormalBounds(), isMaximized: window.isMaximized() })
    } catch (error) {
      this.#options.warn('where the window was is not kept', error)
    }
  }
}
