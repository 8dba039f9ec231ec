/** Draws a terminal's screen as an SVG that follows the reader's light or dark theme. */
import type { IBufferCell, Terminal } from '@xterm/headless'

const CELL = { width: 8.4, height: 18, baseline: 13.5 }
const PADDING = 14
/** The sixteen colours of a terminal, for a light and a dark page. */
const LIGHT =
  '24292f cf222e 116329 7d4e00 0969da 8250df 1b7c83 6e7781 57606a a40e26 1a7f37 633c01 218bff a475f9 3192aa 8c959f'.split(' ')
const DARK =
  '484f58 ff7b72 3fb950 d29922 58a6ff bc8cff 39c5cf b1bac4 6e7681 ffa198 56d364 e3b341 79c0ff d2a8ff 56d4dd f0f6fc'.split(' ')

type Style = { fg: string; bg: string; isBold: boolean; isDim: boolean }

export function screenSvg(terminal: Terminal, title: string): string {
  const width = terminal.cols * CELL.width + 2 * PADDING
  const height = terminal.rows * CELL.height + 2 * PADDING
  const rows = Array.from({ length: terminal.rows }, (_, row) => rowSvg(terminal, row)).filter(row => row !== '')
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${title}</title>`,
    `<style>${css()}</style>`,
    `<rect class="page" width="${width}" height="${height}" rx="8"/>`,
    ...rows,
    '</svg>\n',
  ].join('\n')
}

function rowSvg(terminal: Terminal, row: number): string {
  const line = terminal.buffer.active.getLine(terminal.buffer.active.viewportY + row)
  const top = PADDING + row * CELL.height
  let svg = ''
  let run = { from: 0, columns: 0, text: '', style: styleOf(undefined) }
  const flush = () => {
    const x = PADDING + run.from * CELL.width
    if (run.style.bg !== 'bg') {
      svg += `<rect class="${run.style.bg}" x="${px(x)}" y="${px(top)}" width="${px(run.columns * CELL.width)}" height="${CELL.height}"/>`
    }
    const text = run.text.trim()
    if (text === '') return
    const classes = [run.style.fg, ...(run.style.isBold ? ['bold'] : []), ...(run.style.isDim ? ['dim'] : [])].join(' ')
    // Where it begins and how long it is is told, so that columns stand under each other whatever font and blanks a reader makes of it.
    const indent = run.text.indexOf(text)
    const place = `x="${px(x + indent * CELL.width)}" y="${px(top + CELL.baseline)}" textLength="${px((run.columns - run.text.length + text.length) * CELL.width)}"`
    svg += `<text class="${classes}" ${place}>${escapeXml(text)}</text>`
  }
  for (let column = 0; column < terminal.cols; ) {
    const cell = line?.getCell(column)
    const columns = Math.max(1, cell?.getWidth() ?? 1)
    const style = styleOf(cell)
    if (JSON.stringify(style) !== JSON.stringify(run.style)) {
      flush()
      run = { from: column, columns: 0, text: '', style }
    }
    run.text += cell?.getChars() || ' '
    run.columns += columns
    column += columns
  }
  flush()
  return svg
}

function styleOf(cell: IBufferCell | undefined): Style {
  if (!cell) return { fg: 'fg', bg: 'bg', isBold: false, isDim: false }
  const fg = cell.isFgDefault() ? 'fg' : `c${cell.getFgColor()}`
  const bg = cell.isBgDefault() ? 'bg' : `c${cell.getBgColor()}`
  const isInverse = cell.isInverse() !== 0
  if (isInverse) return { fg: bg, bg: fg, isBold: cell.isBold() !== 0, isDim: cell.isDim() !== 0 }
  // Black on a colour would be too dark on one of the two pages: the page's own colour stands out on both.
  return { fg: fg === 'c0' && bg !== 'bg' ? 'bg' : fg, bg, isBold: cell.isBold() !== 0, isDim: cell.isDim() !== 0 }
}

function css(): string {
  const theme = (page: string, text: string, colours: readonly string[]) =>
    `.page,.bg{fill:${page}}.fg{fill:${text}}${colours.map((colour, index) => `.c${index}{fill:#${colour}}`).join('')}`
  return [
    'text{font:14px ui-monospace,"JetBrains Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre}.bold{font-weight:700}.dim{opacity:.7}',
    theme('#f6f8fa', '#24292f', LIGHT),
    `@media (prefers-color-scheme:dark){${theme('#0d1117', '#e6edf3', DARK)}}`,
  ].join('')
}

function px(value: number): string {
  return value.toFixed(1).replace(/\.0$/, '')
}

/** Spaces would be folded into one by some readers, so they are those that do not break. */
function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll(' ', '\u00a0')
}
