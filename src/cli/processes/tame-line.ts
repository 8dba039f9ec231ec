/**
 * A line of a process's output for a screen that it shares with others: its colours stay, and all else that would act on the terminal goes
 * (a cleared screen, a moved cursor, a title) or is shown as an escape. What was written over by a carriage return is left out.
 */
import { visible } from '../../shared/visible.ts'

/** A control sequence with its parameters and its end; a string for the terminal; any other escape. */
const SEQUENCE =
  /(?:\x1b\[|\x9b)([0-?]*)[ -/]*([@-~])|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]/g
const PLAIN = /^[\t\x20-\x7e]*$/
const COLORS = /^[\d;:]*$/
const COLORS_OFF = '\x1b[0m'

export function tameLine(line: string): string {
  if (PLAIN.test(line)) return line
  const text = line.replace(/\r+$/, '')
  const shown = text.slice(text.lastIndexOf('\r') + 1)
  let tame = ''
  let end = 0
  let isColored = false
  for (const match of shown.matchAll(SEQUENCE)) {
    tame += visibleWithTabs(shown.slice(end, match.index))
    end = match.index + match[0].length
    if (match[2] !== 'm' || !COLORS.test(match[1] ?? '')) continue
    tame += `\x1b[${match[1]}m`
    isColored = true
  }
  tame += visibleWithTabs(shown.slice(end))
  // The next line is another's.
  return isColored ? tame + COLORS_OFF : tame
}

function visibleWithTabs(text: string): string {
  return text
    .split('\t')
    .map(part => visible(part))
    .join('\t')
}
