import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hostInput as host, needOf } from '../../../test/helpers/host-input.ts'
import { AppError } from '../../shared/errors.ts'
import type { HostInput, Need, PlacementInputs } from '../../shared/placement.ts'
import { allocate } from './allocate.ts'
import { explain } from './explain.ts'
import { decodeInputs, encodeInputs } from './inputs-codec.ts'

const ratio = fc.double({ min: 0, max: 1, noNaN: true })
const anyHost: fc.Arbitrary<Omit<HostInput, 'name'>> = fc.record({
  state: fc.constantFrom('connected', 'connected', 'offline', 'refused', 'connecting'),
  isDrained: fc.boolean(),
  sample: fc.option(
    fc.record({
      ageMs: fc.nat(8000),
      isSilent: fc.boolean(),
      cpuRatio: ratio,
      ioWaitRatio: ratio,
      memoryTotalBytes: fc.constant(2 ** 34),
      memoryAvailableBytes: fc.nat(2 ** 31 - 1),
      ioPressureRatio: fc.option(ratio),
      memoryPressureRatio: fc.option(ratio),
    }),
  ),
  cpus: fc.option(fc.integer({ min: 1, max: 128 })),
  arch: fc.constantFrom(null, 'x86_64', 'aarch64'),
  hasGpu: fc.option(fc.boolean()),
  runningJobs: fc.nat(5),
  reservations: fc.array(fc.record({ ageMs: fc.nat(60_000), memoryBytes: fc.option(fc.nat(2 ** 30)) }), { maxLength: 3 }),
  linkBytesPerSecond: fc.option(fc.double({ min: 0, max: 1e9, noNaN: true })),
  bytesToSend: fc.nat(2 ** 31 - 1),
  history: fc.option(fc.record({ peakMemoryBytes: fc.option(fc.nat(2 ** 31 - 1)), notFoundAgoMs: fc.option(fc.integer()) })),
  tags: fc.subarray(['big', 'gpu']),
})
const anyInputs: fc.Arbitrary<PlacementInputs> = fc
  .record({
    hosts: fc.array(anyHost, { maxLength: 6 }),
    need: fc.record({
      memoryBytes: fc.option(fc.nat(2 ** 31 - 1)),
      durationMs: fc.option(fc.nat(2 ** 31 - 1)),
      needs: fc.subarray(['big', 'gpu', 'arch:arm64']),
      pin: fc.option(
        fc.constantFrom({ pattern: 'x', host: 'h1', fallback: 'none' }, { pattern: 'x', host: 'h0', fallback: 'auto' }),
      ),
      affinity: fc.constantFrom(null, 'h0', 'h2'),
      lastHost: fc.constantFrom(null, 'h1'),
      notes: fc.subarray(['a pin ended']),
    }),
  })
  .map(({ hosts, need }) => ({ need, hosts: hosts.map((one, index) => ({ ...one, name: `h${index}` })) }))

const placed = (inputs: PlacementInputs) => {
  try {
    return allocate(inputs)
  } catch (error) {
    if (error instanceof AppError && error.code === 'NO_HOST') return null
    throw error
  }
}

test('what is kept is what it was made from, to the last bit, and leads to the same placement', () => {
  fc.assert(
    fc.property(anyInputs, inputs => {
      const kept = decodeInputs(encodeInputs(inputs))
      expect(kept).toEqual(structuredClone(inputs))
      const placement = placed(inputs)
      if (placement === null) return
      expect(explain({ placement, inputs: kept }, { withReplay: true }).replay).toEqual({
        isSame: true,
        host: placement.host,
        reason: placement.reason,
      })
    }),
    { numRuns: 500 },
  )
})

describe('an explanation', () => {
  const inputs = (change: Partial<Need> = {}): PlacementInputs => ({
    hosts: [
      host('a', { reservations: [{ ageMs: 0, memoryBytes: 2 ** 30 }] }),
      host('b', { sample: null, bytesToSend: 12_500_000 }),
    ],
    need: needOf({ memoryBytes: 5, ...change }),
  })

  test('has the numbers of each host', () => {
    const { numbers } = explain({ placement: allocate(inputs()), inputs: inputs() }, { withReplay: false })
    expect(numbers).toEqual([
      expect.objectContaining({
        host: 'a',
        cpus: 4,
        cpuRatio: 0.1,
        memoryFreeBytes: 7 * 2 ** 30,
        reservedJobs: 1,
        neededBytes: 5,
      }),
      expect.objectContaining({ host: 'b', cpuRatio: null, memoryFreeBytes: null, bytesToSend: 12_500_000, transferMs: 1000 }),
    ])
  })

  test('says when the same numbers lead elsewhere, or nowhere', () => {
    const placement = allocate(inputs())
    const replay = (now: PlacementInputs) => explain({ placement, inputs: now }, { withReplay: true }).replay
    expect(replay(inputs())).toMatchObject({ isSame: true, host: 'a' })
    expect(replay({ ...inputs(), hosts: [host('c')] })).toMatchObject({ isSame: false, host: 'c' })
    expect(replay(inputs({ needs: ['gpu'] }))).toMatchObject({
      isSame: false,
      host: null,
      reason: expect.stringContaining('No host has a GPU'),
    })
  })

  test('of a host that was asked for, or of an older Drover, is the reason alone', () => {
    const placement = { host: 'a', reason: 'asked for', score: 0, candidates: [] }
    expect(explain({ placement, inputs: null }, { withReplay: true })).toEqual({
      placement,
      numbers: null,
      need: null,
      replay: null,
    })
    const text = encodeInputs(inputs())
    for (const other of [
      '',
      '{}',
      'null',
      text.replace('"version":1', '"version":2'),
      text.replace('"cpus"', '"cores"'),
      text.replace('"tags"', '"__proto__"'),
    ])
      expect(decodeInputs(other)).toBeNull()
  })
})

test('of a thousand hosts it is small', () => {
  const hosts = Array.from({ length: 1000 }, (_, index) =>
    host(`host-${index}`, { sample: { ageMs: index, cpuRatio: index / 1000, memoryAvailableBytes: index * 4096 } }),
  )
  expect(encodeInputs({ hosts, need: needOf() }).length).toBeLessThan(60_000)
})
