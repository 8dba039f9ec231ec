/** What is gathered for a placement, on a real store; the links are what the placer reads of one. */
import { expect, test } from 'vitest'
import { hostSample } from '../../../test/helpers/host-sample.ts'
import { temporaryStore } from '../../../test/helpers/temporary-store.ts'
import { commandKey } from '../allocator/command-key.ts'
import { decodeInputs } from '../allocator/inputs-codec.ts'
import type { Rule } from '../config/rules.ts'
import type { Live } from '../hosts/host-link.ts'
import { Holds } from './holds.ts'
import { isRuled, type PlacedJob, type PlacerLink, type PlacerOptions, place } from './placer.ts'

const GIB = 2 ** 30
const PUSH = { command: { argv: ['make'] }, folder: null }

type LinkChange = Partial<PlacerLink> & { cpuRatio?: number }

function link(name: string, { cpuRatio = 0, ...change }: LinkChange = {}): PlacerLink {
  const info = { cpus: 4, arch: 'x86_64', hasGpu: false }
  return {
    name,
    status: { state: 'connected', since: 0, error: null, retryAt: null, transportReason: null },
    sample: hostSample(0, { cpuRatio, memoryTotalBytes: 16 * GIB, memoryAvailableBytes: 8 * GIB }),
    sampledAtSteadyMs: 100_000,
    live: { agent: { info } } as unknown as Live,
    askSample: async () => false,
    ...change,
  }
}

function options(links: PlacerLink[], change: Partial<PlacerOptions> = {}): PlacerOptions {
  return {
    store: temporaryStore(),
    links: () => links,
    settled: async () => undefined,
    traitsOf: () => ({ tags: [], drain: false }),
    rules: () => [],
    unfinished: () => [],
    holds: new Holds(),
    now: () => 1_700_000_000_000,
    steadyNow: () => 101_000,
    ...change,
  }
}

test('jobs that are placed at once, before any has a row, do not all see the same idle host', async () => {
  const placer = options([link('a'), link('b'), link('c')])
  const ids = Array.from({ length: 21 }, (_, index) => `job-${index}`)
  const placements = await Promise.all(ids.map(id => place({ id, ...PUSH }, null, placer)))
  const counts = Map.groupBy(placements, ({ host }) => host)
  expect([...counts.values()].map(all => all.length)).toEqual([7, 7, 7])
  const last = decodeInputs(placer.store.placements.get('job-20') ?? '')
  expect(last?.hosts.map(host => host.runningJobs).reduce((sum, jobs) => sum + jobs)).toBe(20)
})

test('a place that is held is counted once when its job has a row, and no more when that never came', async () => {
  let [steadyMs, rows] = [101_000, [] as ReturnType<PlacerOptions['unfinished']>]
  const placer = options([link('a')], { steadyNow: () => steadyMs, unfinished: () => rows })
  const runningOn = async (job: PlacedJob) => {
    await place(job, null, placer)
    return decodeInputs(placer.store.placements.get(job.id ?? '') ?? '')?.hosts[0]?.runningJobs
  }
  expect(await runningOn({ id: 'first', ...PUSH })).toBe(0)
  await place(PUSH, null, placer)
  expect(await runningOn({ id: 'second', ...PUSH })).toBe(1)
  rows = [{ id: 'first', host: 'a', startedAt: null, ...PUSH }]
  expect(await runningOn({ id: 'third', ...PUSH })).toBe(2)
  steadyMs += 4_000
  const fresh = { ...placer, links: () => [link('a', { sampledAtSteadyMs: steadyMs })] }
  expect((await place({ id: 'fourth', ...PUSH }, null, fresh)).host).toBe('a')
  steadyMs += 20_000
  const later = { ...placer, links: () => [link('a', { sampledAtSteadyMs: steadyMs })] }
  await place({ id: 'fifth', ...PUSH }, null, later)
  expect(decodeInputs(placer.store.placements.get('fifth') ?? '')?.hosts[0]?.runningJobs).toBe(1)
})

test('a host whose reading is old is asked; one that answers is taken, one that does not is left out and named so', async () => {
  const asked: string[] = []
  const asking = (name: string, answers: boolean) => async () => {
    asked.push(name)
    return answers
  }
  const old = { sampledAtSteadyMs: 94_000 }
  const answering = link('answers', { ...old, askSample: asking('answers', true) })
  Object.defineProperty(answering, 'sampledAtSteadyMs', { get: () => (asked.includes('answers') ? 101_000 : 94_000) })
  const silent = link('silent', { ...old, askSample: asking('silent', false) })
  const fresh = link('fresh', { cpuRatio: 0.9, askSample: asking('fresh', true) })
  const placement = await place(PUSH, null, options([fresh, answering, silent]))
  expect(asked).toEqual(['answers', 'silent'])
  expect(placement.host).toBe('answers')
  expect(placement.candidates[2]?.refused).toBe('its last reading is 7 s old, and it did not answer just now')
})

test('clocks that are set make no reading fresh or stale', async () => {
  for (const now of [0, 1_700_000_000_000, 4_000_000_000_000]) {
    const placement = await place(PUSH, null, options([link('a'), link('b', { sampledAtSteadyMs: 90_000 })], { now: () => now }))
    expect(placement.candidates.map(({ refused }) => refused !== null)).toEqual([false, true])
  }
})

test('rules and needs of the job go along; of many hosts the job names the best and its own', async () => {
  const rule: Rule = { kind: 'command', pattern: 'make', pin: null, affinity: 'h400', needs: ['big'] }
  const links = Array.from({ length: 500 }, (_, index) => link(`h${index}`))
  const placer = options(links, { rules: () => [rule], traitsOf: name => ({ tags: ['big'], drain: name === 'h0' }) })
  const placement = await place({ id: 'x', ...PUSH, needs: ['arch:amd64'] }, null, placer)
  expect(placement.host).toBe('h400')
  expect(placement.candidates).toHaveLength(100)
  expect(placement.candidates.some(({ host }) => host === 'h400')).toBe(true)
  const kept = decodeInputs(placer.store.placements.get('x') ?? '')
  expect(kept?.need).toMatchObject({ needs: ['arch:amd64', 'big'], affinity: 'h400' })
  expect(kept?.hosts).toHaveLength(500)
  expect(isRuled(PUSH, placer)).toBe(true)
  expect(isRuled({ ...PUSH, command: { argv: ['ls'] } }, placer)).toBe(false)
  expect(isRuled({ ...PUSH, command: { argv: ['ls'] }, needs: ['gpu'] }, placer)).toBe(true)
})

test('the host of the last run is where a command stays among equals', async () => {
  const placer = options([link('a'), link('b', { cpuRatio: 0.05 })])
  expect((await place(PUSH, null, placer)).host).toBe('a')
  const run = { commandKey: commandKey(PUSH.command), folder: null, peakMemoryBytes: 1, durationMs: 60_000, exitCode: 0 }
  placer.store.history.append({ ...run, host: 'b', endedAt: 5 })
  expect(await place(PUSH, null, placer)).toMatchObject({ host: 'b', reason: expect.stringContaining('and where it ran last') })
})
