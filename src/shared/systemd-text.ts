/** Words as systemd reads them in its units (systemd.syntax(7)). */

const SHORT: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\r': '\\r', '\t': '\\t', '%': '%%' }

/** One word, as systemd takes lines apart: in quotes, `%` twice, and what means something in them with a backslash. */
export function systemdWord(word: string): string {
  return `"${word.replaceAll(/[\\"%\x01-\x1f\x7f]/g, sign => SHORT[sign] ?? `\\x${sign.charCodeAt(0).toString(16).padStart(2, '0')}`)}"`
}

/** One of a command line, where systemd looks for variables. Not for the first, in which it does not. */
export function systemdArgument(word: string): string {
  return systemdWord(word.replaceAll('$', '$$$$'))
}
