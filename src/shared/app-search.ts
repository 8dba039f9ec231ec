/** Which apps fit what somebody types, the best first: what he would mean by it, then what he uses. Pure. */
import type { AppView } from './app.ts'

/** With nothing typed: favourites, then what was used lately, then all by name. */
export function searchApps(apps: readonly AppView[], query: string): AppView[] {
  const words = folded(query).split(/\s+/).filter(Boolean).slice(0, 16)
  const scored = apps.flatMap(app => {
    const scores = words.map(word => wordScore(app, word))
    return scores.includes(0) ? [] : [{ app, score: scores.reduce((sum, score) => sum + score, 0) }]
  })
  return scored.toSorted((a, b) => b.score - a.score || byHabit(a.app, b.app)).map(({ app }) => app)
}

const NAME_IS = 100
const NAME_BEGINS = 90
const WORD_BEGINS = 70
const PROGRAM_BEGINS = 60
const NAME_HOLDS = 50
const KEYWORD_BEGINS = 40
const ELSEWHERE = 20
const LETTERS = 10

/** 0: it does not fit. */
function wordScore(view: AppView, word: string): number {
  const name = folded(view.name)
  if (name === word) return NAME_IS
  if (name.startsWith(word)) return NAME_BEGINS
  if (wordsOf(name).some(one => one.startsWith(word))) return WORD_BEGINS
  if (view.programs.some(program => program.startsWith(word)) || wordsOf(folded(view.id)).some(one => one.startsWith(word)))
    return PROGRAM_BEGINS
  if (name.includes(word)) return NAME_HOLDS
  const generic = folded(view.genericName ?? '')
  if ([...wordsOf(generic), ...view.keywords.map(folded)].some(one => one.startsWith(word))) return KEYWORD_BEGINS
  if (folded(view.comment ?? '').includes(word) || folded(view.id).includes(word)) return ELSEWHERE
  return isSubsequence(word, name) ? LETTERS : 0
}

function byHabit(a: AppView, b: AppView): number {
  return (
    Number(b.isFavourite) - Number(a.isFavourite) ||
    (b.usedAt ?? 0) - (a.usedAt ?? 0) ||
    compareNames(folded(a.name), folded(b.name)) ||
    compareNames(a.id, b.id)
  )
}

function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Without case and accents: nobody types them. */
function folded(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().trim()
}

function wordsOf(text: string): string[] {
  return text.split(/[^\p{L}\p{N}+]+/u)
}

function isSubsequence(letters: string, text: string): boolean {
  let at = 0
  for (const letter of text) if (letter === letters[at]) at++
  return at === letters.length
}
