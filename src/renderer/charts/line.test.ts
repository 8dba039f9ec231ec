import { expect, test } from 'vitest'
import { indexAt, isDashed, lineToken, newestIndex, pointsOf, summaryOf } from './line.ts'

const lines = { at: [10, 20, 30, 60, 70], stepMs: 10, lines: [] }

test('gaps stay gaps: those of a host, and those of which the core says nothing', () => {
  expect(pointsOf(lines, [1, null, 3, 4, 5])).toEqual([
    { x: 10, y: 1 },
    { x: 20, y: null },
    { x: 30, y: 3 },
    { x: 40, y: null },
    { x: 60, y: 4 },
    { x: 70, y: 5 },
  ])
})

test('the point at a moment is the nearest, and none where nothing was measured', () => {
  expect([-100, 4, 14, 16, 31, 45, 56, 78, 100].map(at => indexAt(lines, at))).toEqual([null, 0, 0, 1, 2, null, 3, 4, null])
  expect(indexAt({ at: [], stepMs: 10 }, 5)).toBeNull()
})

test('what is old is not now', () => {
  expect(newestIndex(lines, [1, 2, 3, 4, null])).toBe(3)
  expect(newestIndex(lines, [1, 2, null, null, null])).toBeNull()
})

test('mean and highest leave out what was not measured', () => {
  expect(summaryOf(lines, [1, null, 3, null, 2])).toEqual({ mean: 2, most: 3, mostAt: 30 })
  expect(summaryOf(lines, [null, null])).toBeNull()
})

test('twelve lines differ by colour or dashes', () => {
  const looks = Array.from({ length: 12 }, (_, slot) => `${lineToken(slot)} ${isDashed(slot)}`)
  expect(new Set(looks).size).toBe(12)
})
