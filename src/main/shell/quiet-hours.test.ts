import { expect, test } from 'vitest'
import { isQuiet, minuteOf, untilQuietEnds } from './quiet-hours.ts'

const NIGHT = { fromMinute: minuteOf('22:30'), toMinute: minuteOf('07:00') }
const LUNCH = { fromMinute: minuteOf('12:00'), toMinute: minuteOf('13:00') }

test('hours within a day, and over midnight', () => {
  const quietAt = (hours: typeof NIGHT, time: string) => isQuiet(hours, minuteOf(time))
  expect(['22:29', '22:30', '00:00', '06:59', '07:00'].map(time => quietAt(NIGHT, time))).toEqual([
    false,
    true,
    true,
    true,
    false,
  ])
  expect(['11:59', '12:00', '12:59', '13:00'].map(time => quietAt(LUNCH, time))).toEqual([false, true, true, false])
  expect(isQuiet({ fromMinute: 60, toMinute: 60 }, 60)).toBe(false)
})

test('how long they last', () => {
  expect(untilQuietEnds(NIGHT, minuteOf('23:00'))).toBe(8 * 60)
  expect(untilQuietEnds(NIGHT, minuteOf('06:59'))).toBe(1)
  expect(untilQuietEnds(LUNCH, minuteOf('12:15'))).toBe(45)
})

test('what is no time of day', () => {
  for (const text of ['24:00', '7:00', '07:60', '', '07:00:00']) expect(() => minuteOf(text)).toThrow('no time of day')
})
