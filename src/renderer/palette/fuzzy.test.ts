import { expect, test } from 'vitest'
import { fuzzyScore } from './fuzzy.ts'

const best = (query: string, texts: string[]) =>
  texts
    .map(text => ({ text, score: fuzzyScore(query, text) }))
    .filter(one => one.score !== null)
    .sort((a, b) => (b.score ?? 0) - (a.score ?? 0))
    .map(one => one.text)

test('letters in order fit, in another order they do not', () => {
  expect(fuzzyScore('psh', 'Push a folder')).not.toBeNull()
  expect(fuzzyScore('hsp', 'Push')).toBeNull()
  expect(fuzzyScore('', 'anything')).toBe(0)
  expect(fuzzyScore('PUSH', 'push')).not.toBeNull()
})

test('what begins so goes before what holds it, and that before what is strewn', () => {
  expect(best('host', ['go to all those of it', 'Add host', 'Hosts'])).toEqual(['Hosts', 'Add host', 'go to all those of it'])
  expect(best('mk', ['remake', 'make kernel'])[0]).toBe('make kernel')
})

test('words of the query in any order', () => {
  expect(fuzzyScore('box test', 'Test host box')).not.toBeNull()
  expect(fuzzyScore('box nothing', 'Test host box')).toBeNull()
})

test('a long text costs no time', () => {
  expect(fuzzyScore('a'.repeat(50), `${'b'.repeat(200_000)}`)).toBeNull()
})
