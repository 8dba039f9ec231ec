import { expect, test } from 'vitest'
import { byteAt, parseTimes, timeOf } from './log-times.ts'

const MARKS = parseTimes('10 100\n10 101\n25 103\nrubbish\n20 104\n40 110\n9', 500)

test('marks are read as they are, and what is none is passed over', () => {
  expect(MARKS).toEqual([
    { byte: 10, at: 99_500 },
    { byte: 25, at: 102_500 },
    { byte: 40, at: 109_500 },
  ])
})

test('a byte was printed by the first mark that has it', () => {
  expect([0, 9, 10, 24, 25, 39, 40].map(byte => timeOf(MARKS, byte))).toEqual([
    99_500,
    99_500,
    102_500,
    102_500,
    109_500,
    109_500,
    null,
  ])
  expect(timeOf([], 5)).toBeNull()
})

test('what was printed from some time on begins behind the last mark before it', () => {
  expect([0, 99_500, 99_501, 102_500, 105_000, 109_501].map(at => byteAt(MARKS, at))).toEqual([0, 0, 10, 10, 25, 40])
  expect(byteAt([], 5)).toBe(0)
})
