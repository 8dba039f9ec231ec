import { expect, test } from 'vitest'
import { momentText, timeTicks } from './time-axis.ts'

const at = (...parts: [year: number, month: number, ...rest: number[]]) => new Date(...parts).getTime()
const texts = (from: number, to: number, most: number) => timeTicks({ from, to }, most, 'en-GB').map(({ text }) => text)

test('ten minutes: every two minutes', () => {
  expect(texts(at(2026, 10, 22, 6, 59, 30), at(2026, 10, 22, 7, 9, 30), 6)).toEqual(['07:00', '07:02', '07:04', '07:06', '07:08'])
})

test('a minute and a half: with seconds', () => {
  expect(texts(at(2026, 10, 22, 7, 0, 1), at(2026, 10, 22, 7, 1, 31), 4)).toEqual(['07:00:30', '07:01:00', '07:01:30'])
})

test('where a day begins it is named', () => {
  expect(texts(at(2026, 10, 21, 20), at(2026, 10, 22, 4), 5)).toEqual(['20:00', '22:00', '22 Nov', '02:00', '04:00'])
})

test('a month: from Monday to Monday; a year: by months, and the year where it begins', () => {
  expect(texts(at(2026, 9, 23), at(2026, 10, 22), 5)).toEqual(['26 Oct', '2 Nov', '9 Nov', '16 Nov'])
  expect(texts(at(2025, 10, 22), at(2026, 10, 22), 7)).toEqual(['2026', 'Mar', 'May', 'Jul', 'Sept', 'Nov'])
})

test('never more than asked for, whatever the width and the span, also over the days when clocks are set', () => {
  for (const days of [0.01, 0.3, 1, 3, 40, 400, 800]) {
    for (const most of [2, 5, 9, 30]) {
      const to = at(2026, 3, 2, 13)
      const ticks = timeTicks({ from: to - days * 86_400_000, to }, most)
      expect(ticks.length).toBeLessThanOrEqual(most + 1)
      expect(ticks.every((tick, index) => index === 0 || tick.at > (ticks[index - 1]?.at ?? 0))).toBe(true)
    }
  }
})

test('a moment is told as exactly as it is known', () => {
  expect(momentText(at(2026, 10, 22, 7, 4, 50), 10_000, 'en-GB')).toBe('07:04:50')
  expect(momentText(at(2026, 10, 22, 7, 4, 50), 600_000, 'en-GB')).toBe('22 Nov, 07:04')
})
