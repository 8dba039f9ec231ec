/** Clients of beowulf, answered in place of its daemon: one that shares no code with us, and whatever else may come to that socket. */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { openProduct, type Product, startProduct } from '../helpers/product.ts'
import { openSshd, type Sshd } from '../helpers/sshd.ts'
import { waitFor, within } from '../helpers/wait.ts'

const CLIENT = join(import.meta.dirname, '../fixtures/beowulf-client.pl')
const socketOf = (product: Product) => join(product.home.dir, '.beowulf/run/daemon')

async function switchOn(product: Product): Promise<void> {
  await product.drover(['config', 'set', 'beowulf_daemon', 'true'])
  await waitFor(() => existsSync(socketOf(product)), { what: "the daemon's socket" })
}

describe('with a host', () => {
  let box: Sshd
  let product: Product
  beforeAll(async () => {
    box = await openSshd()
    product = await openProduct({ box })
    await product.drover(['host', 'add', `${box.user}@${box.address}:${box.port}`, '-n', 'named'])
    await product.drover(['host', 'test', 'named'])
    await switchOn(product)
  })
  afterAll(async () => {
    await product.close()
    await box.stop()
  })

  test('a client of another make launches where it is told, reports it, and ends as the app did; what that took is remembered', async () => {
    const app = `hungry${randomBytes(4).toString('hex')}`
    const command = `perl -e '$x = "a" x 5e7; $0 = "${app}"; $SIG{TERM} = sub { exit 7 }; print "it ran\\n"; sleep 1000'`
    const client = spawn('perl', [CLIENT, socketOf(product), product.home.sshConfigPath, app, command], { env: product.env })
    onTestFinished(() => void client.kill('SIGKILL'))
    const said = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const) client[name].setEncoding('utf8').on('data', text => (said[name] += text))
    const ended = once(client, 'exit')
    const pid = await waitFor(() => Number(/^reported (\d+)$/m.exec(said.stdout)?.[1]), { timeoutMs: 30_000, what: 'a report' })
    expect(said.stdout).toMatch(/^(box|ssh:\/\/\S+@127\.\S+:\d+): \S.*CPU \d+ %/)
    const measured = () => product.coreLog().includes(app)
    await waitFor(measured)

    process.kill(pid)
    expect((await within(ended, { timeoutMs: 30_000 }))[0]).toBe(7)
    expect([said.stdout.includes('it ran\n'), said.stderr]).toEqual([true, ''])
    const hasEnded = new RegExp(`has ended.*${app}`)
    await waitFor(() => hasEnded.test(product.coreLog()), { timeoutMs: 30_000, what: 'the end to be seen' })
    const asked = { command: { line: app }, folder: null, sync: false, host: 'auto', terminal: null }
    const { job } = await product.call('job.push', asked)
    expect((await product.call('job.explain', { job: job.id })).need?.memoryBytes).toBeGreaterThan(5e7)
    await product.reaches(job.id, 'ended')

    // The next one is there as soon as it is reported.
    const report = { cmd: 'report', app, pid: process.pid, host: 'box' }
    expect(await say(product, JSON.stringify(report))).toEqual([{ ok: true }])
    const next = (await product.call('job.push', asked)).job
    const { numbers } = await product.call('job.explain', { job: next.id })
    expect(numbers?.find(({ host }) => host === 'box')?.reservedBytes).toBeGreaterThan(5e7)
  })

  test('it is for its owner alone, and is there only while it is wanted', async () => {
    expect(lstatSync(socketOf(product)).mode & 0o777).toBe(0o600)
    expect(lstatSync(dirname(socketOf(product))).mode & 0o777).toBe(0o700)
    await product.drover(['config', 'set', 'beowulf_daemon', 'false'])
    await waitFor(() => !existsSync(socketOf(product)))
    await switchOn(product)
  })

  test.each([
    ['one line', '{"cmd":"allocate","app":"firefox"}\n', 1],
    ['two lines at once', `{"cmd":"allocate","app":"a"}\n{"cmd":"report","app":"a","pid":${process.pid},"host":"box"}\n`, 2],
    ['two without a newline at the end', '{"cmd":"allocate","app":"a"}\n{"cmd":"allocate","app":"b"}', 2],
    ['keys of a later day', '{"cmd":"allocate","app":"a","priority":3}', 1],
  ])('%s: each is answered by a line, and then the stream ends', async (_, text, answers) => {
    const lines = await say(product, text)
    expect(lines).toHaveLength(answers)
    expect(lines[0]).toEqual({ host: expect.stringMatching(/./), reason: expect.stringMatching(/./) })
    if (text.includes('report')) expect(lines[1]).toEqual({ ok: true })
  })

  test('many at once are spread: each is counted before it shows in the load', async () => {
    const answers = await say(product, '{"cmd":"allocate","app":"many"}\n'.repeat(6))
    expect(new Set(answers.map(answer => (answer as { host: string }).host)).size).toBe(2)
  })

  test('a client that leaves the stream open gets its end soon after the answer', async () => {
    expect(await say(product, '{"cmd":"allocate","app":"a"}', { leavesOpen: true })).toHaveLength(1)
  })

  test('a request that comes byte by byte is answered when it is whole', async () => {
    const socket = connect(socketOf(product))
    onTestFinished(() => void socket.destroy())
    const answer = new Promise<string>(resolve => socket.once('data', data => resolve(String(data))))
    for (const letter of '{"cmd":"allocate","app":"xterm"}') {
      socket.write(letter)
      await new Promise(setImmediate)
    }
    expect(JSON.parse(await within(answer))).toHaveProperty('host')
  })

  test.each([
    ['no JSON', 'allocate firefox\n', /no JSON/],
    ['no object', '[]', /none of allocate or report/],
    ['an unknown command', '{"cmd":"format"}', /none of allocate or report/],
    ['no app', '{"cmd":"allocate"}', /app/],
    ['an empty app', '{"cmd":"allocate","app":""}', /app/],
    ['control characters', '{"cmd":"allocate","app":"a\\u001b[2J"}', /control characters/],
    ['a process that cannot be', '{"cmd":"report","app":"a","pid":-1,"host":"b"}', /pid/],
    ['a process that no kernel has', '{"cmd":"report","app":"a","pid":4294967296,"host":"box"}', /pid/],
    [
      'a process that is not there',
      '{"cmd":"report","app":"a","pid":2147483000,"host":"box"}',
      /^box runs no process 2147483000/,
    ],
    [
      'a host that is not there',
      '{"cmd":"report","app":"a","pid":1,"host":"no\\u00a0where"}',
      /^No host "no.where". Known hosts: box, named/,
    ],
    ['this computer', '{"cmd":"report","app":"a","pid":1,"host":"local"}', /^No host "local"/],
    ['what has no end', `{"cmd":"${'x'.repeat(70_000)}`, /does not come to its end/],
    ['a line too long', `{"cmd":"allocate","app":"${'x'.repeat(70_000)}"}\n`, /too long|to its end/],
  ])('%s is an error that says what is wrong', async (_, text, message) => {
    const [answer, ...more] = await say(product, text)
    expect(more).toEqual([])
    expect(answer).toEqual({ error: expect.stringMatching(message) })
  })

  test('clients that say nothing, and ones that go, keep nobody from being answered', async () => {
    const silent = Array.from({ length: 20 }, () => connect(socketOf(product)))
    onTestFinished(() => {
      for (const socket of silent) socket.destroy()
    })
    for (const socket of silent.slice(10)) socket.end('{"cmd":"alloc').destroy()
    expect(await say(product, '{"cmd":"allocate","app":"a"}')).toHaveLength(1)
  })
})

test('without a host that ssh can reach it says so, and never names this computer', async () => {
  const product = await startProduct()
  await switchOn(product)
  expect(await say(product, '{"cmd":"allocate","app":"firefox"}')).toEqual([{ error: expect.stringMatching(/no host/i) }])
})

test('a daemon that answers is left alone, and so is a file; both are told', async () => {
  const product = await startProduct()
  const path = socketOf(product)
  mkdirSync(dirname(path), { recursive: true })
  const other = createServer(socket => socket.on('error', () => undefined).end('mine\n'))
  await new Promise<void>(resolve => other.listen(path, resolve))
  onTestFinished(() => void other.close())
  await product.drover(['config', 'set', 'beowulf_daemon', 'true'])
  await waitFor(() => product.coreLog().includes('Another program answers at'))
  other.close()
  await waitFor(() => !existsSync(path))
  writeFileSync(path, 'mine')
  await product.drover(['config', 'set', 'log_level', 'debug'])
  await waitFor(() => product.coreLog().includes('is in the way'))
  expect(readFileSync(path, 'utf8')).toBe('mine')
})

test('what a core left that was killed is replaced by the next one', async () => {
  const product = await startProduct()
  await switchOn(product)
  await product.killCore()
  expect(existsSync(socketOf(product))).toBe(true)
  await product.drover(['status'])
  await waitFor(async () => (await say(product, '{"cmd":"allocate","app":"a"}').catch(() => [])).length === 1)
})

test('whoever takes hosts over from beowulf has its clients answered, and its apps where they stick; a second time changes nothing', async () => {
  const product = await startProduct()
  mkdirSync(join(product.home.dir, '.beowulf'))
  writeFileSync(join(product.home.dir, '.beowulf/hosts'), 'host1.example\n')
  const rc = 'polling_interval = 10\nsticky.firefox = host1.example\nsticky.gimp = host9.example\n'
  writeFileSync(join(product.home.dir, '.beowulf/beowulfdrc'), rc)
  const configPath = join(product.home.dir, '.config/drover/config.yaml')
  mkdirSync(dirname(configPath), { recursive: true })
  const before = existsSync(configPath) ? readFileSync(configPath, 'utf8') : ''
  writeFileSync(configPath, `${before}# Mine.\nrules:\n  - { app: krita, affinity: local } # for its tablet\n`)
  expect((await product.drover(['host', 'import'])).stdout).toContain('firefox is pinned to host1.example there')

  const first = await product.drover(['host', 'import', 'beowulf'])
  expect(first).toMatchObject({ code: 0, stdout: 'Added host1.example\nPinned firefox to host1.example\n' })
  expect(first.stderr).toMatch(/Left out polling_interval: .*\n.*Left out gimp: it is for host9.example, which is no host here/s)
  await waitFor(() => existsSync(socketOf(product)))
  const taken = readFileSync(configPath, 'utf8')
  expect(taken).toContain('# for its tablet')
  expect(taken).toMatch(/app: firefox,? *\n? *pin: host1.example/)

  const second = await product.drover(['host', 'import', 'beowulf'])
  expect(second).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('it is pinned to host1.example already') })
  expect(readFileSync(configPath, 'utf8')).toBe(taken)
})

/** What is answered until the stream ends. */
async function say(product: Product, text: string, { leavesOpen = false } = {}): Promise<unknown[]> {
  const socket = connect(socketOf(product))
  onTestFinished(() => void socket.destroy())
  let answer = ''
  const ended = new Promise<void>((resolve, reject) => {
    socket.on('data', data => {
      answer += data
    })
    socket.on('close', () => resolve()).on('error', reject)
  })
  if (leavesOpen) socket.write(text)
  else socket.end(text)
  await within(ended, { timeoutMs: 30_000, what: 'the end of the stream' })
  return answer
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as unknown)
}
