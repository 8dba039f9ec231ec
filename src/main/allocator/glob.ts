/** `*` for any text and `?` for one character: what names in rules may be written with. */

/**
 * Without a regular expression, and without going back further than to the last `*`: a rule like `*a*a*a*b` must not stand still on a
 * long command.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  let [at, from] = [0, 0]
  let star: { at: number; from: number } | null = null
  while (from < text.length) {
    const sign = pattern[at]
    if (sign === '*') {
      star = { at, from }
      at++
    } else if (sign === '?' || (sign !== undefined && sign === text[from])) {
      at++
      from++
    } else if (star !== null) {
      star.from++
      at = star.at + 1
      from = star.from
    } else return false
  }
  return /^\**$/.test(pattern.slice(at))
}
