/** Where jobs go on real hosts: rules, needs, draining, twenty at once, a host that falls silent; and why, from what was kept. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RuleView } from '../../src/shared/contract.ts'
import type { HostView } from '../../src/shared/domain.ts'
import type { Explanation } from '../../src/shared/placement.ts'
import { openProduct, type Product } from '../helpers/product.ts'
import { openSshd, type Sshd } from '../helpers/sshd.ts'
import { waitFor } from '../helpers/wait.ts'

let box: Sshd
let card: Sshd
let product: Product
/** A graphics card is a file in /dev: the hosts have others to look into. */
const devices = mkdtempSync(join(tmpdir(), 'drover-test-'))
beforeAll(async () => {
  mkdirSync(join(devices, 'dri'))
  writeFileSync(join(devices, 'dri/renderD128'), '')
  box = await openSshd({ env: { DROVER_DEVICES: join(devices, 'none') } })
  card = await openSshd({ env: { DROVER_DEVICES: devices } })
  product = await openProduct({ box, card })
  await waitFor(async () => (await hosts()).filter(host => host.state === 'connected' && host.sample !== null).length === 3)
})
afterAll(async () => {
  await product.close()
  await Promise.all([box.stop(), card.stop()])
  rmSync(devices, { recursive: true })
})

const hosts = async () => (await product.status()).hosts as readonly HostView[]
const configText = () => readFileSync(join(product.home.dir, '.config/drover/config.yaml'), 'utf8')
/** The host of a job that has begun, by its id on stdout. */
async function placedBy(...args: string[]): Promise<{ id: string; host: string | null; reason: string }> {
  const { code, stdout, stderr } = await product.drover(['push', '-d', '-n', ...args])
  if (code !== 0) throw new Error(stderr)
  const { id, host, placement } = await product.job(stdout.trim())
  return { id, host, reason: placement?.reason ?? '' }
}
const refused = async (...args: string[]) => (await product.drover(['push', '-d', '-n', ...args])).stderr

test('a pin holds until it is ended, a fallback where it is written; --on goes before it', async () => {
  expect(await product.drover(['pin', 'true', 'box', '--until', '2h'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('true runs always on box, until 20'),
  })
  expect(await placedBy('--', 'true')).toMatchObject({
    host: 'box',
    reason: expect.stringMatching(/^true is pinned to box: CPU/),
  })
  expect(await placedBy('--on', 'card', '--', 'true')).toMatchObject({ host: 'card', reason: 'asked for' })
  await product.drover(['host', 'drain', 'box'])
  expect(await refused('--', 'true')).toContain('true is pinned to box, but it is drained')
  expect(await refused('--', 'true')).toContain('drover host undrain box')
  await product.drover(['pin', 'true', 'box', '--fallback', 'card'])
  expect(await placedBy('--', 'true')).toMatchObject({
    host: 'card',
    reason: expect.stringContaining('it is pinned to box, but it is drained'),
  })
  expect(await product.json<RuleView[]>(['rules'])).toEqual([
    {
      kind: 'command',
      pattern: 'true',
      pin: { host: 'box', fallback: 'card', until: null, isExpired: false },
      affinity: null,
      needs: [],
    },
  ])
  expect(configText()).toContain('drain: true')
  expect((await product.drover(['host', 'rm', 'box'])).stderr).toContain('Rules name box, for true')
  await product.drover(['host', 'undrain', 'box'])
  expect(await product.drover(['unpin', 'true'])).toMatchObject({ code: 0, stdout: 'true is pinned no more\n' })
  expect(configText()).not.toMatch(/rules|drain/)
  expect(await product.drover(['unpin', 'true'])).toMatchObject({ code: 1, stderr: expect.stringContaining('is not pinned') })
})

test('what is needed is found: a graphics card, an architecture, a tag; and what no host has is said', async () => {
  const arch = (await hosts()).find(host => host.name === 'box')?.arch
  const tagged = await product.drover(['host', 'tag', 'box', '+big', '+old'])
  expect(tagged).toMatchObject({ code: 0, stdout: 'big\nold\n' })
  expect((await product.drover(['host', 'tag', 'box', '-old'])).stdout).toBe('big\n')
  const boxAndCard = (await hosts()).filter(host => host.name !== 'local')
  expect(boxAndCard.map(host => [host.name, host.hasGpu, host.tags])).toEqual([
    ['box', false, ['big']],
    ['card', true, []],
  ])
  await product.drover(['host', 'drain', 'local'])
  expect(await placedBy('--needs', 'gpu', '--', 'true')).toMatchObject({ host: 'card' })
  expect(await placedBy('--needs', `big,arch:${arch}`, '--', 'true')).toMatchObject({ host: 'box' })
  expect((await product.drover(['needs', 'true', 'gpu'])).stdout).toBe('true needs gpu\n')
  expect(await placedBy('--', 'true')).toMatchObject({ host: 'card' })
  await product.drover(['affinity', 'true', 'box'])
  await product.drover(['needs', 'true', 'big'])
  expect(await placedBy('--', 'true')).toMatchObject({ host: 'box' })
  expect((await product.drover(['needs', 'true', 'none'])).stdout).toBe('true needs nothing of a host any more\n')
  expect(await product.json<RuleView[]>(['rules'])).toMatchObject([{ pattern: 'true', affinity: 'box', needs: [] }])
  await product.drover(['affinity', 'true', 'none'])
  expect((await product.drover(['needs', 'true', 'has!mark'])).stderr).toContain('a need is gpu, arch:NAME')
  expect(await refused('--needs', 'arch:mips', '--', 'true')).toContain('No host that answers is mips')
  expect(await refused('--needs', 'huge', '--', 'true')).toContain('No host has the tag huge')
  expect(await refused('--on', 'box', '--needs', 'gpu', '--', 'true')).toContain('box does not fit: it has no GPU')
  await product.drover(['host', 'undrain', 'local'])
})

test('twenty launches at once are spread, and each says why and says the same when weighed again', async () => {
  const push = { command: { line: 'exec sleep 1000' }, folder: null, sync: false, host: 'auto', terminal: null }
  const jobs = await Promise.all(Array.from({ length: 20 }, async () => (await product.call('job.push', push)).job))
  const counts = Map.groupBy(jobs, job => job.host)
  for (const name of ['local', 'box', 'card']) expect(counts.get(name)?.length).toBeGreaterThanOrEqual(4)
  for (const { id, host, placement } of [jobs[0], jobs.at(-1)].flatMap(job => job ?? [])) {
    const said = await product.json<Explanation>(['explain', id, '--replay'])
    expect(said.replay).toEqual({ isSame: true, host, reason: placement?.reason })
    expect(said.numbers?.map(one => one.host)).toEqual(['local', 'box', 'card'])
  }
  const reserved = await Promise.all(jobs.map(async ({ id }) => (await product.call('job.explain', { job: id })).numbers ?? []))
  expect(Math.max(...reserved.flat().map(one => one.reservedJobs))).toBeGreaterThanOrEqual(4)
  await product.drover(['stop', '--grace', '0', ...jobs.map(job => job.id)])
})

test('what was asked for has no numbers to be weighed again, and says so', async () => {
  const { id } = await placedBy('--on', 'box', '--', 'true')
  expect(await product.drover(['why', id, '--replay'])).toMatchObject({
    code: 1,
    stdout: 'box: asked for\n',
    stderr: expect.stringContaining('not kept'),
  })
})

test('a host that falls silent is asked, and left out with that reason before it is known to be lost', async () => {
  box.freezeConnections()
  try {
    const refusal = await waitFor(
      async () => {
        const { placement } = await product.call('job.place', { command: { line: 'true' }, folder: null, totalBytes: null })
        return placement.candidates.find(({ host }) => host === 'box')?.refused
      },
      { what: 'box to be left out', timeoutMs: 15_000 },
    )
    expect(refusal).toMatch(/^its last reading is \d+ s old, and it did not answer just now$/)
  } finally {
    box.thawConnections()
  }
  await waitFor(
    async () =>
      (await product.call('job.place', { command: { line: 'true' }, folder: null, totalBytes: null })).placement.candidates.every(
        one => one.refused === null,
      ),
    { what: 'box to be taken again', timeoutMs: 20_000 },
  )
})
