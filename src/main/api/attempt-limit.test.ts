/** How many wrong tries there may be, by a clock of the test's own. */
import { expect, test } from 'vitest'
import { AttemptLimit } from './attempt-limit.ts'

function limit() {
  let now = 1_000_000
  const told: number[] = []
  const tries = new AttemptLimit({
    clock: { now: () => now },
    most: 3,
    windowMs: 60_000,
    pauseMs: 30_000,
    onPause: () => told.push(now),
  })
  return {
    tries,
    told,
    pass: (ms: number) => {
      now += ms
    },
  }
}

test('the last of too many begins a pause, which ends by itself and is told once', () => {
  const { tries, told, pass } = limit()
  tries.refused()
  tries.refused()
  expect(tries.waitMs).toBe(0)
  tries.refused()
  expect(tries.waitMs).toBe(30_000)
  pass(29_999)
  expect(tries.waitMs).toBe(1)
  pass(1)
  expect(tries.waitMs).toBe(0)
  expect(told).toEqual([1_000_000])
  tries.refused()
  expect(tries.waitMs).toBe(0)
})

test('tries that are long apart are never too many', () => {
  const { tries, pass } = limit()
  for (let count = 0; count < 20; count++) {
    tries.refused()
    pass(30_000)
    expect(tries.waitMs).toBe(0)
  }
})
