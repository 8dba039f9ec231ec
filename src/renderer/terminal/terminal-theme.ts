/** The terminal's colours, from the same tokens as everything else, in whichever theme holds now. */
import type { ISearchDecorationOptions } from '@xterm/addon-search'
import type { ITheme } from '@xterm/xterm'
import { tokenColor } from '../theme/token-color.ts'

const ANSI = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const

export function terminalTheme(): ITheme {
  const theme: ITheme = {
    background: tokenColor('--terminal-bg'),
    foreground: tokenColor('--text'),
    cursor: tokenColor('--accent'),
    cursorAccent: tokenColor('--terminal-bg'),
    selectionBackground: tokenColor('--terminal-selection'),
    scrollbarSliderBackground: tokenColor('--line'),
    scrollbarSliderHoverBackground: tokenColor('--faint'),
    scrollbarSliderActiveBackground: tokenColor('--faint'),
  }
  for (const [index, name] of ANSI.entries()) {
    theme[name] = tokenColor(`--ansi-${index}`)
    theme[`bright${name.charAt(0).toUpperCase()}${name.slice(1)}` as `bright${Capitalize<typeof name>}`] = tokenColor(
      `--ansi-${index + 8}`,
    )
  }
  return theme
}

/** How what was searched for is marked; it has to be `#rrggbb`. */
export function searchMarks(): ISearchDecorationOptions {
  const [found, current] = [hex(tokenColor('--warn-bg')), hex(tokenColor('--warn'))]
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
