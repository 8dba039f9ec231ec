import { expect, test } from 'vitest'
import { hostSample } from '../../../test/helpers/host-sample.ts'
import type { HostSample } from '../../shared/domain.ts'
import { LimitWatch } from './limit-watch.ts'

const BUSY = { cpuRatio: 0.95 }
const FULL = { memoryTotalBytes: 100, memoryAvailableBytes: 4 }

function watchWith() {
  const clock = { at: 0, now: () => clock.at }
  const watch = new LimitWatch(clock)
  const see = (change: Partial<HostSample>, host = 'box') => {
    clock.at += 2_000
    return watch.see(host, hostSample(clock.at, change))
  }
  const rest = (ms: number) => {
    see({})
    clock.at += ms
  }
  return { see, watch, rest }
}

test('three samples in a row at a limit, and not before', () => {
  const { see } = watchWith()
  expect([BUSY, BUSY, {}, BUSY, BUSY].map(change => see(change))).toEqual([null, null, null, null, null])
  expect(see(BUSY)).toBe('cpu')
})

test('ever more seldom as long as it stays there, and as at first after a rest; each host on its own', () => {
  const { see, rest } = watchWith()
  const told = (samples: number) =>
    Array.from({ length: samples }, () => see(BUSY)).flatMap((limit, index) => (limit === null ? [] : [index]))
  const MINUTE = 30
  expect(told(60 * MINUTE)).toEqual([0, 1, 3, 7, 15, 30, 45].map(minutes => 2 + minutes * MINUTE))
  expect([see(BUSY, 'other'), see(BUSY, 'other'), see(BUSY, 'other')]).toEqual([null, null, 'cpu'])
  rest(31 * 60_000)
  expect(told(2 * MINUTE)).toEqual([2, 2 + MINUTE])
})

test('what lacks memory says so, though its CPU is busy as well; a host that tells no memory lacks none', () => {
  const { see } = watchWith()
  expect([1, 2, 3].map(() => see({ ...BUSY, ...FULL }))).toEqual([null, null, 'memory'])
  expect([1, 2, 3].map(() => see({ memoryTotalBytes: 0, memoryAvailableBytes: 0 }, 'odd'))).toEqual([null, null, null])
})

test('a host that was removed begins anew', () => {
  const { see, watch } = watchWith()
  for (const _ of [1, 2, 3]) see(BUSY)
  watch.forget('box')
  expect([see(BUSY), see(BUSY), see(BUSY)]).toEqual([null, null, 'cpu'])
})
