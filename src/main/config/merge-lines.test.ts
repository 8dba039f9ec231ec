import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mergeLines } from './merge-lines.ts'

/** One letter a line. */
const merge = (base: string, mine: string, theirs: string) => mergeLines([...base], [...mine], [...theirs]).join('')

test.each([
  ['abc', 'abc', 'abXc', 'abXc', 'an insertion'],
  ['abc', 'Abc', 'abXc', 'AbXc', 'an insertion beside other writing'],
  ['abc', 'abC', 'abXc', 'abXC', 'an insertion right before it'],
  ['abc', 'aBc', 'abXc', 'aBXc', 'an insertion right after it'],
  ['abcde', 'abcdE', 'abde', 'abdE', 'a removal'],
  ['abcde', 'AbcDe', 'abXde', 'AbXDe', 'a change'],
  ['abc', 'aBc', 'aXc', 'aXc', 'a change of the same line: theirs'],
  ['', 'm', '', 'm', 'nothing but mine'],
  ['abc', 'abc', '', '', 'everything removed'],
])('%s, written as %s, changed to %s, is %s: %s', (base, mine, theirs, merged) => {
  expect(merge(base, mine, theirs)).toBe(merged)
})

const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd', ''), { maxLength: 12 })

test('whoever changes nothing gets what the other wrote', () => {
  fc.assert(
    fc.property(lines, lines, (one, other) => {
      expect(mergeLines(one, one, other)).toEqual(other)
      expect(mergeLines(one, other, one)).toEqual(other)
    }),
  )
})

test('too many lines to compare are theirs', () => {
  const many = (letter: string) => Array.from({ length: 3000 }, (_, index) => `${letter}${index}`)
  expect(mergeLines(many('a'), many('b'), many('c'))).toEqual(many('c'))
})
