import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NO_READINGS } from '../../../test/helpers/host-sample.ts'
import type { HostSample } from '../../shared/domain.ts'
import type { HostInput, Need } from './host-input.ts'
import { lostSeconds } from './score.ts'

const NOW = 1_700_000_000_000
const GIB = 2 ** 30

type Load = { sample?: Partial<HostSample>; unseen?: number } & Partial<Omit<HostInput, 'sample' | 'reservations'>>

/** An idle host of four CPUs with half of its 16 GiB free, but for what is named; `unseen` jobs were placed there just now. */
function lost({ sample, unseen = 0, ...host }: Load, need: Need = { memoryBytes: null }): number {
  const reading: HostSample = {
    at: NOW,
    cpuRatio: 0,
    ioWaitRatio: 0,
    memoryTotalBytes: 16 * GIB,
    memoryAvailableBytes: 8 * GIB,
    load1: 0,
    ...NO_READINGS,
    ...sample,
  }
  const input: HostInput = {
    name: 'box',
    state: 'connected',
    sample: reading,
    cpus: 4,
    runningJobs: unseen,
    reservations: Array.from({ length: unseen }, () => ({ placedAt: NOW, memoryBytes: null })),
    linkBytesPerSecond: null,
    bytesToSend: 0,
    history: null,
    tags: [],
    isDefaultAffinity: false,
    ...host,
  }
  return lostSeconds(input, reading, need)
}

/** Of each second of a job, by the load alone. */
const share = (load: Load, memoryBytes: number | null = null) => lost(load, { memoryBytes, durationMs: 10_000 }) / 10

/** What was tuned by hand is not to move unseen: a change of the curve changes this table, and is meant. */
describe('the share of its time that a job loses', () => {
  test.each<[number | null, number, number, number]>([
    [4, 0, 0, 0.222],
    [4, 0.5, 0, 0.4],
    [4, 0.75, 0, 0.667],
    [4, 1, 0, 2],
    [4, 0, 1, 0.286],
    [4, 0, 4, 2],
    [4, 0, 8, 4],
    [4, 1, 1, 2.5],
    [4, 1, 4, 4],
    [1, 0, 0, 0.667],
    [1, 1, 1, 4],
    [64, 0, 0, 0.016],
    [64, 0.5, 0, 0.031],
    [64, 1, 1, 2.031],
    [null, 0.5, 0, 1],
  ])('to others, on %s CPUs that are busy to %s with %s jobs new there: %s', (cpus, cpuRatio, unseen, expected) => {
    expect(share({ cpus, unseen, sample: { cpuRatio } })).toBeCloseTo(expected, 3)
  })

  test.each([
    [8, null, 0],
    [1.6, null, 0],
    [0.8, null, 0.5],
    [0, null, 1],
    [8, 6.4 * GIB, 0],
    [8, 7.2 * GIB, 0.5],
  ])('to memory, with %s GiB free of 16 and %s bytes needed: %s', (free, needed, expected) => {
    const memoryAvailableBytes = free * GIB
    expect(share({ sample: { memoryAvailableBytes } }, needed) - share({})).toBeCloseTo(expected, 3)
  })

  test.each([
    [0.1, 0.4],
    [0.25, 1],
    [1, 4],
  ])('to disks, waited for %s of the time: %s', (ioWaitRatio, expected) => {
    expect(share({ sample: { ioWaitRatio } }) - share({})).toBeCloseTo(expected, 3)
  })

  test.each<[number | null, number]>([
    [null, 8],
    [50_000_000, 2],
    [1_000_000, 100],
    [0, 100_000_000],
  ])('and the seconds for 100 MB over a link of %s bytes a second: %s', (linkBytesPerSecond, expected) => {
    expect(lost({ bytesToSend: 100_000_000, linkBytesPerSecond }) - lost({})).toBeCloseTo(expected, 3)
  })

  test.each<[number | null, number]>([
    [null, 60],
    [0, 5],
    [1_000, 5],
    [90_000, 90],
    [86_400_000, 600],
  ])('of a command that ran %s ms before counts over %s seconds', (durationMs, expected) => {
    const busy = { sample: { cpuRatio: 1 } }
    expect(lost(busy, { memoryBytes: null, durationMs })).toBeCloseTo(2 * expected, 3)
  })
})

const ratio = fc.double({ min: 0, max: 1, noNaN: true })
const anyLoad = fc.record({
  cpus: fc.integer({ min: 1, max: 256 }),
  unseen: fc.nat(40),
  linkBytesPerSecond: fc.option(fc.double({ min: 0, max: 1e10, noNaN: true })),
  bytesToSend: fc.nat(2 ** 31 - 1),
  sample: fc.record({
    cpuRatio: ratio,
    ioWaitRatio: ratio,
    memoryAvailableBytes: ratio.map(part => part * 16 * GIB),
  }),
})
type AnyLoad = typeof anyLoad extends fc.Arbitrary<infer T> ? T : never
const anyNeed = fc.record({
  memoryBytes: fc.option(fc.nat(2 ** 31 - 1)),
  durationMs: fc.option(fc.nat(2 ** 31 - 1)),
})

/** `by`, from 0 to 1, says how much more. */
const more: Record<string, (load: AnyLoad, by: number) => Load> = {
  'busier CPUs': (load, by) => withSample(load, { cpuRatio: towards(load.sample.cpuRatio, 1, by) }),
  'more waiting for disks': (load, by) => withSample(load, { ioWaitRatio: towards(load.sample.ioWaitRatio, 1, by) }),
  'less free memory': (load, by) => withSample(load, { memoryAvailableBytes: towards(load.sample.memoryAvailableBytes, 0, by) }),
  'more jobs new there': (load, by) => ({ ...load, unseen: load.unseen + Math.round(20 * by) }),
  'fewer CPUs': (load, by) => ({ ...load, cpus: Math.round(towards(load.cpus, 1, by)) }),
  'more to send': (load, by) => ({ ...load, bytesToSend: load.bytesToSend * (1 + by) }),
  'a slower link': (load, by) => ({ ...load, linkBytesPerSecond: (load.linkBytesPerSecond ?? 12_500_000) * (1 - by) }),
}

describe('whatever the load is', () => {
  test.each(Object.entries(more))('%s: never less time lost', (_what, change) => {
    fc.assert(
      fc.property(anyLoad, anyNeed, ratio, (load, need, by) => {
        const before = lost(load, need)
        // Sums of fractions differ in their last digits.
        expect(lost(change(load, by), need)).toBeGreaterThanOrEqual(before - Math.abs(before) * 1e-9)
      }),
      { numRuns: 500 },
    )
  })

  test('more memory needed, or a longer run: never less time lost', () => {
    fc.assert(
      fc.property(anyLoad, fc.nat(2 ** 31 - 1), fc.nat(2 ** 31 - 1), ratio, (load, memoryBytes, durationMs, by) => {
        const before = lost(load, { memoryBytes, durationMs })
        expect(lost(load, { memoryBytes: memoryBytes * (1 + by), durationMs })).toBeGreaterThanOrEqual(before)
        expect(lost(load, { memoryBytes, durationMs: durationMs * (1 + by) })).toBeGreaterThanOrEqual(before)
      }),
    )
  })

  test('time lost is a number, and never gained', () => {
    fc.assert(
      fc.property(anyLoad, anyNeed, (load, need) => {
        const seconds = lost(load, need)
        expect(Number.isFinite(seconds) && seconds >= 0).toBe(true)
      }),
    )
  })

  test('no leap where the last CPU is taken: a little more load is a little more time lost', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 256 }), fc.nat(256), (cpus, unseen) => {
        const full = Math.max(0, 1 - unseen / cpus)
        const at = (cpuRatio: number) => share({ cpus, unseen, sample: { cpuRatio: Math.min(1, Math.max(0, cpuRatio)) } })
        expect(Math.abs(at(full + 1e-9) - at(full - 1e-9))).toBeLessThan(1e-5)
      }),
    )
  })
})

function withSample(load: AnyLoad, sample: Partial<AnyLoad['sample']>): Load {
  return { ...load, sample: { ...load.sample, ...sample } }
}

function towards(from: number, to: number, by: number): number {
  return from + (to - from) * by
}
