import { expect, test } from 'vitest'
import { clockOffset, HostClock } from './host-clock.ts'

const HOUR = 3_600_000
const START = 1_760_000_000_000

/** Two clocks that go on together, and may be set. */
function clocks(hostLessOurs: number) {
  const at = { ours: START + 250, host: START + 250 + hostLessOurs, steppedMs: 0 }
  const ours = {
    now: () => at.ours,
    get steppedMs() {
      return at.steppedMs
    },
  }
  const hostClock = new HostClock(ours)
  return {
    hostClock,
    pass: (ms: number) => {
      at.ours += ms
      at.host += ms
    },
    setHost: (byMs: number) => {
      at.host += byMs
    },
    setOurs: (byMs: number) => {
      at.ours += byMs
      at.steppedMs += byMs
    },
    /** As an answer brings it, on its way for as long as the question was. */
    hear: (tookMs = 20) => {
      const seconds = Math.floor(at.host / 1000)
      at.ours += tookMs / 2
      at.host += tookMs / 2
      hostClock.heard(seconds, { tookMs })
    },
  }
}

test('a clock is off only as far as whole seconds can tell', () => {
  expect(clockOffset(10_000, { from: 10_300, to: 10_350 })).toBe(0)
  expect(clockOffset(10_000, { from: 9_700, to: 10_100 })).toBe(0)
  expect(clockOffset(20_000, { from: 10_000, to: 10_100 })).toBe(9_900)
  expect(clockOffset(10_000, { from: 20_000, to: 20_100 })).toBe(-9_001)
})

test('what is known stays as long as it can be true', () => {
  expect(clockOffset(20_000, { from: 10_000, to: 10_100, known: 10_500 })).toBe(10_500)
  expect(clockOffset(20_000, { from: 10_000, to: 10_100, known: 11_500 })).toBe(10_999)
  expect(clockOffset(20_000, { from: 10_000, to: 10_100, known: 9_500 })).toBe(9_900)
})

test.each([0, 400, -400, HOUR + 123, -HOUR - 777])(
  'clocks %s ms apart: it nears the truth, and what is shown does not flicker',
  apart => {
    const { hostClock, pass, hear } = clocks(apart)
    for (let round = 0; round < 200; round++) {
      hear(5 + (round % 7) * 40)
      pass(10_037)
      expect(Math.abs(hostClock.offsetMs - apart)).toBeLessThanOrEqual(1_300)
    }
    const settled = hostClock.offsetMs
    for (let round = 0; round < 200; round++) {
      hear(5 + (round % 7) * 40)
      pass(10_037)
      expect(Math.abs(hostClock.offsetMs - settled)).toBeLessThan(50)
    }
  },
)

test.each([HOUR, -HOUR])('a host whose clock was set by %s ms is followed with its next answer', byMs => {
  const { hostClock, pass, hear, setHost } = clocks(0)
  hear()
  setHost(byMs)
  pass(10_000)
  expect(Math.abs(hostClock.offsetMs)).toBeLessThan(1_000)
  hear()
  expect(Math.abs(hostClock.offsetMs - byMs)).toBeLessThan(1_100)
})

test.each([24 * HOUR, -24 * HOUR])('when ours is set by %s ms, that counts at once and is not counted twice', byMs => {
  const { hostClock, pass, hear, setOurs } = clocks(HOUR)
  hear()
  const before = hostClock.offsetMs
  setOurs(byMs)
  expect(hostClock.offsetMs).toBe(before - byMs)
  pass(10_000)
  hear()
  expect(Math.abs(hostClock.offsetMs - (HOUR - byMs))).toBeLessThan(1_100)
})
