import { expect, test } from 'vitest'
import { indexAt, isDashed, lineToken, newestIndex, pointsOf, reachMs, summaryOf, valueAt } from './line.ts'

const lines = { at: [10, 20, 30, 60, 70], stepMs: 10, lines: [] }

/** Readings of ten and, from 100 on, of two: as where what is kept goes on with what is heard. */
const mixed = { at: [80, 82, 84, 86, 88, 90, 92, 94, 96, 98, 100, 102, 104], stepMs: 2, readingMs: 10, lines: [] }
const readings = [1, null, null, null, null, 3, null, null, null, null, 5, 6, 7]

test('gaps stay gaps: those of a host, and those of which the core says nothing', () => {
  const points = pointsOf(lines, [1, null, 3, 4, 5])
  expect(points.map(({ x }) => x)).toEqual([10, 30, 60, 70])
  const gaps = points.filter(({ x }, index) => x - (points[index - 1]?.x ?? x) > reachMs(lines))
  expect(gaps.map(({ x }) => x)).toEqual([30, 60])
})

test('a reading reaches as far as readings are apart', () => {
  const points = pointsOf(mixed, readings)
  expect(points.every(({ x }, index) => x - (points[index - 1]?.x ?? x) <= reachMs(mixed))).toBe(true)
  expect(mixed.at.map((_, index) => valueAt(mixed, readings, index))).toEqual([1, 1, 1, 3, 3, 3, 3, 3, 5, 5, 5, 6, 7])
  expect(lines.at.map((_, index) => valueAt(lines, [1, null, 3, 4, 5], index))).toEqual([1, null, 3, 4, 5])
  expect(valueAt(mixed, [1, ...new Array<null>(12).fill(null)], 6)).toBeNull()
})

test('the point at a moment is the nearest, and none where nothing was measured', () => {
  expect([-100, 4, 14, 16, 31, 45, 56, 78, 100].map(at => indexAt(lines, at))).toEqual([null, 0, 0, 1, 2, null, 3, 4, null])
  expect(indexAt({ at: [], stepMs: 10 }, 5)).toBeNull()
})

test('what is old is not now', () => {
  expect(newestIndex(lines, [1, 2, 3, 4, null])).toBe(3)
  expect(newestIndex(lines, [1, 2, null, null, null])).toBeNull()
})

test('in a mean readings count as long as they were', () => {
  // Ten each for the first two and the third, two for each that follows.
  expect(summaryOf(mixed, readings)?.mean).toBeCloseTo((1 * 10 + 3 * 10 + 5 * 10 + 6 * 2 + 7 * 2) / 34)
})

test('mean and highest leave out what was not measured', () => {
  expect(summaryOf(lines, [1, null, 3, null, 2])).toEqual({ mean: 2, most: 3, mostAt: 30 })
  expect(summaryOf(lines, [null, null])).toBeNull()
})

test('twelve lines differ by colour or dashes', () => {
  const looks = Array.from({ length: 12 }, (_, slot) => `${lineToken(slot)} ${isDashed(slot)}`)
  expect(new Set(looks).size).toBe(12)
})
