import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findCircle } from './dependencies.ts'

const circle = (waitsFor: Record<string, string[]>) => findCircle(new Map(Object.entries(waitsFor)))

test.each([
  [{}, null],
  [{ web: ['db'], db: [] }, null],
  [{ web: ['db', 'cache'], cache: ['db'], db: [] }, null],
  [{ web: ['not-there'] }, null],
  [{ web: ['web'] }, ['web', 'web']],
  [{ web: ['db'], db: ['web'] }, ['web', 'db', 'web']],
  [{ outside: ['a'], a: ['free', 'b'], b: ['c'], c: ['a'], free: [] }, ['a', 'b', 'c', 'a']],
  [{ constructor: ['toString'], toString: ['constructor'] }, ['constructor', 'toString', 'constructor']],
])('%j', (waitsFor, expected) => {
  expect(circle(waitsFor as Record<string, string[]>)).toEqual(expected)
})

test('a chain of ten thousand is no circle, closed it is one', () => {
  const chain = (last: string[]) =>
    new Map(
      Array.from({ length: 10_000 }, (_, index): [string, string[]] => [`p${index}`, index < 9_999 ? [`p${index + 1}`] : last]),
    )
  expect(findCircle(chain([]))).toBeNull()
  expect(findCircle(chain(['p0']))).toHaveLength(10_001)
})

test('a circle is told if and only if there is one, and each of it waits for the next', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
  fc.assert(
    fc.property(fc.dictionary(name, fc.uniqueArray(name, { maxLength: 3 })), waitsFor => {
      const found = circle(waitsFor)
      expect(found !== null).toBe(Object.keys(waitsFor).some(start => reaches(waitsFor, start, start)))
      for (const [index, each] of (found ?? []).slice(0, -1).entries()) expect(waitsFor[each]).toContain(found?.[index + 1])
      expect(found?.[0]).toBe(found?.at(-1))
    }),
  )
})

function reaches(waitsFor: Record<string, string[]>, from: string, to: string, seen = new Set<string>()): boolean {
  return (waitsFor[from] ?? []).some(next => {
    if (next === to) return true
    if (seen.has(next)) return false
    return reaches(waitsFor, next, to, seen.add(next))
  })
}
