import fc from 'fast-check'
import { expect, test } from 'vitest'
import { endOfJson } from './json-end.ts'

test.each([
  ['', 0],
  ['  ', 2],
  ['{', 1],
  ['{"a"', 4],
  ['{"a":', 5],
  ['{"a" "b"}', 5],
  ['{"a": 1,}', 8],
  ['{a: 1}', 1],
  ['["a",]', 5],
  ['["a" "b"]', 5],
  ['[1}', 2],
  ['[01]', 2],
  ['["a\nb"]', 1],
  ['["\\x"]', 1],
  ['{} {}', 3],
  ['[] // note', 3],
])('%j is JSON up to %i', (text, end) => {
  expect(endOfJson(text)).toBe(end)
})

test('of JSON it is the end, and of JSON that is cut off or followed by more it is where that is', () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), (json, where) => {
      expect(endOfJson(json)).toBe(json.length)
      expect(endOfJson(`${json} ]`)).toBe(json.length + 1)
      const cut = json.slice(0, where % json.length)
      expect(endOfJson(`${cut}\u0001`)).toBeLessThanOrEqual(cut.length)
    }),
  )
})
