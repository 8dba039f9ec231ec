import { expect, test } from 'vitest'
import { temporaryStore } from '../../../test/helpers/temporary-store.ts'
import { commandKey } from '../allocator/command-key.ts'
import type { AgentTree } from '../hosts/agent.ts'
import { Holds } from '../jobs/holds.ts'
import { ReportedApps, type ReportedLink } from './reported-apps.ts'

const START = 1_759_968_000_000
const MB = 2 ** 20

function ground() {
  const store = temporaryStore()
  const clock = { at: START, steady: 1_000 }
  const holds = new Holds()
  const apps = new ReportedApps({
    history: store.history,
    holds,
    now: () => clock.at,
    steadyNow: () => clock.steady,
    log: { info: () => undefined },
  })
  /** What runs on a host, by PID. */
  const running = new Map<number, AgentTree>()
  const run = (pid: number, memoryBytes: number, start = `${pid}00`) =>
    running.set(pid, { pid, start, cpuMs: 10, memoryBytes, processes: 1 })
  const hostNamed = (name: string): ReportedLink => {
    const processTrees = async (roots: readonly { pid: number; start: string | null }[]) =>
      roots.flatMap(({ pid, start }) => {
        const tree = running.get(pid)
        return tree && (start === null || start === tree.start) ? [tree] : []
      })
    return { name, live: { agent: { processTrees } } as unknown as ReportedLink['live'] }
  }
  const pass = (ms: number) => {
    clock.at += ms
    clock.steady += ms
  }
  const stats = (app: string) => store.history.stats(commandKey({ line: app }), null).overall
  return { apps, holds, clock, run, running, box: hostNamed('box'), other: hostNamed('other'), pass, stats }
}

test('it is measured while it runs, and what it took at most is known from then on', async () => {
  const { apps, run, running, box, pass, stats } = ground()
  run(7, 100 * MB)
  await apps.report('firefox', 7, box)
  for (const megabytes of [900, 300]) {
    pass(10_000)
    run(7, megabytes * MB)
    await apps.sample(box)
  }
  expect(stats('firefox').runs).toBe(0)
  running.delete(7)
  pass(10_000)
  await apps.sample(box)
  expect(stats('firefox')).toMatchObject({
    runs: 1,
    peakMemoryBytes: 900 * MB,
    medianMemoryBytes: 900 * MB,
    medianDurationMs: 20_000,
  })
  expect(apps.placed()).toEqual([])
  await apps.sample(box)
  expect(stats('firefox').runs).toBe(1)
})

test('a PID that was given to another process is no longer it, and one that ended unheard is over', async () => {
  const { apps, run, running, box, stats } = ground()
  run(7, MB)
  run(8, MB)
  await apps.report('a', 7, box)
  await apps.report('b', 8, box)
  run(7, 500 * MB, '99')
  running.set(8, { pid: 8, start: '800', cpuMs: 1, memoryBytes: 0, processes: 0 })
  await apps.sample(box)
  expect([apps.placed(), stats('a').peakMemoryBytes, stats('b').peakMemoryBytes]).toEqual([[], MB, MB])
})

test('the place that was given is counted once: at first as a hold, of what it took before, then as what runs', async () => {
  const { apps, holds, clock, run, running, box, pass } = ground()
  const held = () => holds.byHost(new Set(apps.placed().map(({ id }) => id)), clock.steady).get('box') ?? []
  run(6, 700 * MB)
  await apps.report('firefox', 6, box)
  running.delete(6)
  await apps.sample(box)

  apps.given('firefox', { host: 'box' })
  expect(held()).toEqual([{ ageMs: 0, memoryBytes: 700 * MB }])
  pass(2_000)
  run(7, 600 * MB)
  await apps.report('firefox', 7, box)
  expect(held()).toEqual([])
  expect(apps.placed()).toEqual([
    { id: expect.any(String), host: 'box', command: { line: 'firefox' }, folder: null, startedAt: START },
  ])
  clock.at += 3_600_000 // Somebody set it.
  expect(apps.placed()[0]?.startedAt).toBe(START + 3_600_000)
})

test('the same process is one, however often it is reported; a lost host ends those that ran there', async () => {
  const { apps, run, box, other, stats } = ground()
  run(7, MB)
  await Promise.all([apps.report('a', 7, box), apps.report('a', 7, box), apps.report('a', 7, other)])
  expect(apps.placed().map(({ host }) => host)).toEqual(['box', 'other'])
  apps.hostLost('box')
  expect(apps.placed().map(({ host }) => host)).toEqual(['other'])
  expect(stats('a')).toMatchObject({ runs: 1, peakMemoryBytes: MB, medianDurationMs: null })
})

test('a host that is away, a process that is not there, and more than a few hundred are refused', async () => {
  const { apps, run, box } = ground()
  await expect(apps.report('a', 7, { name: 'box', live: null })).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' })
  await expect(apps.report('a', 7, box)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: 'box runs no process 7 of your user there',
  })
  for (let pid = 1; pid <= 400; pid++) run(pid, MB)
  const all = Array.from({ length: 400 }, (_, index) =>
    apps.report('a', index + 1, box).then(
      () => 'ok',
      error => error.code,
    ),
  )
  const answers = await Promise.all(all)
  expect(answers.filter(answer => answer === 'ok')).toHaveLength(300)
  expect(answers.filter(answer => answer === 'CONFLICT')).toHaveLength(100)
  for (let count = 0; count < 1_000; count++) apps.given('b', { host: 'box' })
  apps.hostLost('box')
  await apps.report('a', 1, box)
  expect(apps.placed()).toHaveLength(1)
})
