import { expect, test } from 'vitest'
import { parseCount, parseDurationMs, parseEnv } from './values.ts'

test.each([
  ['10s', 10_000],
  ['0', 0],
  ['15', 15_000],
  ['250ms', 250],
  ['2min', 120_000],
  ['2m', 120_000],
  ['1h30m', 5_400_000],
  ['7d', 604_800_000],
  ['1.5h', 5_400_000],
])('%s is %i ms', (text, ms) => {
  expect(parseDurationMs(text, '--grace')).toBe(ms)
})

test.each(['', 'soon', '10 s', '-5s', '5x', '1h!'])('%j is no length of time', text => {
  expect(() => parseDurationMs(text, '--grace')).toThrow('is no length of time')
})

test('counts are whole', () => {
  expect(parseCount('50', '-n')).toBe(50)
  expect(() => parseCount('5.5', '-n')).toThrow('whole number')
  expect(() => parseCount('-1', '-n')).toThrow('whole number')
})

test('variables keep all after the first =, and may take their value from here', () => {
  expect(parseEnv(['A=1=2', 'B', 'C='], { B: 'here' })).toEqual({ A: '1=2', B: 'here', C: '' })
  expect(() => parseEnv(['NOT-A-NAME=1'], {})).toThrow('is no name of a variable')
  expect(() => parseEnv(['GONE'], {})).toThrow('is not set here')
})
