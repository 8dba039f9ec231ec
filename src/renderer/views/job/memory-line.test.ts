import { expect, test } from 'vitest'
import { linePath, withReading } from './memory-line.ts'

test('the newest is at the right, the most at the top; it holds five minutes', () => {
  expect(linePath([], { most: 1, width: 299, height: 84 })).toBe('')
  expect(linePath([5, 10, 0], { most: 10, width: 299, height: 84 })).toBe('M297.0,42.0L298.0,2.0L299.0,82.0')
  let readings: readonly number[] = []
  for (let reading = 0; reading < 400; reading++) readings = withReading(readings, reading)
  expect(readings.length).toBe(300)
  expect(readings.at(-1)).toBe(399)
})
