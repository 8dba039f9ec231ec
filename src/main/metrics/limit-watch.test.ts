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
  return { see, watch }
}

test('three samples in a row at a limit, and not before', () => {
  const { see } = watchWith()
  expect([BUSY, BUSY, {}, BUSY, BUSY].map(change => see(change))).toEqual([null, null, null, null, null])
  expect(see(BUSY)).toBe('cpu')
})

test('once a minute as long as it stays there, each host on its own', () => {
  const { see } = watchWith()
  const told = Array.from({ length: 35 }, () => see(BUSY)).flatMap((limit, index) => (limit === null ? [] : [index]))
  expect(told).toEqual([2, 32])
  expect([see(BUSY, 'other'), see(BUSY, 'other'), see(BUSY, 'other')]).toEqual([null, null, 'cpu'])
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
