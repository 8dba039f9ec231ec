/** Which program a command runs, as far as it can be told without a shell: what is looked for on a host before anything is begun there. */
import type { Command } from '../../shared/domain.ts'
import { shellJoin } from '../../shared/shell-quote.ts'

/** `NAME=value` before the program, without anything that a shell would expand. */
const ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]*=[A-Za-z0-9_./:@%+,-]*$/
const PLAIN = /^[A-Za-z0-9_./+-]+$/
/** They run what comes after them. */
const RUNNERS = new Set(['exec', 'env', 'nohup', 'nice', 'time', 'setsid'])

/** Null when only a shell knows. */
export function programOf(command: Command): string | null {
  if ('argv' in command) return command.argv[0] ?? null
  const words = command.line.trim().split(/[ \t]+/)
  const first = words.find(word => !ASSIGNMENT.test(word) && !RUNNERS.has(word))
  return first !== undefined && PLAIN.test(first) ? first : null
}

/** Whether words can be put behind the command. A line that does more than call one program has no such place. */
export function withArguments(command: Command, words: readonly string[]): Command | null {
  if ('argv' in command) return { argv: [...command.argv, ...words] }
  return /[;&|<>()`\n]/.test(command.line) ? null : { line: `${command.line.trim()} ${shellJoin(words)}` }
}
