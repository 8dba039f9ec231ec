/**
 * A line of a log as it is drawn: colours (SGR) are kept, of a line that was written over (carriage return) what stood last, and whatever
 * else could act is left out or shown as what it is. Nothing here is HTML.
 */
import { visible } from '../../../../shared/visible.ts'

/** A colour: 0..15 by name, `rgb(…)`, or the line's own (null). */
export type Colour = number | string | null
export type Style = {
  fg: Colour
  bg: Colour
  isBold: boolean
  isDim: boolean
  isItalic: boolean
  isUnderlined: boolean
  isInverse: boolean
}
export type Span = { text: string; style: Style }

const PLAIN: Style = { fg: null, bg: null, isBold: false, isDim: false, isItalic: false, isUnderlined: false, isInverse: false }

/** CSI with its parameters and final byte; OSC, DCS and their like up to their end; any other escape. */
const ESCAPE = /\x1b(?:\[([0-9:;<=>?]*)[ -/]*([@-~])|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\|$)|[ -/]*[0-~]?)/g

export function parseLine(line: string): Span[] {
  const spans: Span[] = []
  let style = PLAIN
  const add = (text: string) => {
    if (text === '') return
    const last = spans.at(-1)
    if (last?.style === style) last.text += text
    else spans.push({ text, style })
  }
  const shown = lastState(line)
  let at = 0
  for (const match of shown.matchAll(ESCAPE)) {
    add(shownText(shown.slice(at, match.index)))
    at = match.index + match[0].length
    if (match[2] === 'm') style = styled(style, match[1] ?? '')
  }
  add(shownText(shown.slice(at)))
  return spans
}

/** The text alone: for copying and for search. */
export function plainText(line: string): string {
  return parseLine(line)
    .map(({ text }) => text)
    .join('')
}

/** What a bar that is drawn over and over shows at last. */
function lastState(line: string): string {
  if (!line.includes('\r')) return line
  return line.split('\r').findLast(part => part !== '') ?? ''
}

/** Tabs stay; they are as wide as the style sheet says. */
function shownText(text: string): string {
  return text.split('\t').map(visible).join('\t')
}

function styled(before: Style, parameters: string): Style {
  const codes = parameters.split(/[;:]/).map(Number)
  const style = { ...before }
  for (let index = 0; index < codes.length; index++) {
    const code = codes[index] ?? 0
    if (code === 38 || code === 48) {
      const { colour, used } = longColour(codes.slice(index + 1))
      if (code === 38) style.fg = colour
      else style.bg = colour
      index += used
    } else apply(style, code)
  }
  return style
}

function apply(style: Style, code: number): void {
  if (code === 0) Object.assign(style, PLAIN)
  else if (code === 1) style.isBold = true
  else if (code === 2) style.isDim = true
  else if (code === 22) style.isBold = style.isDim = false
  else if (code === 3 || code === 23) style.isItalic = code === 3
  else if (code === 4 || code === 24) style.isUnderlined = code === 4
  else if (code === 7 || code === 27) style.isInverse = code === 7
  else if (code >= 30 && code <= 37) style.fg = code - 30
  else if (code >= 90 && code <= 97) style.fg = code - 90 + 8
  else if (code >= 40 && code <= 47) style.bg = code - 40
  else if (code >= 100 && code <= 107) style.bg = code - 100 + 8
  else if (code === 39) style.fg = null
  else if (code === 49) style.bg = null
}

/** `5;N` of the 256, `2;R;G;B`. */
function longColour([kind, ...values]: number[]): { colour: Colour; used: number } {
  if (kind === 5) return { colour: indexed(values[0] ?? 0), used: 2 }
  if (kind !== 2) return { colour: null, used: 1 }
  const [r = 0, g = 0, b = 0] = values.map(value => Math.min(255, Math.max(0, value || 0)))
  return { colour: `rgb(${r}, ${g}, ${b})`, used: 4 }
}

function indexed(index: number): Colour {
  if (!(index >= 0 && index <= 255)) return null
  if (index < 16) return index
  if (index >= 232)
    return `rgb(${Array(3)
      .fill(8 + (index - 232) * 10)
      .join(', ')})`
  const level = (step: number) => (step === 0 ? 0 : 55 + step * 40)
  const cube = index - 16
  return `rgb(${[Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map(level).join(', ')})`
}
