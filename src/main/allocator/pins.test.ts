import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type HostChange, hostInput as host, needOf } from '../../../test/helpers/host-input.ts'
import { AppError } from '../../shared/errors.ts'
import type { HostInput, Need } from '../../shared/placement.ts'
import { allocate } from './allocate.ts'

const GIB = 2 ** 30
const pinned = (fallback = 'none', change: Partial<Need> = {}) =>
  needOf({ pin: { pattern: 'firefox', host: 'b', fallback }, ...change })
const three = (b: HostChange) => [host('a'), host('b', b), host('c', { sample: { cpuRatio: 0.9 } })]
const AWAY: HostChange = { state: 'offline' }

function failure(hosts: readonly HostInput[], need: Need): AppError {
  try {
    allocate({ hosts, need })
  } catch (error) {
    if (error instanceof AppError && error.code === 'NO_HOST') return error
  }
  throw new Error('it should have failed')
}

describe('a pin', () => {
  test('is where it goes, however busy that is, and the others say so', () => {
    const placement = allocate({ hosts: three({ sample: { cpuRatio: 1 } }), need: pinned() })
    expect(placement.host).toBe('b')
    expect(placement.reason).toBe('firefox is pinned to b: CPU 100 %, 8.6 GB free; nothing to send')
    expect(placement.candidates[0]).toEqual({ host: 'a', score: null, refused: 'firefox is pinned to b' })
    expect(placement.candidates[1]?.score).toBe(placement.score)
  })

  test.each<[string, HostChange, Partial<Need>, RegExp]>([
    [
      'its memory is short',
      { sample: { memoryAvailableBytes: GIB } },
      { memoryBytes: 2 * GIB },
      /pinned to b, though the command took 2.1 GB/,
    ],
    ['its reading is old', { sample: { ageMs: 9_000 } }, {}, /pinned to b, though its last reading is 9 s old/],
    [
      'it was not found there',
      { history: { peakMemoryBytes: null, notFoundAgoMs: 5_000 } },
      {},
      /though the command was not found there/,
    ],
  ])('holds though %s, saying so; with a fallback it goes there', (_what, change, need, reason) => {
    expect(allocate({ hosts: three(change), need: pinned('none', need) })).toMatchObject({
      host: 'b',
      reason: expect.stringMatching(reason),
    })
    expect(allocate({ hosts: three(change), need: pinned('auto', need) }).host).toBe('a')
    expect(allocate({ hosts: three(change), need: pinned('c', need) }).host).toBe('c')
  })

  test.each<[string, HostChange, Partial<Need>, RegExp]>([
    [
      'away',
      AWAY,
      {},
      /firefox is pinned to b, but it is offline. You can see what is wrong there with: drover host test b; or run it elsewhere/,
    ],
    ['drained', { isDrained: true }, {}, /it is drained.* You can let it take jobs again with: drover host undrain b; or/],
    ['without what is needed', {}, { needs: ['gpu'] }, /it has no GPU/],
  ])('to a host that is %s goes nowhere else, and it says what would help', (_what, change, need, message) => {
    const error = failure(three(change), pinned('none', need))
    expect(error.message).toMatch(message)
    expect(error.message).toContain(
      'write a fallback with: drover pin firefox b --fallback auto; or end the pin with: drover unpin firefox',
    )
  })

  test('with a fallback goes there when its host is away, and the reason names both', () => {
    const auto = allocate({ hosts: three(AWAY), need: pinned('auto') })
    expect(auto).toMatchObject({
      host: 'a',
      reason: expect.stringMatching(/^lowest load of 2 hosts: .*; it is pinned to b, but it is offline$/),
    })
    expect(allocate({ hosts: three(AWAY), need: pinned('c') })).toMatchObject({ host: 'c' })
    expect(failure([host('a'), host('b', AWAY), host('c', AWAY)], pinned('c')).message).toContain(
      'Its fallback c does not fit either. You can',
    )
    expect(failure([host('b', AWAY)], pinned('auto')).message).toContain('pinned to b, but it is offline')
  })

  test('says of one that has ended that it did', () => {
    const note = 'the pin of firefox to b ended 2030-01-01T00:00:00Z'
    expect(allocate({ hosts: three({}), need: needOf({ notes: [note] }) }).reason).toMatch(
      /nothing to send; the pin of firefox to b ended/,
    )
  })

  test('never leads elsewhere unless a fallback is written, whatever the hosts are', () => {
    const change = fc.record({
      state: fc.constantFrom('connected' as const, 'offline' as const),
      isDrained: fc.boolean(),
      sample: fc.option(fc.record({ ageMs: fc.nat(10_000), cpuRatio: fc.double({ min: 0, max: 1, noNaN: true }) })),
    })
    fc.assert(
      fc.property(change, change, change, fc.constantFrom('none', 'auto', 'c'), (a, b, c, fallback) => {
        const hosts = [host('a', a), host('b', b), host('c', c)]
        const allowed = { none: ['b'], auto: ['a', 'b', 'c'], c: ['b', 'c'] }[fallback]
        try {
          expect(allowed).toContain(allocate({ hosts, need: pinned(fallback) }).host)
        } catch (error) {
          if (!(error instanceof AppError)) throw error
          const usable = hosts.filter(one => one.state === 'connected' && !one.isDrained && one.sample !== null)
          expect(usable.filter(one => allowed?.includes(one.name) && (one.sample?.ageMs ?? 0) <= 5_000)).toEqual([])
        }
      }),
    )
  })
})

test('what no host has is said in one sentence', () => {
  const of = (needs: string[], hosts = [host('a'), host('b', AWAY)]) => failure(hosts, needOf({ needs })).message
  expect(of(['gpu'])).toBe('No host has a GPU that we see. If one does, say so with: drover host tag HOST +gpu')
  expect(of(['arch:arm64'])).toBe('No host that answers is arm64')
  expect(of(['big'])).toBe('No host has the tag big. If one does, say so with: drover host tag HOST +big')
  expect(of(['gpu', 'big'], [host('a', { hasGpu: true }), host('b', { tags: ['big'] })])).toMatch(
    /^No host fits. a: it has no tag big; b: it has no GPU/,
  )
})
