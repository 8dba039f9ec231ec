/** What was typed as a command: one word is a line for the shell there, several are an exact argument list. */
import type { Command } from '../shared/domain.ts'

export function commandOf(words: readonly string[]): Command {
  const [first, ...rest] = words
  return first !== undefined && rest.length === 0 ? { line: first } : { argv: [...words] }
}
