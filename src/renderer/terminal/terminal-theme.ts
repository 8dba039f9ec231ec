/** The terminal's colours, from the same tokens as everything else, in whichever theme holds now. */
import type { ISearchDecorationOptions } from '@xterm/addon-search'
import type { ITheme } from '@xterm/xterm'

const ANSI = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const

export function terminalTheme(): ITheme {
  const theme: ITheme = {
    background: colour('--terminal-bg'),
    foreground: colour('--text'),
    cursor: colour('--accent'),
    cursorAccent: colour('--terminal-bg'),
    selectionBackground: colour('--terminal-selection'),
    scrollbarSliderBackground: colour('--line'),
    scrollbarSliderHoverBackground: colour('--faint'),
    scrollbarSliderActiveBackground: colour('--faint'),
  }
  for (const [index, name] of ANSI.entries()) {
    theme[name] = colour(`--ansi-${index}`)
    theme[`bright${name.charAt(0).toUpperCase()}${name.slice(1)}` as `bright${Capitalize<typeof name>}`] = colour(
      `--ansi-${index + 8}`,
    )
  }
  return theme
}

/** How what was searched for is marked; it has to be `#rrggbb`. */
export function searchMarks(): ISearchDecorationOptions {
  const [found, current] = [hex(colour('--warn-bg')), hex(colour('--warn'))]
  return {
    matchBackground: found,
    matchOverviewRuler: found,
    activeMatchBackground: current,
    activeMatchColorOverviewRuler: current,
  }
}

function hex(rgb: string): string {
  const parts = rgb.match(/\d+/g)?.slice(0, 3) ?? []
  return `#${parts.map(part => Number(part).toString(16).padStart(2, '0')).join('')}`
}

/** Calls back when the theme has changed, by the system or by the person. Returns its undo. */
export function onThemeChange(listener: () => void): () => void {
  const media = matchMedia('(prefers-color-scheme: dark)')
  media.addEventListener('change', listener)
  const observer = new MutationObserver(listener)
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] })
  return () => {
    media.removeEventListener('change', listener)
    observer.disconnect()
  }
}

/** A token may hold `light-dark()`: only an element that uses it knows what it is now. */
function colour(token: string): string {
  const probe = document.createElement('span')
  probe.style.color = `var(${token})`
  probe.hidden = true
  document.body.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}
