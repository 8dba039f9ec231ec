/** The terminal's colours, from the same tokens as everything else, in whichever theme holds now. */
import type { ITheme } from '@xterm/xterm'

const ANSI = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const

export function terminalTheme(): ITheme {
  const colour = resolver()
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
function resolver(): (token: string) => string {
  return token => {
    const probe = document.createElement('span')
    probe.style.color = `var(${token})`
    probe.hidden = true
    document.body.append(probe)
    const { color } = getComputedStyle(probe)
    probe.remove()
    return color
  }
}
