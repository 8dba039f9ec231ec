import { expect, test } from 'vitest'
import { LEAST_SPAN_MS, MOST_SPAN_MS, PLOT, timeAt, xOf, zoomed } from './span.ts'

const span = { from: 1_000_000, to: 2_000_000 }

test('a place and its moment', () => {
  expect(xOf(1_000_000, span, 800)).toBe(PLOT.left)
  expect(xOf(2_000_000, span, 800)).toBe(800 - PLOT.right)
  expect(timeAt(xOf(1_234_567, span, 800), span, 800)).toBeCloseTo(1_234_567)
  expect([timeAt(-50, span, 800), timeAt(5000, span, 800)]).toEqual([span.from, span.to])
})

test('zooming keeps the moment in its place, goes no deeper than a minute, no wider than what is kept, and never into the future', () => {
  expect(zoomed(span, 1_250_000, 0.5, 9e9)).toEqual({ from: 1_125_000, to: 1_625_000 })
  expect(zoomed(span, 1_900_000, 2, 2_000_000)).toEqual({ from: 0, to: 2_000_000 })
  const { from, to } = zoomed(span, 1_500_000, 0.0001, 9e9)
  expect(to - from).toBe(LEAST_SPAN_MS)
  const wide = zoomed({ from: 9e11, to: 1e12 }, 9.5e11, 2, 1e12)
  expect(wide.to - wide.from).toBe(MOST_SPAN_MS)
})
