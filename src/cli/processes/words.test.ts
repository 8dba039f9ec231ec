import { expect, test } from 'vitest'
import { parseFormation, parseSince } from './words.ts'

const NOW = new Date(2026, 5, 15, 12, 0, 0).getTime()

test.each([
  ['10m', NOW - 600_000],
  ['2h', NOW - 7_200_000],
  ['1h30m', NOW - 5_400_000],
  ['90', NOW - 90_000],
  ['09:30', new Date(2026, 5, 15, 9, 30).getTime()],
  ['2026-06-14', new Date(2026, 5, 14).getTime()],
  ['2026-06-14T18:05', new Date(2026, 5, 14, 18, 5).getTime()],
  ['2026-06-14 18:05:09', new Date(2026, 5, 14, 18, 5, 9).getTime()],
  ['2026-06-14T18:05:00Z', Date.UTC(2026, 5, 14, 18, 5)],
  ['2026-06-14T18:05:00+02:00', Date.UTC(2026, 5, 14, 16, 5)],
])('--since %s', (text, at) => {
  expect(parseSince(text, NOW)).toBe(at)
})

test.each(['', 'yesterday', '2026-02-31', '2026-13-01', '25:00', '2026-06-14T', '10 m', '-5m', '5x'])(
  '--since %j is refused',
  text => {
    expect(() => parseSince(text, NOW)).toThrow(/is no (point in time|length of time)/)
  },
)

test('what is yet to come is no beginning', () => {
  expect(() => parseSince('13:00', NOW)).toThrow('is yet to come')
})

test('formations', () => {
  expect(parseFormation(['web=2,worker=0', 'db-main=1'], '-m')).toEqual({ web: 2, worker: 0, 'db-main': 1 })
  for (const word of ['web', 'web=', 'web=-1', 'web=1.5', '=2', 'we b=1', '__proto__=1']) {
    expect(() => parseFormation([word], '-m')).toThrow('how many of what')
  }
  expect(() => parseFormation(['web=101'], '-m')).toThrow('more than 100')
})
