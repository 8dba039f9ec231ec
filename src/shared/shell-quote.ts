/**
 * The one place that turns data into shell text. Every command line that Drover builds for a POSIX shell goes through here.
 */

/**
 * Quotes one word for a POSIX shell: safe words stay as they are, anything else is put in single quotes.
 *
 * @throws {TypeError} on a NUL, which no argument can hold.
 */
export function shellQuote(word: string): string {
  if (word.includes('\0')) throw new TypeError('A shell word cannot hold a NUL')
  if (/^[A-Za-z0-9_./:@%+,-]+$/.test(word)) return word
  return `'${word.replaceAll("'", "'\\''")}'`
}

/** Quotes an argument list as one shell line that gives exactly these arguments back. */
export function shellJoin(words: readonly string[]): string {
  return words.map(shellQuote).join(' ')
}
