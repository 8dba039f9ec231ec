import { expect, test } from 'vitest'
import { type ClockStep, CoreClock, movedBy } from './clock.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

function watched() {
  const at = { wall: 1_760_000_000_000, steady: 5_000, monotonic: 70 }
  const steps: ClockStep[] = []
  const clock = new CoreClock({ wall: () => at.wall, steady: () => at.steady, monotonic: () => at.monotonic })
  clock.onStep(step => steps.push(step))
  return {
    clock,
    steps,
    pass: (ms: number) => {
      at.wall += ms
      at.steady += ms
      at.monotonic += ms
    },
    /** Neither Linux’s nor macOS’s monotonic clock goes on meanwhile. */
    sleep: (ms: number) => {
      at.wall += ms
      at.steady += ms
    },
    set: (byMs: number) => {
      at.wall += byMs
    },
  }
}

test.each([DAY, -DAY, HOUR, -HOUR])('a clock that was set by %s ms is told of once, with what it showed before', byMs => {
  const { clock, steps, pass, set } = watched()
  const startedAt = clock.now()
  pass(10_000)
  clock.now()
  set(byMs)
  pass(1_000)
  expect(clock.now()).toBe(startedAt + 11_000 + byMs)
  expect(steps).toEqual([{ byMs, from: startedAt, to: startedAt + 11_000 }])
  pass(DAY)
  clock.now()
  expect(steps).toHaveLength(1)
  expect(clock.steppedMs).toBe(byMs)
  expect(clock.startedAt).toBe(startedAt + byMs)
})

test('a sleep is no step, and one during a sleep is seen', () => {
  const { clock, steps, sleep, set } = watched()
  sleep(8 * HOUR)
  clock.now()
  sleep(8 * HOUR)
  clock.now()
  expect(steps).toEqual([])
  sleep(8 * HOUR)
  set(-HOUR)
  clock.now()
  expect(steps).toMatchObject([{ byMs: -HOUR }])
})

test('small steps count when there are many', () => {
  const { clock, steps, set } = watched()
  for (let step = 0; step < 3; step++) {
    set(900)
    clock.now()
  }
  expect(steps).toMatchObject([{ byMs: 2_700 }])
})

test('what listeners ask for is answered by the clock as it is now', () => {
  const { clock, set } = watched()
  const seen: number[] = []
  clock.onStep(() => seen.push(clock.now(), clock.steppedMs))
  set(DAY)
  expect(clock.steppedMs).toBe(DAY)
  expect(seen).toEqual([clock.now(), DAY])
})

test('only what it showed itself moves along', () => {
  const step = { byMs: DAY, from: 1_000, to: 2_000 }
  expect([999, 1_000, 2_000, 2_001].map(at => movedBy(step, at))).toEqual([999, 1_000 + DAY, 2_000 + DAY, 2_001])
})

test('for a day after it was set far ahead, ages mean nothing', () => {
  const { clock, pass, set } = watched()
  set(-DAY)
  set(10_000)
  expect(clock.isUnsettled).toBe(false)
  set(DAY)
  expect(clock.isUnsettled).toBe(true)
  pass(DAY - 1_000)
  expect(clock.isUnsettled).toBe(true)
  pass(2_000)
  expect(clock.isUnsettled).toBe(false)
})
