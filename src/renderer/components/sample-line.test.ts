import { expect, test } from 'vitest'
import { linePath } from './sample-line.ts'

const FRAME = { now: 10_000, spanMs: 10_000, gapMs: 3_000, width: 100, height: 20 }
const path = (...points: [at: number, ratio: number][]) =>
  linePath(
    points.map(([at, ratio]) => ({ at, ratio })),
    FRAME,
  )

test('time runs from left to right, use from the bottom up', () => {
  expect(path([0, 0], [2_000, 0.5], [4_000, 1])).toBe('M0 20L20 10L40 0')
})

test('a gap stays a gap, and what stands alone is a dot', () => {
  expect(path([0, 0], [2_000, 0], [6_000, 0], [10_000, 1])).toBe('M0 20L20 20M60 20h0M100 0h0')
  expect(path([0, 0], [3_000, 0])).toBe('M0 20L30 20')
})

test('what is older than the span is left out; nothing gives nothing', () => {
  expect(path([-1, 1], [9_000, 0.25])).toBe('M90 15h0')
  expect(path()).toBe('')
})

test('figures beyond what can be, and samples of a clock that is ahead, stay in the picture', () => {
  expect(path([9_000, 7], [11_000, -1])).toBe('M90 0L100 20')
})
