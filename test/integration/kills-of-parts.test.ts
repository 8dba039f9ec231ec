/** kill -9 in the middle of what is not a job: a promise just given, a host being added, a config being written, files being sent. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { parseDocument } from 'yaml'
import { EXIT_CODE, KillGround } from '../helpers/kill-ground.ts'
import { pidsWithEnv, processArguments, processName, signalAll } from '../helpers/processes.ts'
import { rpc } from '../helpers/rpc.ts'
import { waitFor, within } from '../helpers/wait.ts'

let ground: KillGround

beforeAll(async () => {
  ground = await KillGround.open()
})
afterEach(() => ground.release())
afterAll(() => ground.close())

test.each([
  { what: 'with files', words: ['--no-tty'] },
  { what: 'without files', words: ['--no-tty', '-n'] },
])(
  'a job $what whose id was printed is there, and runs once, though the core is killed at that very moment',
  async ({ words }) => {
    const { product, box, folder } = ground
    for (let round = 0; round < 2; round += 1) {
      const ran = join(box.home, `acknowledged-${words.length}-${round}`)
      const line = `echo x >>${ran}; echo out; exit 5`
      const { child, output, done } = product.begin(['push', '-d', ...words, '--on', 'box', '--', line], {
        cwd: folder,
        input: '',
      })
      await new Promise(resolve => child.stdout?.once('data', resolve))
      await product.killCore()
      const id = output.stdout.trim()
      expect(id).toMatch(/^[0-9a-f-]{36}$/)
      await within(done, { what: 'the end of the push' })
      expect(await product.reaches(id, 'ended')).toMatchObject({ outcome: 'exited', exitCode: 5 })
      expect((await product.drover(['logs', id])).stdout).toBe('out\n')
      expect(readFileSync(ran, 'utf8')).toBe('x\n')
    }
  },
)

test.each([
  { what: 'and is left alone', words: ['-d', '--no-tty'], code: 0 },
  { what: 'and is followed', words: ['--no-tty'], code: 5 },
])('a push that the core was killed over before it answered, $what, is sent again and runs once', async ({ words, code }) => {
  const { product, box, gates } = ground
  await product.killCore()
  // The new core cannot answer before it has reached the host.
  gates.ssh.hold()
  const ran = join(box.home, `unanswered-${code}`)
  const push = product.begin(['push', '-n', ...words, '--on', 'box', '--', `echo x >>${ran}; echo out; exit 5`], { input: '' })
  await gates.ssh.reached()
  await product.status() // One that is killed before it can be spoken to has not started.
  await product.killCore()
  gates.ssh.release()
  const result = await within(push.done, { timeoutMs: 20_000, what: 'the end of the push' })
  expect(result).toMatchObject({ code, stderr: '' })
  const { jobs } = await product.call('job.list', { limit: 1 })
  const id = jobs[0]?.id ?? ''
  expect(result.stdout).toBe(code === 0 ? `${id}\n` : 'out\n')
  expect(await product.reaches(id, 'ended')).toMatchObject({ outcome: 'exited', exitCode: 5 })
  expect(readFileSync(ran, 'utf8')).toBe('x\n')
})

test.each([
  { what: 'and is left alone', words: ['-d', '--no-tty'], code: 0 },
  { what: 'and is followed', words: ['--no-tty'], code: 5 },
])('a rerun that the core was killed over before it answered, $what, is sent again and runs once', async ({ words, code }) => {
  const { product, box, gates } = ground
  const ran = join(box.home, `unanswered-rerun-${code}`)
  const first = await product.drover(['push', '-n', '-d', '--no-tty', '--on', 'box', '--', `echo x >>${ran}; echo out; exit 5`])
  const from = first.stdout.trim()
  await product.reaches(from, 'ended')
  await product.killCore()
  gates.ssh.hold()
  const rerun = product.begin(['rerun', ...words, from], { input: '' })
  await gates.ssh.reached()
  await product.status()
  await product.killCore()
  gates.ssh.release()
  const result = await within(rerun.done, { timeoutMs: 20_000, what: 'the end of the rerun' })
  expect(result).toMatchObject({ code, stderr: '' })
  const { jobs } = await product.call('job.list', { limit: 1 })
  const id = jobs[0]?.id ?? ''
  expect(id).not.toBe(from)
  expect(result.stdout).toBe(code === 0 ? `${id}\n` : 'out\n')
  expect(await product.reaches(id, 'ended')).toMatchObject({ outcome: 'exited', exitCode: 5 })
  expect(readFileSync(ran, 'utf8')).toBe('x\nx\n')
})

test('a rerun sent twice is one job, though the one it was made from is gone by then', async () => {
  const { product } = ground
  const first = await product.drover(['push', '-n', '-d', '--no-tty', '--on', 'local', '--', 'exit 5'])
  const from = first.stdout.trim()
  await product.reaches(from, 'ended')
  // Its beginning is that of the job it makes as well.
  const jobId = `${from.slice(0, -1)}${from.endsWith('0') ? '1' : '0'}`
  const again = { job: from.slice(0, 20), terminal: null, jobId }
  expect(await product.call('job.rerun', again)).toMatchObject({ job: { id: jobId } })
  await product.reaches(jobId, 'ended')
  expect(await product.call('job.rerun', again)).toMatchObject({ job: { id: jobId, state: 'ended' } })
  expect(await product.drover(['rm', '-y', from])).toMatchObject({ code: 0 })
  expect(await product.call('job.rerun', again)).toMatchObject({ job: { id: jobId, state: 'ended' } })
})

test('a core killed on local, while nobody looks, finds jobs there as they are', async () => {
  const { product } = ground
  const ran = join(product.home.dir, 'ran-local')
  const line = `echo x >>${ran}; until [ -e ${ran}.go ]; do sleep 0.05; done; exit 9`
  const id = await product.running(['-n', '--on', 'local', '--', line])
  await product.killCore()
  expect(await product.reaches(id, 'running')).toMatchObject({ state: 'running' })
  await product.killCore()
  writeFileSync(`${ran}.go`, '')
  await waitFor(() => readFileSync(join(product.home.dir, '.drover/jobs', id, 'exitcode'), 'utf8'), { what: 'its end' })
  expect(await product.reaches(id, 'ended')).toMatchObject({ exitCode: 9, outcome: 'exited' })
  expect(readFileSync(ran, 'utf8')).toBe('x\n')
})

test('a core killed while a host is added: its command line ends with the host added or an error, and it can be added', async () => {
  const { product, box, gates } = ground
  gates.ssh.hold()
  const adding = product.begin(['host', 'add', box.connection, '-n', 'twin'], { input: '' })
  await gates.ssh.reached()
  await product.killCore()
  gates.ssh.release()
  const { code, stdout, stderr } = await within(adding.done, { timeoutMs: 20_000, what: 'the end of host add' })
  if (code === 0) expect(stdout).toContain('Added twin')
  else expect(stderr).toContain('core')
  const isThere = (await product.drover(['host', 'ls'])).stdout.includes('twin')
  expect(isThere).toBe(code === 0)
  if (!isThere) expect(await product.drover(['host', 'add', box.connection, '-n', 'twin'])).toMatchObject({ code: 0 })
  expect(await product.drover(['push', '-n', '--on', 'twin', '--', 'exit 6'])).toMatchObject({ code: 6 })
  expect(await product.drover(['host', 'rm', 'twin'])).toMatchObject({ code: 0 })
})

test('a core killed while it writes the config leaves the old one or the new one, whole, with its comments', async () => {
  const { product } = ground
  const path = join(product.home.dir, '.config/drover/config.yaml')
  const comment = '# kept through everything'
  writeFileSync(path, `${comment}\n${readFileSync(path, 'utf8')}`)
  for (let days = 10; days < 14; days += 1) {
    const { socketPath } = await product.status()
    const before = readFileSync(path, 'utf8')
    const answer = rpc(socketPath, 'config.set', { key: 'push.keep_finished_days', value: days }).catch(() => null)
    // Each round a little later: before the request is read, in its midst, after the answer.
    for (let turn = 0; turn < (days - 10) * 8; turn += 1) await new Promise(setImmediate)
    await product.killCore()
    const told = await answer
    const after = readFileSync(path, 'utf8')
    const document = parseDocument(after)
    expect(document.errors).toEqual([])
    expect(after).toContain(comment)
    const isNew = document.getIn(['push', 'keep_finished_days']) === days
    if (!isNew) expect(after).toBe(before)
    if (told?.status === 200) expect(isNew).toBe(true)
    expect((await product.status()).configError).toBe(null)
  }
})

test.each([
  {
    side: 'here',
    told: /rsync on this computer was ended by SIGKILL/,
    find: () => pidsWithEnv(`DROVER_TEST_PRODUCT=${ground.product.home.dir}`).filter(isRsync),
  },
  {
    side: 'on the host',
    told: /box failed while receiving/,
    find: () => ground.box.pids().filter(pid => processArguments(pid).includes('--server')),
  },
])('an rsync killed $side fails its push with a word about it, and the next push brings everything', async ({ told, find }) => {
  const { product } = ground
  const held = await ground.hold('syncing')
  const victims = find()
  expect(victims).not.toEqual([])
  signalAll(victims, 'SIGKILL')
  ground.release()
  const { code, stderr } = await within(held.cli.done, { timeoutMs: 20_000, what: 'the end of the push' })
  expect(code).toBe(125)
  expect(stderr).toMatch(told)
  expect(stderr).toContain(ground.folder)
  expect(await product.job(held.id)).toMatchObject({ state: 'ended', outcome: 'failed', startedAt: null })
  expect(held.job.runs).toBe(0)
  const again = await product.drover(['push', '--on', 'box', '--', 'cat changes'], { cwd: ground.folder })
  expect(again).toMatchObject({ code: 0, stdout: readFileSync(join(ground.folder, 'changes'), 'utf8') })
})

test('a core killed while it sends a big folder goes on from what arrived', async () => {
  const { product, box } = ground
  const big = join(ground.folder, 'big')
  writeFileSync(big, Buffer.alloc(64 * 1024 * 1024, 'x'))
  const held = product.begin(['push', '--on', 'box', '--', `wc -c <big; exit ${EXIT_CODE}`], { cwd: ground.folder, input: '' })
  await waitFor(() => box.pids().some(pid => processName(pid) === 'rsync'), { what: 'an rsync on the host' })
  await product.killCore()
  expect(await within(held.done, { timeoutMs: 30_000 })).toMatchObject({ code: EXIT_CODE, stdout: `${64 * 1024 * 1024}\n` })
  writeFileSync(big, '')
})

test('a host that stands still does not hold up the list of jobs, which our own disk knows', async () => {
  const { product, box } = ground
  const id = await product.running(['-n', '--on', 'box', '--', 'exec sleep 1000'])
  box.freezeConnections()
  try {
    expect((await product.drover(['ls', '-a'])).stdout).toContain(id.slice(0, 8))
    const { hosts } = await product.call('host.list', {})
    expect(hosts.find(host => host.name === 'box')?.state).toBe('connected') // It was not waited for until it was given up.
  } finally {
    box.thawConnections()
  }
  await product.drover(['stop', '--grace', '0', id])
  expect(await product.reaches(id, 'ended')).toMatchObject({ outcome: 'stopped' })
})

function isRsync(pid: number): boolean {
  return processName(pid) === 'rsync'
}
