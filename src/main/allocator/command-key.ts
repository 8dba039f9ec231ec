/** When two commands are "the same", for what is remembered of past runs. */
import { createHash } from 'node:crypto'
import type { Command } from '../../shared/domain.ts'

/** Words the shell gives on as they are: no quotes, expansions, globs or operators; and no `=`, which would be an assignment. */
const PLAIN_WORDS = /^[A-Za-z0-9_./:@%+,-]+(?:[ \t]+[A-Za-z0-9_./:@%+,-]+)*$/

/**
 * The key of a command in the history. A line of plain words is the same as the argument list it gives; blanks around a line do not
 * count. It is a hash: commands may be long, and may hold what should not stand in one more place.
 */
export function commandKey(command: Command): string {
  return createHash('sha256')
    .update(JSON.stringify(normalized(command)))
    .digest('base64url')
}

function normalized(command: Command): Command {
  if ('argv' in command) return { argv: command.argv }
  const line = command.line.trim()
  return PLAIN_WORDS.test(line) ? { argv: line.split(/[ \t]+/) } : { line }
}
