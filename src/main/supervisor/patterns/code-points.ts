/** Sets of characters, as ranges of code points, and how UTF-8 writes them. */

/** Both ends belong to it. */
export type Range = readonly [low: number, high: number]

export const LAST_CODE_POINT = 0x10ffff
const SURROGATES: Range = [0xd800, 0xdfff]
/** The last code point that takes one byte, two, three, four. */
const LAST_BY_LENGTH = [0x7f, 0x7ff, 0xffff, LAST_CODE_POINT] as const

/** In order, without overlap, and without what UTF-8 cannot write. */
export function normalized(ranges: readonly Range[]): Range[] {
  const merged: [number, number][] = []
  for (const [low, high] of ranges.toSorted(([one], [other]) => one - other)) {
    const last = merged.at(-1)
    if (last && low <= last[1] + 1) last[1] = Math.max(last[1], high)
    else merged.push([low, high])
  }
  return merged.flatMap(range => without(range, SURROGATES))
}

/** Of normalized ranges. */
export function complement(ranges: readonly Range[]): Range[] {
  const gaps: Range[] = []
  let from = 0
  for (const [low, high] of ranges) {
    if (low > from) gaps.push([from, low - 1])
    from = high + 1
  }
  if (from <= LAST_CODE_POINT) gaps.push([from, LAST_CODE_POINT])
  return normalized(gaps)
}

function without([low, high]: Range, [from, to]: Range): Range[] {
  const rest: Range[] = []
  if (low < from) rest.push([low, Math.min(high, from - 1)])
  if (high > to) rest.push([Math.max(low, to + 1), high])
  return rest
}

/** A letter's own capital and small one, where these are others. */
type Cased = readonly [letter: number, others: readonly Range[]]

/** No letter that has two cases stands beyond it: https://www.unicode.org/Public/UCD/latest/ucd/CaseFolding.txt ends at 1E921. */
const LAST_CASED = 0x1ffff

/** The letter with its own capital and small one, where these are one character each: no `ß` for `SS`. */
export function bothCases(letter: number): Range[] {
  return normalized([[letter, letter], ...otherCases(letter)])
}

/** The same for each letter of a set. */
export function withBothCases(ranges: readonly Range[]): Range[] {
  const all = normalized(ranges)
  const added: Range[] = []
  let at = 0
  for (const [letter, others] of casedLetters()) {
    while ((all[at]?.[1] ?? letter) < letter) at += 1
    const range = all[at]
    if (!range) break
    if (range[0] <= letter) added.push(...others)
  }
  return normalized([...all, ...added])
}

let known: readonly Cased[] | undefined

/** In order. Looked for once. */
function casedLetters(): readonly Cased[] {
  known ??= Array.from({ length: LAST_CASED + 1 }, (_, letter): Cased => [letter, otherCases(letter)]).filter(
    ([, others]) => others.length > 0,
  )
  return known
}

/** Asked first: to have the cases of all there is made takes as long as a person notices. */
const HAS_CASES = /\p{Changes_When_Casemapped}/u

function otherCases(codePoint: number): Range[] {
  const letter = String.fromCodePoint(codePoint)
  if (!HAS_CASES.test(letter)) return []
  return [letter.toLowerCase(), letter.toUpperCase()].flatMap(other => {
    const otherPoint = other.codePointAt(0) ?? codePoint
    const isOne = otherPoint !== codePoint && String.fromCodePoint(otherPoint) === other
    return isOne ? [[otherPoint, otherPoint] as const] : []
  })
}

/** One byte after the other, each within its range. */
export type ByteSequence = readonly Range[]

/** Every way in which UTF-8 writes one of these characters. */
export function utf8Sequences(ranges: readonly Range[]): ByteSequence[] {
  return normalized(ranges).flatMap(sequencesOf)
}

/**
 * A range of characters is one of bytes at each place only if they are equally long, and if from the first place at which its ends differ
 * it goes from the lowest to the highest that can follow. One that does not is cut in two.
 */
function sequencesOf([low, high]: Range): ByteSequence[] {
  const cut = LAST_BY_LENGTH.find(last => low <= last && last < high) ?? cutWithin(low, high)
  if (cut !== null) return [...sequencesOf([low, cut]), ...sequencesOf([cut + 1, high])]
  const lows = Buffer.from(String.fromCodePoint(low))
  const highs = Buffer.from(String.fromCodePoint(high))
  return [[...lows].map((byte, index): Range => [byte, highs[index] ?? byte])]
}

function cutWithin(low: number, high: number): number | null {
  if (high <= 0x7f) return null
  for (const bits of [6, 12, 18]) {
    const below = (1 << bits) - 1
    if (low >> bits === high >> bits) return null
    if ((low & below) !== 0) return low | below
    if ((high & below) !== below) return (high & ~below) - 1
  }
  return null
}
