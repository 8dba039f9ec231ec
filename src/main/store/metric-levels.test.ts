import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chartGrid, LEVELS } from './metric-levels.ts'

const NOW = 1_760_000_000_000
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

test.each([
  ['ten minutes', 10 * MINUTE_MS, 'raw'],
  ['an hour', HOUR_MS, 'raw'],
  ['a day', DAY_MS, 'minute'],
  ['a week', 7 * DAY_MS, 'quarter'],
  ['a month', 30 * DAY_MS, 'quarter'],
  ['a year', 365 * DAY_MS, 'four_hours'],
  ['two years', 730 * DAY_MS, 'four_hours'],
])('%s is drawn from the coarsest level that has enough points', (_, spanMs, name) => {
  expect(chartGrid({ from: NOW - spanMs, to: NOW, points: 500, now: NOW }).level.name).toBe(name)
})

test.each([
  ['three days ago', 3, 'minute'],
  ['two months ago', 60, 'quarter'],
  ['three years ago', 1095, 'four_hours'],
])('ten minutes of %s are drawn from what is still kept', (_, days, name) => {
  const from = NOW - days * DAY_MS
  expect(chartGrid({ from, to: from + 10 * MINUTE_MS, points: 500, now: NOW }).level.name).toBe(name)
})

test('a grid covers its time, has no more points than asked for, and is one of whole steps of its level', () => {
  const time = fc.integer({ min: 0, max: NOW + DAY_MS })
  fc.assert(
    fc.property(time, time, fc.integer({ min: 1, max: 2000 }), (one, other, points) => {
      const [from, to] = [Math.min(one, other), Math.max(one, other) + 1]
      const { level, firstAt, stepMs, count } = chartGrid({ from, to, points, now: NOW })
      expect(count).toBeGreaterThanOrEqual(1)
      expect(count).toBeLessThanOrEqual(points)
      expect(firstAt).toBeLessThanOrEqual(from)
      expect(firstAt + count * stepMs).toBeGreaterThanOrEqual(to)
      expect([firstAt % stepMs, stepMs % level.stepMs]).toEqual([0, 0])
    }),
  )
})

test('each level is made of whole rows of the one below it, and kept no shorter', () => {
  for (const [index, level] of LEVELS.slice(1).entries()) {
    const below = LEVELS[index]
    expect(level.stepMs % (below?.stepMs ?? 0)).toBe(0)
    expect(level.keptMs).toBeGreaterThanOrEqual(below?.keptMs ?? 0)
  }
})
