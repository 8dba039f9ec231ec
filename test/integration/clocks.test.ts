/** Clocks that are wrong, and clocks that are set while all are connected: a host's, and this computer's. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { JobView } from '../../src/shared/domain.ts'
import { drop, dropClient, memorySource } from '../helpers/drop-client.ts'
import { type Product, startProduct } from '../helpers/product.ts'
import { settableClock, wrongDate } from '../helpers/settable-clock.ts'
import { type Sshd, startSshd } from '../helpers/sshd.ts'
import { waitFor } from '../helpers/wait.ts'
import { askAddress, linked, signIn, tokenOf } from '../helpers/web.ts'

const HOUR_S = 3_600
const DAY_MS = 86_400_000
/** The whole seconds of a host's time, and of how far it is off. */
const NEAR_MS = 2_500
/** A row of `drover ls` that says how long its job ran, or runs: since this test began. */
const FEW_MINUTES = /\t0:0\d:\d\d$/

test.each([
  { off: HOUR_S, byS: -2 * HOUR_S },
  { off: -HOUR_S, byS: 2 * HOUR_S },
])(
  'a host whose clock is off by $off s, and then set by $byS s while it is connected, tells times as they are',
  async ({ off, byS }) => {
    const { box, date } = await startBox()
    date.set(off)
    const product = await startProduct({ box })
    await knows(product, off)
    await runsShortly(product)
    const [quick, later, last] = [
      await hold(product, box, 'quick'),
      await hold(product, box, 'later'),
      await hold(product, box, 'last'),
    ]
    // An end told an hour early is taken for the start: that is to be another time.
    const held = Date.now()
    await waitFor(() => Date.now() > held + 4_000)
    date.set(off + byS)
    // No sample has told of it yet.
    await quick.letGo()
    await runsShortly(product)
    await knows(product, off + byS)
    await runsShortly(product)
    await later.letGo()
    await last.isRight()
    // A new connection, by which all is told again.
    box.cutConnections()
    await last.letGo()
    for (const one of [quick, later, last]) await one.isRight()
    const rows = (await product.drover(['ls', '-a'])).stdout.trim().split('\n')
    expect(rows).toHaveLength(6)
    for (const row of rows) expect(row).toMatch(FEW_MINUTES)
  },
)

test.each([DAY_MS, -DAY_MS])('when the clock of this computer is set by %s ms, all that goes on keeps its age', async byMs => {
  const clock = settableClock()
  const { box } = await startBox()
  const product = await startProduct({ box }, { env: clock.env })
  await runsShortly(product, clock)
  const remote = await hold(product, box, 'remote', clock)
  const local = await hold(product, box, 'local', { on: 'local', ...clock })
  // Those two are of an earlier core.
  await product.killCore()
  for (const { id } of [remote, local]) await product.reaches(id, 'running')
  const young = await hold(product, box, 'young', clock)
  const { url } = await askAddress(product)
  const { address, url: second } = await askAddress(product)
  const session = await signIn(address, tokenOf(second))

  clock.set(byMs)
  // At once, before anything was sampled anew: the load of a host is known, and so is how far it is off.
  await runsShortly(product, { on: 'auto', now: clock.now })
  for (const job of [remote, local, young]) {
    const { startedAt, createdAt } = await product.job(job.id)
    expect(startedAt ?? 0).toBeGreaterThan(clock.now() - 60_000)
    // A host tells whole seconds: by as much its clock may be taken for another.
    expect(startedAt ?? 0).toBeLessThanOrEqual(clock.now() + 1_000)
    expect(createdAt).toBeLessThanOrEqual(startedAt ?? 0)
  }
  const status = await product.status()
  expect(clock.now() - status.startedAt).toBeLessThan(120_000)
  expect(clock.now() - status.startedAt).toBeGreaterThan(0)
  for (const { since } of status.hosts) expect(Math.abs(clock.now() - since)).toBeLessThan(120_000)
  expect((await product.drover(['status'])).stdout).toMatch(/, up \d+ s$/m)
  for (const row of (await product.drover(['ls'])).stdout.trim().split('\n')) expect(row).toMatch(FEW_MINUTES)

  // Nobody is shut out: what was given out before holds for as long as it would have.
  await linked(address, session)
  await signIn(address, tokenOf(url))
  for (const job of [remote, local, young]) {
    await job.letGo()
    const { startedAt, endedAt } = await product.job(job.id)
    expect((endedAt ?? 0) - (startedAt ?? 0)).toBeLessThan(60_000)
    expect(Math.abs(clock.now() - (endedAt ?? 0))).toBeLessThan(10_000)
  }
  const rows = (await product.drover(['ls', '-a'])).stdout.trim().split('\n')
  expect(rows).toHaveLength(5)
  for (const row of rows) expect(row).toMatch(FEW_MINUTES)
  expect(product.coreLog()).toMatch(new RegExp(`the clock of this computer was set.* bySeconds=${byMs / 1000}$`, 'm'))
})

test('a clock that jumps ahead by a year makes nothing old: gc leaves what hosts know to be new', async () => {
  const clock = settableClock()
  const { box } = await startBox()
  const product = await startProduct({ box }, { env: clock.env })
  const folder = join(product.home.dir, 'project')
  mkdirSync(folder)
  writeFileSync(join(folder, 'file'), 'text')
  for (const on of ['box', 'local'])
    expect(await product.drover(['push', '--on', on, '--', 'cat file'], { cwd: folder })).toMatchObject({
      code: 0,
      stdout: 'text',
    })
  const running = await hold(product, box, 'running', clock)
  const before = await product.jobs()
  clock.set(365 * DAY_MS)
  // While it runs, and by the next core, which never saw another clock.
  for (const restart of [false, true]) {
    if (restart) await product.killCore()
    await product.status()
    const { hosts } = await product.call('disk.gc', { dryRun: false })
    expect(hosts.map(({ host, error }) => [host, error])).toEqual([
      ['local', null],
      ['box', null],
    ])
    expect(hosts.flatMap(({ removed }) => removed).filter(({ kind }) => kind !== 'spare')).toEqual([])
    const jobs = await product.jobs()
    expect(jobs.map(({ id }) => id).sort()).toEqual(before.map(({ id }) => id).sort())
    for (const { workdir } of jobs) expect(existsSync(workdir ?? '')).toBe(true)
  }
  await running.letGo()
})

test('a dropped folder outlives a clock that jumps ahead by a year, until somebody asks for it to go', async () => {
  const clock = settableClock()
  const product = await startProduct({}, { env: clock.env })
  const client = await dropClient(product)
  onTestFinished(() => client.close())
  const before = await drop(client, memorySource({ a: 'text' }, { name: 'before' }))
  clock.set(365 * DAY_MS)
  // The end of each drop is when old ones go; that of the second comes after that of the first.
  for (const name of ['one', 'two']) await drop(client, memorySource({ a: 'text' }, { name }))
  expect(existsSync(before.folder)).toBe(true)
  const { hosts } = await product.call('disk.gc', { dryRun: false })
  expect(hosts[0]?.removed.map(({ kind }) => kind)).toContain('drop')
  expect(existsSync(before.folder)).toBe(false)
})

async function startBox(): Promise<{ box: Sshd; date: ReturnType<typeof wrongDate> }> {
  const box = await startSshd({ path: dir => `${dir}/wrong:/usr/local/bin:/usr/bin:/bin` })
  mkdirSync(join(box.dir, 'wrong'))
  return { box, date: wrongDate(join(box.dir, 'wrong')) }
}

type How = { on?: string; now?: () => number }

/** A job of no length has just been, by what is told of it. */
async function runsShortly(product: Product, { on = 'box', now = Date.now }: How = {}): Promise<void> {
  const before = new Set((await product.jobs()).map(({ id }) => id))
  const from = now()
  expect(await product.drover(['push', '-n', '--on', on, '--', 'exit 4'])).toMatchObject({ code: 4 })
  const job = (await product.jobs()).find(({ id }) => !before.has(id))
  if (!job) throw new Error('The job is not listed')
  expect(job).toMatchObject({ outcome: 'exited', exitCode: 4 })
  isNear(job.startedAt, { from, to: now() })
  isNear(job.endedAt, { from, to: now() })
  expect((job.endedAt ?? 0) - (job.startedAt ?? 0)).toBeLessThan(now() - from + 1)
}

/** A job that runs until it is let go. */
async function hold(product: Product, box: Sshd, name: string, { on = 'box', now = Date.now }: How = {}) {
  const go = join(box.home, name)
  const began = { from: now(), to: 0 }
  const id = await product.running(['-n', '--on', on, '--', `until [ -e ${go} ]; do sleep 0.05; done`])
  began.to = now()
  let ended: { from: number; to: number } | null = null
  return {
    id,
    /** To its end. */
    letGo: async () => {
      const from = now()
      writeFileSync(go, '')
      await product.reaches(id, 'ended')
      ended = { from, to: now() }
    },
    /** By a clock that was not set. */
    isRight: async () => {
      const job: JobView = await product.job(id)
      isNear(job.startedAt, began)
      if (ended) isNear(job.endedAt, ended)
    },
  }
}

function isNear(at: number | null, { from, to }: { from: number; to: number }): void {
  expect(at).toBeGreaterThanOrEqual(from - NEAR_MS)
  expect(at).toBeLessThanOrEqual(to + NEAR_MS)
}

/** Waits until the core has noticed that box is so far off: its samples tell. */
async function knows(product: Product, off: number): Promise<void> {
  const said = async () => {
    const { findings } = await product.call('core.doctor', {})
    return findings.find(({ host, subject }) => host === 'box' && subject === 'clock')?.message ?? 'is 0 s off'
  }
  await waitFor(async () => Math.abs(Number(/-?\d+/.exec(await said())?.[0]) - off) < 5, {
    timeoutMs: 30_000,
    pauseMs: 500,
    what: `the core to know that box is ${off} s off`,
  })
}
