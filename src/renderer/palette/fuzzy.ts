/** How well some typed letters fit a text, as a palette has it: in order, though not side by side; the sooner and denser the better. */

/** Higher is better; null if they do not fit. No query fits everything alike. */
export function fuzzyScore(query: string, text: string): number | null {
  const wanted = query.toLowerCase().replace(/\s+/g, ' ').trim()
  if (wanted === '') return 0
  const words = wanted.split(' ')
  let score = 0
  for (const word of words) {
    const one = wordScore(word, text)
    if (one === null) return null
    score += one
  }
  return score
}

const PER_LETTER = 1
const SIDE_BY_SIDE = 4
const WORD_BEGINS = 6
const TEXT_BEGINS = 8
const WHOLE_WORD_FOUND = 12

/** Each word of the query for itself, so that their order does not matter. */
function wordScore(word: string, text: string): number | null {
  const lower = text.toLowerCase()
  const whole = lower.indexOf(word)
  if (whole >= 0) return word.length * (PER_LETTER + SIDE_BY_SIDE) + WHOLE_WORD_FOUND + beginning(text, whole) - lateness(whole)
  let score = 0
  let from = 0
  let last = -2
  for (const letter of word) {
    const at = lower.indexOf(letter, from)
    if (at < 0) return null
    score += PER_LETTER + (at === last + 1 ? SIDE_BY_SIDE : beginning(text, at))
    last = at
    from = at + 1
  }
  return score - lateness(lower.indexOf(word[0] ?? ''))
}

function beginning(text: string, at: number): number {
  if (at === 0) return TEXT_BEGINS
  return /[\s/_.:-]/.test(text[at - 1] ?? '') ? WORD_BEGINS : 0
}

function lateness(at: number): number {
  return Math.min(at, 40) / 10
}
