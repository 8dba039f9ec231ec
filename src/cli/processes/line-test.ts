/** Tells which lines an extended regular expression is in, as grep would, for output that has not reached a log's search yet. */
import { UsageError } from '../errors.ts'

const CLASSES: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '\\x21-\\x7e',
  lower: 'a-z',
  print: '\\x20-\\x7e',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\s',
  upper: 'A-Z',
  xdigit: '0-9A-Fa-f',
}

/** @throws {UsageError} for what is no regular expression. */
export function lineTest({ pattern, ignoreCase }: { pattern: string; ignoreCase: boolean }): (line: string) => boolean {
  const source = pattern.replace(/\[:([a-z]+):\]/g, (text, name: string) => CLASSES[name] ?? text)
  try {
    const regex = new RegExp(source, ignoreCase ? 'i' : '')
    return line => regex.test(line)
  } catch (error) {
    throw new UsageError(`--grep: "${pattern}" is no regular expression: ${(error as Error).message}`)
  }
}
