import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type HostChange, hostInput as host, needOf } from '../../../test/helpers/host-input.ts'
import { AppError } from '../../shared/errors.ts'
import type { HostInput, Need } from '../../shared/placement.ts'
import { allocate } from './allocate.ts'

const GIB = 2 ** 30
const ANY = needOf()

const place = (hosts: HostInput[], need: Need = ANY) => allocate({ hosts, need })
const busy = (name: string, cpuRatio: number, change: HostChange = {}) =>
  host(name, { ...change, sample: { cpuRatio, ...change.sample } })

describe('which host', () => {
  test('the one with the lowest load, and it says so with its figures', () => {
    const placement = place([busy('a', 0.5), busy('b', 0.12, { sample: { memoryAvailableBytes: 14.2 * GIB } }), busy('c', 0.9)])
    expect(placement.host).toBe('b')
    expect(placement.reason).toBe('lowest load of 3 hosts: CPU 12 %, 15 GB free; nothing to send')
    expect(placement.candidates.map(one => [one.host, one.refused])).toEqual([
      ['a', null],
      ['b', null],
      ['c', null],
    ])
    expect(placement.score).toBe(placement.candidates[1]?.score)
  })

  test('free CPUs count, not the share: a big host half busy before a small one nearly idle', () => {
    expect(place([busy('small', 0.1), busy('big', 0.5, { cpus: 64 })]).host).toBe('big')
  })

  test('a host that waits for its disks is put behind a busier one', () => {
    const placement = place([busy('disk', 0, { sample: { ioWaitRatio: 0.3 } }), busy('cpu', 0.6)])
    expect(placement.host).toBe('cpu')
  })

  test('a host short of memory is put behind a busier one', () => {
    expect(place([busy('tight', 0, { sample: { memoryAvailableBytes: 0.1 * GIB } }), busy('roomy', 0.4)]).host).toBe('roomy')
  })

  test('the folder that is still to be sent counts, at the speed of the link', () => {
    const hosts = (linkBytesPerSecond: number) => [
      busy('idle', 0, { bytesToSend: 500 * 2 ** 20, linkBytesPerSecond }),
      busy('has-it', 0.5),
    ]
    expect(place(hosts(1e9)).host).toBe('idle')
    const slow = place(hosts(1e6))
    expect(slow.host).toBe('has-it')
    expect(slow.reason).toBe('least time lost, of 2 hosts: CPU 50 %, 8.6 GB free; nothing to send')
    expect(place(hosts(1e9)).reason).toContain('524 MB to send, about 1 s')
  })

  test('what is worth moving for a long command is not for a short one', () => {
    const hosts = [busy('far', 0, { bytesToSend: 100 * 2 ** 20 }), busy('near', 0.7)]
    expect(place(hosts, needOf({ durationMs: 600_000 })).host).toBe('far')
    expect(place(hosts, needOf({ durationMs: 5_000 })).host).toBe('near')
  })

  test('among equals: affinity, then where it ran last, then fewer jobs of ours, then the order given', () => {
    expect(place([host('a'), host('b')]).host).toBe('a')
    expect(place([busy('a', 0.1), busy('b', 0.101)]).host).toBe('a')
    const three = [host('a'), host('b', { runningJobs: 2 }), host('c', { runningJobs: 1 })]
    expect(place(three).host).toBe('a')
    expect(place(three, needOf({ lastHost: 'c' })).host).toBe('c')
    expect(place(three, needOf({ lastHost: 'c', affinity: 'b' })).host).toBe('b')
  })

  test('a command stays where it ran last while loads flicker, and says so; not where it would lose much', () => {
    const need = needOf({ lastHost: 'b' })
    for (const cpuRatio of [0, 0.05, 0.1, 0.15]) expect(place([busy('a', 0.1), busy('b', cpuRatio)], need).host).toBe('b')
    expect(place([busy('a', 0.05), busy('b', 0.1)], need).reason).toMatch(
      /^as good as the best of 2 hosts, and where it ran last: /,
    )
    expect(place([busy('a', 0.05), busy('b', 0.4)], need).host).toBe('a')
    expect(place([busy('a', 0.05), busy('b', 0.1)], needOf({ affinity: 'b' })).reason).toContain(', and preferred: ')
  })

  test('jobs placed just now count until a sample can show them', () => {
    const reservation = { ageMs: 500, memoryBytes: null }
    const placement = place([busy('a', 0, { reservations: [reservation] }), busy('b', 0.1)])
    expect(placement.host).toBe('b')
    const old = { ageMs: 60_000, memoryBytes: 100 * GIB }
    expect(place([busy('a', 0, { reservations: [old] }), busy('b', 0.1)]).host).toBe('a')
  })

  test('the only host says that it is the only one', () => {
    expect(place([host('a')]).reason).toBe('the only host that fits: CPU 10 %, 8.6 GB free; nothing to send')
  })
})

describe('who is left out', () => {
  const refusedOf = (one: HostInput, need?: Need) => place([host('good'), one], need).candidates[1]

  test.each<[string, HostChange, Need, RegExp]>([
    ['offline', { state: 'offline' }, ANY, /offline/],
    ['connecting', { state: 'connecting' }, ANY, /still being connected/],
    ['refused', { state: 'refused' }, ANY, /does not let us in/],
    ['without a sample', { sample: null }, ANY, /nothing is known of its load/],
    ['with a stale sample', { sample: { ageMs: 12_000 } }, ANY, /last reading is 12 s old$/],
    ['silent', { sample: { ageMs: 7_000, isSilent: true } }, ANY, /last reading is 7 s old, and it did not answer just now/],
    [
      'without memory enough',
      { sample: { memoryAvailableBytes: GIB } },
      needOf({ memoryBytes: 2 * GIB }),
      /took 2.1 GB.*1.1 GB is free/,
    ],
    ['with a history of more memory', { history: { peakMemoryBytes: 9 * GIB, notFoundAgoMs: null } }, ANY, /took 9.7 GB/],
    [
      'with memory promised to others',
      { reservations: [{ ageMs: 0, memoryBytes: 7 * GIB }] },
      needOf({ memoryBytes: 2 * GIB }),
      /took 2.1 GB before, and 1.1 GB is free/,
    ],
  ])('a host that is %s, saying so', (_what, change, need, reason) => {
    expect(refusedOf(host('other', change), need)).toMatchObject({ host: 'other', score: null })
    expect(refusedOf(host('other', change), need)?.refused).toMatch(reason)
  })

  test('a sample of exactly five seconds is fresh; a history of less memory on this host goes before the other hosts', () => {
    expect(refusedOf(host('other', { sample: { ageMs: 5000 } }))?.refused).toBeNull()
    const modest = host('other', { history: { peakMemoryBytes: GIB, notFoundAgoMs: null } })
    expect(place([modest], needOf({ memoryBytes: 9 * GIB })).host).toBe('other')
  })

  test.each<[string[], HostChange, HostChange, string]>([
    [['gpu', 'big'], { tags: ['gpu'] }, { tags: ['big', 'gpu'] }, 'it has no tag big'],
    [['gpu'], {}, { hasGpu: true }, 'it has no GPU'],
    [['gpu', 'big'], { hasGpu: null }, { hasGpu: true, tags: ['big'] }, 'it has no GPU and no tag big'],
    [['arch:arm64'], {}, { arch: 'aarch64' }, 'it is x86_64, not arm64'],
    [['arch:amd64'], { arch: 'aarch64' }, {}, 'it is aarch64, not amd64'],
    [
      ['big', 'arch:riscv64'],
      { arch: null },
      { arch: 'riscv64', tags: ['big'] },
      'it has no tag big, and it is of an unknown architecture, not riscv64',
    ],
  ])('a host that lacks what is needed, %j', (needs, lacking, right, text) => {
    const placement = place([busy('plain', 0, lacking), busy('right', 0.9, right)], needOf({ needs }))
    expect(placement.host).toBe('right')
    expect(placement.candidates[0]?.refused).toBe(text)
  })

  test('a host that is drained', () => {
    const placement = place([busy('a', 0, { isDrained: true }), busy('b', 0.9)])
    expect(placement.candidates[0]).toEqual({ host: 'a', score: null, refused: 'it is drained: it takes no new jobs' })
    expect(placement.host).toBe('b')
  })

  const notFound = (agoMs: number) => ({ peakMemoryBytes: null, notFoundAgoMs: agoMs })

  test('a host where this very command was not found, saying so', () => {
    const placement = place([busy('a', 0, { history: notFound(180_000) }), busy('b', 0.9)])
    expect(placement.host).toBe('b')
    expect(placement.candidates[0]).toEqual({ host: 'a', score: null, refused: 'the command was not found there 3 min ago' })
    expect(placement.reason).toContain('; the command was not found on a')
  })

  test('where the command was found nowhere it is tried again on the best of them, saying so; a week later anywhere', () => {
    const hosts = [
      busy('a', 0.5, { history: notFound(1000) }),
      busy('b', 0, { history: notFound(1000) }),
      host('c', { state: 'offline' }),
    ]
    const placement = place(hosts)
    expect(placement.host).toBe('b')
    expect(placement.reason).toContain('the command was not found on a, b before, and is tried again')
    expect(placement.candidates[2]?.refused).toBe('it is offline')
    expect(place([busy('a', 0, { history: notFound(8 * 86_400_000) }), busy('b', 0.5)]).host).toBe('a')
  })

  test('not a host whose clock, since set back, says that the command will not be found there next year', () => {
    expect(place([busy('a', 0, { history: notFound(-365 * 86_400_000) }), busy('b', 0.9)]).host).toBe('a')
  })
})

describe('no host', () => {
  const failure = (hosts: HostInput[]): AppError => {
    try {
      place(hosts)
    } catch (error) {
      if (error instanceof AppError) return error
    }
    throw new Error('it should have failed')
  }

  test('each with its reason, and what to do', () => {
    const error = failure([host('a', { state: 'offline' }), host('b', { sample: { ageMs: 9000 } })])
    expect(error.code).toBe('NO_HOST')
    expect(error.message).toMatch(/^No host fits. a: it is offline; b: its last reading is 9 s old. Name one with --on HOST/)
    expect(error.details).toEqual({ hosts: { a: 'it is offline', b: 'its last reading is 9 s old' } })
  })

  test('none to choose from', () => {
    expect(failure([]).message).toMatch(/^There is no host to choose from. Add one/)
  })
})

/** Any hosts, sound or not: names are their places in the list. */
const anyHosts = fc
  .array(
    fc.record({
      state: fc.constantFrom(
        'connected' as const,
        'connected' as const,
        'connected' as const,
        'offline' as const,
        'refused' as const,
      ),
      sample: fc.option(
        fc.record({
          ageMs: fc.nat(8000),
          isSilent: fc.boolean(),
          cpuRatio: fc.double({ min: 0, max: 1, noNaN: true }),
          ioWaitRatio: fc.double({ min: 0, max: 1, noNaN: true }),
          memoryTotalBytes: fc.constant(16 * GIB),
          memoryAvailableBytes: fc.integer({ min: 0, max: 16 * GIB }),
          ioPressureRatio: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
          memoryPressureRatio: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
        }),
        { freq: 8 },
      ),
      cpus: fc.option(fc.integer({ min: 1, max: 128 })),
      runningJobs: fc.integer({ min: 0, max: 5 }),
      reservations: fc.array(
        fc.record({
          ageMs: fc.nat(40_000),
          memoryBytes: fc.option(fc.integer({ min: 0, max: GIB })),
        }),
        { maxLength: 4 },
      ),
      linkBytesPerSecond: fc.option(fc.double({ min: 0, max: 1e9, noNaN: true })),
      bytesToSend: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 5 * GIB })),
      history: fc.option(
        fc.record({
          peakMemoryBytes: fc.option(fc.integer({ min: 0, max: 16 * GIB })),
          notFoundAgoMs: fc.option(fc.nat(10 * 86_400_000), { freq: 1 }),
        }),
      ),
      isDrained: fc.constantFrom(false, false, false, true),
      arch: fc.constantFrom(null, 'x86_64', 'aarch64'),
      hasGpu: fc.option(fc.boolean()),
      tags: fc.subarray(['big', 'gpu']),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map(all => all.map((one, index): HostInput => ({ ...one, name: `h${index}` })))

const hostPlaced = (hosts: readonly HostInput[], need: Need = ANY): string | null => {
  try {
    return allocate({ hosts, need }).host
  } catch (error) {
    if (error instanceof AppError && error.code === 'NO_HOST') return null
    throw error
  }
}

describe('whatever the hosts are', () => {
  test('a host that cannot take the job is never chosen, one that can always finds a place, and every score is a number', () => {
    fc.assert(
      fc.property(anyHosts, hosts => {
        const chosen = hosts.find(one => one.name === hostPlaced(hosts))
        const canTake = (one: HostInput) =>
          one.state === 'connected' &&
          one.sample !== null &&
          !one.isDrained &&
          one.sample.ageMs <= 5000 &&
          (one.history?.peakMemoryBytes ?? 0) <= one.sample.memoryAvailableBytes
        if (chosen === undefined) {
          expect(hosts.some(one => canTake(one) && one.history?.peakMemoryBytes == null)).toBe(false)
          return
        }
        expect(canTake(chosen)).toBe(true)
        const { candidates, score } = allocate({ hosts, need: ANY })
        for (const one of candidates) expect(one.refused === null ? Number.isFinite(one.score) : true).toBe(true)
        expect(Number.isFinite(score)).toBe(true)
      }),
    )
  })

  test('the same question has the same answer, and nothing that was given is changed', () => {
    fc.assert(
      fc.property(anyHosts, hosts => {
        const before = structuredClone(hosts)
        expect(hostPlaced(hosts)).toBe(hostPlaced(structuredClone(hosts)))
        expect(hosts).toEqual(before)
      }),
    )
  })

  type WithSample = HostInput & { sample: NonNullable<HostInput['sample']> }
  const worse: Record<string, (one: WithSample) => HostInput> = {
    'busier CPUs': one => ({ ...one, sample: { ...one.sample, cpuRatio: (one.sample.cpuRatio + 1) / 2 } }),
    'more I/O wait': one => ({ ...one, sample: { ...one.sample, ioWaitRatio: (one.sample.ioWaitRatio + 1) / 2 } }),
    'less memory': one => ({
      ...one,
      sample: { ...one.sample, memoryAvailableBytes: Math.floor(one.sample.memoryAvailableBytes / 2) },
    }),
    'more to send': one => ({ ...one, bytesToSend: one.bytesToSend * 2 + 1e6 }),
    'one more job': one => ({
      ...one,
      runningJobs: one.runningJobs + 1,
      reservations: [...one.reservations, { ageMs: 0, memoryBytes: GIB }],
    }),
  }
  test.each(Object.keys(worse))('%s never make a host be chosen that was not', what => {
    fc.assert(
      fc.property(anyHosts, fc.nat(), (hosts, pick) => {
        const before = hostPlaced(hosts)
        const loaded = hosts[pick % hosts.length]
        if (loaded?.sample == null || loaded.name === before) return
        const change = worse[what]
        if (change === undefined) throw new TypeError(what)
        const after = hosts.map(one => (one === loaded ? change({ ...loaded, sample: loaded.sample ?? fail() }) : one))
        expect(hostPlaced(after)).not.toBe(loaded.name)
      }),
      { numRuns: 500 },
    )
  })

  test('twenty placements in a row are spread evenly over equal hosts, however many CPUs they have', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 256 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (count, cpus, cpuRatio) => {
          let hosts = Array.from({ length: count }, (_, index) => busy(`h${index}`, cpuRatio, { cpus }))
          const jobs = new Map(hosts.map(one => [one.name, 0]))
          for (let placed = 0; placed < 20; placed++) {
            const name = hostPlaced(hosts) ?? ''
            jobs.set(name, (jobs.get(name) ?? 0) + 1)
            const reservation = { ageMs: 0, memoryBytes: null }
            hosts = hosts.map(one =>
              one.name === name
                ? { ...one, runningJobs: one.runningJobs + 1, reservations: [...one.reservations, reservation] }
                : one,
            )
          }
          expect(Math.max(...jobs.values()) - Math.min(...jobs.values())).toBeLessThanOrEqual(1)
        },
      ),
    )
  })
})

function fail(): never {
  throw new TypeError('a host without a sample')
}
