/** A screen as xterm.js draws it, with what we add to it: how it is drawn, copied from, searched and what its links may do. */
import { FitAddon } from '@xterm/addon-fit'
import { SearchAddon } from '@xterm/addon-search'
import { Unicode11Addon } from '@xterm/addon-unicode11'
import { WebLinksAddon } from '@xterm/addon-web-links'
import { WebglAddon } from '@xterm/addon-webgl'
import { Terminal } from '@xterm/xterm'
import { copyText } from '../components/copy-text.ts'
import { onThemeChange } from '../theme/token-color.ts'
import { hasGraphicsCard } from './graphics-card.ts'
import { isMeant, openAddress, webAddress } from './links.ts'
import { terminalTheme } from './terminal-theme.ts'

const FONT = '"JetBrains Mono Variable", ui-monospace, monospace'
const FONT_SIZE = 13

export type ScreenListener = {
  /** Where the link under the mouse leads; null when there is none. */
  hovered(address: string | null): void
  /** A link whose text may be another than its address was clicked. */
  linkClicked(address: string): void
  search(): void
  leave(): void
}
export type Screen = { terminal: Terminal; fit: FitAddon; search: SearchAddon; draw(): void; dispose(): void }

/** The font is there before the first cell is measured. */
export async function fontLoaded(): Promise<void> {
  await document.fonts.load(`${FONT_SIZE}px "JetBrains Mono Variable"`).catch(() => undefined) // The next font of the list will do.
}

/** Opens it in `element`, which is in the page and has a size. */
export function openScreen(element: HTMLElement, listener: ScreenListener): Screen {
  const terminal = new Terminal({
    allowProposedApi: true, // For the widths of Unicode 11.
    fontFamily: FONT,
    fontSize: FONT_SIZE,
    lineHeight: 1.2,
    scrollback: 50_000,
    cursorBlink: false,
    macOptionIsMeta: true,
    theme: terminalTheme(),
    // Programs choose colours for a dark ground, and tmux's own bar has black on green.
    minimumContrastRatio: 4.5,
    // Titles, the clipboard (OSC 52) and window sizes are a host's to ask for, and not to get: no handler, no addon.
    linkHandler: {
      activate: (event, text) => withAddress(text, address => isMeant(event) && listener.linkClicked(address)),
      hover: (_event, text) => listener.hovered(webAddress(text)),
      leave: () => listener.hovered(null),
    },
  })
  const fit = new FitAddon()
  const search = new SearchAddon()
  terminal.loadAddon(fit)
  terminal.loadAddon(search)
  terminal.loadAddon(new Unicode11Addon())
  terminal.unicode.activeVersion = '11'
  terminal.loadAddon(
    new WebLinksAddon((event, text) => withAddress(text, address => isMeant(event) && openAddress(address)), {
      hover: (_event, text) => listener.hovered(webAddress(text)),
      leave: () => listener.hovered(null),
    }),
  )
  terminal.open(element)
  const renderer = new Renderer(terminal)
  terminal.attachCustomKeyEventHandler(event => isForTerminal(event, terminal, listener))
  const copy = () => copySelection(terminal)
  element.addEventListener('mouseup', copy)
  const forgetTheme = onThemeChange(() => {
    terminal.options.theme = terminalTheme()
  })
  return {
    terminal,
    fit,
    search,
    draw: () => renderer.use(),
    dispose: () => {
      forgetTheme()
      element.removeEventListener('mouseup', copy)
      terminal.dispose()
    },
  }
}

/**
 * Draws by WebGL where there is a graphics card, and while that works: a browser gives few contexts, and takes them away at will. Otherwise
 * xterm.js draws by the page's elements.
 */
class Renderer {
  readonly #terminal: Terminal
  #webgl: WebglAddon | undefined

  constructor(terminal: Terminal) {
    this.#terminal = terminal
    this.use()
  }

  /** Also when it is shown again: what was lost meanwhile may be had now. */
  use(): void {
    if (this.#webgl || !hasGraphicsCard()) return
    const webgl = new WebglAddon()
    try {
      this.#terminal.loadAddon(webgl)
    } catch {
      webgl.dispose()
      return // No WebGL here.
    }
    this.#webgl = webgl
    webgl.onContextLoss(() => {
      this.#webgl = undefined
      webgl.dispose()
    })
  }
}

function withAddress(text: string, use: (address: string) => unknown): void {
  const address = webAddress(text)
  if (address !== null) use(address)
}

/** Our own keys are such as no program in a terminal can have: Ctrl and Shift with a letter are Ctrl with it there. */
function isForTerminal(event: KeyboardEvent, terminal: Terminal, listener: ScreenListener): boolean {
  if (event.type !== 'keydown' || !event.ctrlKey || !event.shiftKey || event.altKey) return true
  if (event.code === 'KeyC') copySelection(terminal)
  else if (event.code === 'KeyF') listener.search()
  else if (event.key === 'Escape') listener.leave()
  // The browser pastes, without having to ask whether we may read the clipboard.
  else if (event.code === 'KeyV') return false
  else return true
  event.preventDefault()
  event.stopPropagation()
  return false
}

function copySelection(terminal: Terminal): void {
  const text = terminal.getSelection()
  // Refused where the page is not looked at: the selection is still there to be copied by hand.
  if (text !== '') copyText(text).catch(() => undefined)
}
