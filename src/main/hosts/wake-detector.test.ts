import { expect, test } from 'vitest'
import { detectWake } from './wake-detector.ts'

function fakeClock() {
  const state = { wall: 1_700_000_000_000, monotonic: 0, tick: (): void => undefined, isStopped: false }
  return {
    state,
    wall: () => state.wall,
    monotonic: () => state.monotonic,
    every: (_ms: number, callback: () => void) => {
      state.tick = callback
      return () => {
        state.isStopped = true
      }
    },
    pass(wallMs: number, monotonicMs: number) {
      state.wall += wallMs
      state.monotonic += monotonicMs
      state.tick()
    },
  }
}

test('tells a sleep from a busy moment and from a clock set back', () => {
  const clock = fakeClock()
  let wakes = 0
  const stop = detectWake(() => (wakes += 1), clock)
  clock.pass(5_000, 5_000)
  clock.pass(9_000, 9_000)
  clock.pass(-3_600_000, 5_000)
  expect(wakes).toBe(0)
  clock.pass(3_600_000, 5_000)
  expect(wakes).toBe(1)
  clock.pass(5_000, 5_000)
  expect(wakes).toBe(1)
  clock.pass(60_000, 60_000)
  expect(wakes).toBe(2)
  stop()
  expect(clock.state.isStopped).toBe(true)
})
