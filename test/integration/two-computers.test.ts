/**
 * Two computers of one person on the same hosts: each has a home, a core and an id of its own. Each sees the other's jobs as foreign,
 * and whatever it does touches its own only.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { GcReport } from '../../src/shared/contract.ts'
import type { JobView } from '../../src/shared/domain.ts'
import { openProduct, type Product, startProduct } from '../helpers/product.ts'
import { openSshd, type Sshd, startSshd } from '../helpers/sshd.ts'
import { waitFor } from '../helpers/wait.ts'

let box: Sshd
let laptop: Product
let desktop: Product

beforeAll(async () => {
  box = await openSshd()
  laptop = await openProduct({ box })
  desktop = await openProduct({ box })
})
afterAll(async () => {
  await Promise.all([laptop.close(), desktop.close()])
  await box.stop()
})

test('the other’s jobs are shown as foreign, with their true state, and only when asked for', async () => {
  const mine = await laptop.running(['-n', '--on', 'box', '--', 'sleep 1000'])
  await laptop.drover(['push', '-n', '--on', 'box', '--', 'exit 3'])
  const ended = (await laptop.jobs())[0]?.id ?? ''
  const seen = await desktop.jobs()
  expect(seen.find(({ id }) => id === mine)).toMatchObject({ isForeign: true, host: 'box', state: 'running' })
  expect(seen.find(({ id }) => id === ended)).toMatchObject({ isForeign: true, state: 'ended', outcome: 'exited', exitCode: 3 })
  expect(await desktop.json<JobView[]>(['ls'])).toEqual([])
  expect((await desktop.drover(['ls', '-a'])).stdout).toContain(mine.slice(0, 8))
  const own = await laptop.jobs()
  expect(own.map(({ id, isForeign }) => ({ id, isForeign }))).toEqual([
    { id: ended, isForeign: false },
    { id: mine, isForeign: false },
  ])
  expect(await desktop.status()).toMatchObject({ runningJobs: 0, unknownJobs: 0 })
})

test('stop, rm, logs, attach and wait know one’s own jobs only, and say whose it is', async () => {
  const mine = await laptop.running(['-n', '--on', 'box', '--', 'sleep 1000'])
  for (const args of [
    ['stop', mine],
    ['rm', '-y', '-f', mine],
    ['logs', mine],
    ['attach', mine],
    ['wait', mine],
  ]) {
    const { code, stderr } = await desktop.drover(args)
    expect({ args, isRefused: code !== 0, stderr }).toEqual({ args, isRefused: true, stderr: expect.stringContaining(mine) })
    expect(stderr, args[0]).toMatch(/another computer/)
  }
  expect(await laptop.reaches(mine, 'running')).toMatchObject({ outcome: null })
  expect(existsSync(join(box.home, '.drover/jobs', mine))).toBe(true)
})

test('reconnecting and being killed touch nothing of the other', async () => {
  const [mine, theirs] = await Promise.all([laptop, desktop].map(one => one.running(['-n', '--on', 'box', '--', 'sleep 1000'])))
  box.cutConnections()
  await desktop.killCore()
  expect(await desktop.reaches(theirs ?? '', 'running')).toMatchObject({ unknownSince: null })
  expect(await laptop.reaches(mine ?? '', 'running')).toMatchObject({ unknownSince: null })
  await desktop.drover(['stop', '--grace', '0', theirs ?? ''])
  expect(await laptop.job(mine ?? '')).toMatchObject({ state: 'running' })
  expect((await desktop.jobs()).find(({ id }) => id === mine)).toMatchObject({ isForeign: true, state: 'running' })
})

test('both push the same folder at once: each has a copy of its own, and each job its own files', async () => {
  const folder = join(laptop.home.dir, 'shared')
  mkdirSync(folder)
  const files = Array.from({ length: 300 }, (_, index) => `file${index}`)
  for (const file of files) writeFileSync(join(folder, file), `${file}\n`)
  const all = files.map(file => `${file}\n`).sort()
  const edit = ['push', '--on', 'box', '--', 'cat file*; for f in file*; do echo edited >"$f"; done']
  for (let round = 0; round < 2; round++) {
    const results = await Promise.all([laptop, desktop, laptop, desktop].map(one => one.drover(edit, { cwd: folder })))
    for (const { code, stdout, stderr } of results) {
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(stdout.split(/(?<=\n)/).sort()).toEqual(all)
    }
  }
  expect(readdirSync(join(box.home, '.drover/folders'))).toHaveLength(2)
})

test('gc removes one’s own; the other’s workdirs, copies and jobs stay', async () => {
  const isForeign = new Set((await desktop.jobs()).filter(job => job.isForeign).map(({ id }) => id))
  const own = new Set((await desktop.jobs()).filter(job => !job.isForeign).map(({ id }) => id))
  const before = kept()
  const [report] = await desktop.json<GcReport[]>(['gc', '--host', 'box', '--older-than', '0'])
  expect(report?.error).toBeNull()
  const after = kept()
  expect(after.jobs).toEqual(before.jobs) // Each is known to the computer that started it, with its output.
  expect(after.workdirs).toEqual(before.workdirs.filter(id => isForeign.has(id)))
  expect(before.workdirs.filter(id => own.has(id)).length).toBeGreaterThan(0)
  expect(before.folders).toHaveLength(2)
  expect(after.folders).toHaveLength(1)
  expect((await laptop.drover(['push', '--on', 'box', '--', 'cat file7'], { cwd: join(laptop.home.dir, 'shared') })).stdout).toBe(
    'file7\n',
  )
})

test('the agent of another version is kept while it is in use, and goes when unused for long', async () => {
  const bin = join(box.home, '.drover/bin')
  const [ours = ''] = readdirSync(bin).filter(name => name.startsWith('agent-'))
  const [recent, old] = ['agent-0123456789abcdef', 'agent-fedcba9876543210']
  for (const name of [recent, old]) writeFileSync(join(bin, name), readFileSync(join(bin, ours)), { mode: 0o600 })
  const monthsAgo = Date.now() / 1000 - 60 * 86_400
  utimesSync(join(bin, old), monthsAgo, monthsAgo)
  box.cutConnections()
  await waitFor(() => !existsSync(join(bin, old)), { timeoutMs: 20_000, what: 'the old agent to be removed' })
  await desktop.drover(['gc', '--host', 'box', '--older-than', '0'])
  expect(readdirSync(bin).sort()).toEqual([ours, recent].sort())
})

/** What lies on the host now, by name. */
function kept(): Record<'jobs' | 'workdirs' | 'folders', string[]> {
  const names = (room: string) =>
    readdirSync(join(box.home, '.drover', room))
      .filter(name => /^[0-9a-f]/.test(name))
      .sort()
  return { jobs: names('jobs'), workdirs: names('workdirs'), folders: names('folders') }
}

test('of a host that does not answer it is said that nobody knows what others run there', async () => {
  const gone = await startSshd()
  const product = await startProduct({ box, gone })
  const stateOf = async (name: string) => (await product.status()).hosts.find(host => host.name === name)?.state
  await waitFor(async () => (await stateOf('gone')) === 'connected', { what: 'the host that goes' })
  await gone.stop()
  await waitFor(async () => (await stateOf('gone')) !== 'connected', { what: 'it to be gone' })
  const said = 'Not known, as there was no answer: what other computers of yours run on gone\n'
  expect(await product.drover(['ls', '-a'])).toMatchObject({ code: 0, stderr: said })
  expect(await product.drover(['ls', '-a', '--host', 'box'])).toMatchObject({ code: 0, stderr: '' })
  expect(await product.drover(['ls'])).toMatchObject({ code: 0, stderr: '' })
})
