/**
 * What `--pull` declares comes back, whatever happens in the midst: the core killed or stopped, the host lost or away. And what cannot
 * come is said where it is seen. Each pull is held by a `tar` on the host that waits.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { JobView } from '../../src/shared/domain.ts'
import { type Gate, makeGate } from '../helpers/gate.ts'
import { openProduct, type Product, type Running, startProduct } from '../helpers/product.ts'
import { openSshd, type Sshd } from '../helpers/sshd.ts'
import { waitFor, within } from '../helpers/wait.ts'

const PATIENCE_MS = 40_000
const LINE = 'mkdir out; echo 42 >out/answer'
const CAME = { pattern: 'out/*', files: 1, error: null }
/** By ssh2, by the system's ssh since ssh2 has no such key exchange, and without SSH. */
const HOSTS = ['box', 'quantum', 'local'] as const
type Host = (typeof HOSTS)[number]

let product: Product
let servers: Record<'box' | 'quantum', Sshd>
let gates: Record<Host, Gate>

beforeAll(async () => {
  const path = (dir: string) => `${join(dir, 'gates')}:/usr/local/bin:/usr/bin:/bin`
  const extraConfig = ['KexAlgorithms sntrup761x25519-sha512@openssh.com']
  servers = { box: await openSshd({ path }), quantum: await openSshd({ path, extraConfig }) }
  product = await openProduct(servers, { path })
  const { hosts } = await product.call('host.list', {})
  expect(Object.fromEntries(hosts.map(({ name, transport }) => [name, transport]))).toMatchObject({
    box: 'ssh2',
    quantum: 'openssh',
  })
  const gateIn = (dir: string) => makeGate(join(dir, 'gates'), 'tar', '-cf')
  gates = { box: gateIn(servers.box.dir), quantum: gateIn(servers.quantum.dir), local: gateIn(product.home.dir) }
})
afterEach(() => {
  for (const server of Object.values(servers)) server.thawConnections()
  for (const gate of Object.values(gates)) gate.release()
})
afterAll(async () => {
  await product.close()
  for (const server of Object.values(servers)) await server.stop()
})

/** A job that has ended and whose files are on their way, with its folder here. */
type Held = { id: string; folder: string; answer: string }

async function held(host: Host, push: (folder: string) => Promise<unknown>, count = 1): Promise<Held> {
  const folder = mkdtempSync(join(product.home.dir, 'project-'))
  gates[host].hold()
  await push(folder)
  await gates[host].reached(count)
  const { jobs } = await product.call('job.list', {})
  const job = jobs.find(one => one.folder === folder)
  expect(job).toMatchObject({ state: 'ended', exitCode: 0, pullResults: [] })
  return { id: job?.id ?? '', folder, answer: join(folder, 'out/answer') }
}

function heldDetached(host: Host): Promise<Held> {
  return held(host, cwd => product.drover(['push', '-d', '--on', host, '--pull', 'out/*', '--', LINE], { cwd }))
}

/** `count`: with this one so many pulls are held there. */
async function heldAttached(host: Host, count = 1): Promise<Held & { cli: Running }> {
  let cli: Running | undefined
  const begin = async (cwd: string) => {
    cli = product.begin(['push', '--on', host, '--pull', 'out/*', '--', LINE], { cwd, input: '' })
  }
  const job = await held(host, begin, count)
  if (!cli) throw new Error('No command line was begun')
  return { ...job, cli }
}

async function jobOf({ id }: Held): Promise<JobView> {
  return (await product.call('job.get', { job: id })).job
}

function settled(held: Held): Promise<readonly unknown[]> {
  return waitFor(
    async () => {
      const { pullResults } = await jobOf(held)
      return pullResults.length > 0 && pullResults
    },
    { timeoutMs: PATIENCE_MS, what: 'the pull to be settled' },
  )
}

/** The line of the job in `drover ls`. */
async function listed({ id }: Held): Promise<string> {
  const { stdout } = await product.drover(['ls', '-a'])
  return stdout.split('\n').find(line => line.startsWith(id.slice(0, 8))) ?? ''
}

function endOf(cli: Running): Promise<unknown> {
  return within(cli.done, { timeoutMs: PATIENCE_MS, what: 'the end of the push' })
}

function hostIs(name: string, ...states: string[]): Promise<unknown> {
  return waitFor(
    async () => states.includes((await product.call('host.list', {})).hosts.find(host => host.name === name)?.state ?? ''),
    { timeoutMs: PATIENCE_MS, what: `${name} to be ${states.join(' or ')}` },
  )
}

test.each(HOSTS)(
  'a core killed while it brings files from %s: the next one brings them, also to a job that nobody waits for, and a push that waits ends when they are here',
  async host => {
    const job = await heldDetached(host)
    expect(await listed(job)).toContain('done [0], pulling')
    const { cli, ...waitedFor } = await heldAttached(host, 2)
    await product.killCore()
    gates[host].release()
    expect(await endOf(cli)).toMatchObject({ code: 0, stderr: '' })
    for (const one of [job, waitedFor]) expect(await settled(one)).toEqual([CAME])
    for (const { answer } of [job, waitedFor]) expect(readFileSync(answer, 'utf8')).toBe('42\n')
    expect(readdirSync(job.folder)).toEqual(['out'])
    expect(await listed(job)).toContain('done [0]\t')
    expect(product.coreLog()).toMatch(new RegExp(`info jobs files were brought back job=${job.id} .*pattern=out/\\*`))
  },
)

test('a core stopped while it brings files: nothing is settled, and the next one brings them', async () => {
  const job = await heldDetached('box')
  expect(await product.drover(['daemon', 'stop'])).toMatchObject({ code: 0 })
  expect(existsSync(job.answer)).toBe(false)
  gates.box.release()
  expect(await settled(job)).toEqual([CAME])
  expect(existsSync(job.answer)).toBe(true)
})

test('a core killed when the files were here, but not noted: they stay as they are, and it ends well', async () => {
  const job = await heldDetached('box')
  await product.killCore()
  mkdirSync(join(job.folder, 'out'))
  writeFileSync(job.answer, '42\n')
  const { ino } = statSync(job.answer)
  gates.box.release()
  expect(await settled(job)).toEqual([CAME])
  expect(statSync(job.answer).ino).toBe(ino)
})

test.each([
  ['box', 'cut'],
  ['quantum', 'cut'],
  ['box', 'freeze'],
  ['quantum', 'freeze'],
] as const)('connections to %s that are lost (%s) while files come: they come by others', async (host, how) => {
  const { cli, ...job } = await heldAttached(host)
  servers[host][`${how}Connections`]()
  gates[host].release()
  expect(await endOf(cli)).toMatchObject({ code: 0, stderr: '' })
  expect(readFileSync(job.answer, 'utf8')).toBe('42\n')
  expect((await jobOf(job)).pullResults).toEqual([CAME])
})

test('a host that is away for a while, also when the core is killed meanwhile', async () => {
  const { cli, ...job } = await heldAttached('box')
  await servers.box.kill()
  await hostIs('box', 'offline')
  gates.box.release()
  await product.killCore()
  await hostIs('box', 'offline')
  expect([await listed(job), cli.child.exitCode]).toEqual([expect.stringContaining('done [0], pulling'), null])
  await servers.box.restart()
  expect(await endOf(cli)).toMatchObject({ code: 0, stderr: '' })
  expect(readFileSync(job.answer, 'utf8')).toBe('42\n')
})

test('something else in the way: that is how it ends, said by the push, the list and the log, and nothing is changed', async () => {
  const { cli, ...job } = await heldAttached('box')
  await product.killCore()
  mkdirSync(join(job.folder, 'out'))
  writeFileSync(job.answer, 'mine\n')
  gates.box.release()
  expect(await endOf(cli)).toMatchObject({
    code: 123,
    stderr: expect.stringMatching(/"out\/\*" was not brought back: Already there/),
  })
  expect(await listed(job)).toContain('done [0], not pulled')
  expect((await jobOf(job)).pullResults).toMatchObject([{ pattern: 'out/*', files: 0, error: { code: 'CONFLICT' } }])
  expect(readFileSync(job.answer, 'utf8')).toBe('mine\n')
  expect(product.coreLog()).toMatch(new RegExp(`warning jobs files were not brought back job=${job.id} .*answer`))
  rmSync(job.answer)
  await product.killCore()
  await product.drover(['push', '-n', '--on', 'box', '--pull', 'x', '--', 'echo >x'], { cwd: job.folder })
  expect(readdirSync(join(job.folder, 'out'))).toEqual([])
})

test('a host that leaves the config is not waited for, and brings the files when it is there again', async () => {
  const { cli, ...job } = await heldAttached('quantum')
  expect(await product.drover(['host', 'rm', 'quantum'])).toMatchObject({ code: 0 })
  expect(await endOf(cli)).toMatchObject({ code: 123, stderr: expect.stringContaining('No host "quantum"') })
  gates.quantum.release()
  expect((await jobOf(job)).pullResults).toEqual([])
  expect(await product.drover(['host', 'add', 'quantum'])).toMatchObject({ code: 0 })
  expect(await settled(job)).toEqual([CAME])
  expect(existsSync(job.answer)).toBe(true)
})

test('gc leaves the workdir of a job whose files are still to come', async () => {
  const job = await heldDetached('box')
  expect(await product.drover(['gc', '--host', 'box', '--older-than', '0'])).toMatchObject({ code: 0 })
  servers.box.cutConnections()
  gates.box.release()
  expect(await settled(job)).toEqual([CAME])
  expect(readFileSync(job.answer, 'utf8')).toBe('42\n')
})

test('a job that is removed meanwhile: whoever waits for its files hears it, and none come', async () => {
  const { cli, ...job } = await heldAttached('box')
  expect(await product.drover(['rm', '-y', job.id])).toMatchObject({ code: 0 })
  expect(await endOf(cli)).toMatchObject({ code: 123, stderr: expect.stringContaining('was removed') })
  await waitFor(() => readdirSync(job.folder).length === 0, { timeoutMs: PATIENCE_MS, what: 'the staging folder to be gone' })
})

test('of jobs that ended with a Drover that noted nothing, nothing is suddenly brought back', async () => {
  const own = await startProduct()
  const folder = mkdtempSync(join(own.home.dir, 'project-'))
  const push = (name: string) =>
    own.drover(['push', '-n', '--on', 'local', '--pull', name, '--', `echo >${name}`], { cwd: folder })
  expect(await push('old')).toMatchObject({ code: 0 })
  const [old] = await own.jobs()
  rmSync(join(folder, 'old'))
  await own.drover(['daemon', 'stop'])
  asWrittenBySchema2(join(own.home.dir, '.local/share/drover/drover.db'))
  expect(await push('new')).toMatchObject({ code: 0 })
  expect(readdirSync(folder)).toEqual(['new'])
  expect(await own.job(old?.id ?? '')).toMatchObject({ pullResults: [{ pattern: 'old', files: 0, error: null }] })
})

/** The database with this computer and its jobs, as the Drover of that day kept them. */
function asWrittenBySchema2(path: string): void {
  const now = `${path}.now`
  renameSync(path, now)
  copyFileSync(join(import.meta.dirname, '../fixtures/databases/v0.1.0-schema-2.db'), path)
  const database = new BetterSqlite3(path)
  database.exec(`ATTACH '${now}' AS now; DELETE FROM job; DELETE FROM setting; INSERT INTO setting SELECT * FROM now.setting`)
  const columns = (database.pragma('main.table_info(job)') as { name: string }[]).map(({ name }) => name).join(', ')
  database.exec(`INSERT INTO job (${columns}) SELECT ${columns} FROM now.job`)
  database.close()
  rmSync(now)
}
