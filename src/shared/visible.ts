/**
 * Makes text that others wrote (commands, names, reasons of hosts) safe to print: whatever could move the cursor, recolour the
 * screen, talk to the terminal, turn the reading direction or hide itself is shown as an escape. Logs and terminals do not pass here.
 */

/**
 * Controls (C0, DEL, C1), the direction marks and overrides, invisible marks, tags, lone surrogates, line and paragraph separators.
 * Zero-width joiners stay: emoji and several scripts need them.
 */
const UNSAFE =
  /[\0-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}\p{Cs}]/gu

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\x1b': '\\e' }

/** One line of text in which nothing acts on the terminal. */
export function visible(text: string): string {
  return text.replace(UNSAFE, escaped)
}

/** As `visible`, but line breaks stay: for messages and reasons that have several lines. */
export function visibleLines(text: string): string {
  return text
    .split(/\r?\n/)
    .map(line => visible(line))
    .join('\n')
}

/** JSON that is safe on a terminal as well: the same value, with the unsafe characters that JSON lets through as \u escapes. */
export function safeJson(value: unknown, indent?: number): string {
  const json = JSON.stringify(value, null, indent) ?? 'null'
  return json.replace(UNSAFE, unsafe => (unsafe === '\n' ? unsafe : jsonEscaped(unsafe)))
}

function escaped(unsafe: string): string {
  const short = SHORT[unsafe]
  if (short !== undefined) return short
  const code = unsafe.codePointAt(0) ?? 0
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`
}

function jsonEscaped(unsafe: string): string {
  let text = ''
  for (let index = 0; index < unsafe.length; index++) text += `\\u${unsafe.charCodeAt(index).toString(16).padStart(4, '0')}`
  return text
}
