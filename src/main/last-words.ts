/**
 * What a process that holds a core says when nobody else can say it: on stderr, as a line of the log, which is where stderr of one in
 * the background goes. It ends on a mistake of ours rather than go on in an unknown state: jobs live on hosts.
 */
export type LastWords = {
  note(text: string): void
  fail(error: unknown): never
}

export const EXIT_MISTAKE = 70

/** From here on a mistake of ours ends this process. */
export function endOnMistakes(room: 'core' | 'window'): LastWords {
  const note = (text: string) => {
    process.stderr.write(`${new Date().toISOString()} error ${room} ${text.replaceAll('\n', '\n  ')}\n`)
  }
  const fail = (error: unknown): never => {
    note(`a mistake of ours ends the ${room}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    process.exit(EXIT_MISTAKE)
  }
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', fail)
  // Whoever read our output may go away at any time; that is no reason to end.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  return { note, fail }
}
