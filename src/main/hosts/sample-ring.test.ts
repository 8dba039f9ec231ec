import { expect, test } from 'vitest'
import type { HostSample } from '../../shared/domain.ts'
import { SampleRing } from './sample-ring.ts'

function sample(at: number, change: Partial<HostSample> = {}): HostSample {
  return { at, cpuRatio: 0.5, ioWaitRatio: 0, memoryTotalBytes: 8e9, memoryAvailableBytes: 4e9, load1: 0.25, ...change }
}

test('the last ten minutes of each host are kept, oldest first, and no more than three hundred of them', () => {
  const ring = new SampleRing()
  for (let second = 0; second < 1200; second += 2) ring.add('box', sample(second * 1000))
  for (let at = 0; at < 1000; at++) ring.add('eager', sample(at))
  const [box, eager] = ring.series()
  expect(box?.name).toBe('box')
  expect(box?.at).toHaveLength(300)
  expect([box?.at[0], box?.at.at(-1)]).toEqual([600_000, 1_198_000])
  expect([eager?.at.length, eager?.at[0], eager?.at.at(-1)]).toEqual([300, 700, 999])
})

test('a gap stays a gap, and what is older than ten minutes goes with the next sample', () => {
  const ring = new SampleRing()
  for (const at of [0, 2_000, 590_000, 601_000]) ring.add('box', sample(at))
  expect(ring.series()[0]?.at).toEqual([2_000, 590_000, 601_000])
})

test('a clock that is set back starts the line anew', () => {
  const ring = new SampleRing()
  for (const at of [10_000, 12_000, 5_000, 7_000]) ring.add('box', sample(at))
  expect(ring.series()[0]?.at).toEqual([5_000, 7_000])
})

test('a clock that is known to be set leaves the line as it was', () => {
  const ring = new SampleRing()
  const samples = [10_000, 12_000].map(at => sample(at))
  for (const one of samples) ring.add('box', one)
  ring.clockSet(-5_000)
  ring.add('box', sample(9_000))
  expect(ring.series()[0]?.at).toEqual([5_000, 7_000, 9_000])
  expect(samples[0]?.at).toBe(10_000)
})

test('figures are given in whole numbers; a host that is gone is not told of', () => {
  const ring = new SampleRing()
  ring.add('gone', sample(1))
  ring.add('box', sample(1.4, { cpuRatio: 0.123456, ioWaitRatio: 0.9996, memoryAvailableBytes: 1_234_567 }))
  ring.forget('gone')
  expect(ring.series()).toEqual([
    {
      name: 'box',
      at: [1],
      cpuPermille: [123],
      ioWaitPermille: [1000],
      memoryTotalBytes: 8e9,
      memoryAvailableKb: [1235],
      load1: [0.25],
    },
  ])
})
