import { expect, test } from 'vitest'
import { backoffMs } from './reconnect.ts'

test('doubles from 100 ms to 5 s, and to 30 s for a host long away', () => {
  const middle = [0, 1, 2, 5, 6, 11, 12, 10_000].map(attempt => backoffMs(attempt, () => 0.5))
  expect(middle).toEqual([100, 200, 400, 3_200, 5_000, 5_000, 30_000, 30_000])
})

test('spreads by half to either side', () => {
  expect(backoffMs(0, () => 0)).toBe(50)
  expect(backoffMs(0, () => 1)).toBe(150)
})
