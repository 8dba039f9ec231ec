/**
 * Links that are cut, go silent, or are down for a while, in each phase of a push: a job is unknown with an age while its host is away,
 * never ended; afterwards it is found in its true state, has run exactly once, and whoever followed it has every line once.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { HostView } from '../../src/shared/domain.ts'
import { type Gate, makeGate } from '../helpers/gate.ts'
import { type Network, openNetwork } from '../helpers/network.ts'
import { openProduct, type Product, type Running } from '../helpers/product.ts'
import { hostOf } from '../helpers/reconnect.ts'
import { openSshd, type Sshd } from '../helpers/sshd.ts'
import { waitFor, within } from '../helpers/wait.ts'

/** A silent link is seen as lost within 15 s; a busy machine may need longer to show it. */
const SEEN_MS = 40_000

let box: Sshd
let network: Network
let product: Product
let gates: { rsync: Gate; tmux: Gate; git: Gate }
let folder: string
let count = 0
/** When the link stood that a test has cut. */
let upSince = 0
const begun: HeldJob[] = []

beforeAll(async () => {
  const tools = (dir: string) => `${join(dir, 'gates')}:/usr/local/bin:/usr/bin:/bin`
  box = await openSshd({ path: tools })
  network = await openNetwork(box)
  product = await openProduct({ box: network.host }, { path: tools })
  gates = {
    git: makeGate(join(product.home.dir, 'gates'), 'git'),
    rsync: makeGate(join(box.dir, 'gates'), 'rsync'),
    tmux: makeGate(join(box.dir, 'gates'), 'tmux', 'new-session'),
  }
  folder = join(product.home.dir, 'project')
  mkdirSync(folder)
  writeFileSync(join(folder, 'data'), 'the data\n')
})
afterAll(async () => {
  await product.close()
  await network.close()
  await box.stop()
})

/** Whatever a test left, its failure is its own. */
afterEach(async () => {
  network.thaw()
  box.thawConnections()
  for (const gate of Object.values(gates)) gate.release()
  for (const job of begun.splice(0)) job.letGo()
  await waitFor(async () => (await product.call('job.list', {})).jobs.every(({ state }) => state === 'ended'), {
    timeoutMs: SEEN_MS,
    what: 'every job to end',
  })
})

/** What a test may do to the line; `over` settles when the product has seen it and the host is back. */
const losses: Record<string, { begin(): void; over(): Promise<void> }> = {
  'the connection is cut': { begin: () => network.cut(), over: () => lossIsSeen() },
  'the network swallows everything': {
    begin: () => network.freeze(),
    over: async () => {
      await hostIs('offline', 'connecting')
      network.thaw()
    },
  },
  'sshd stands still': {
    begin: () => box.freezeConnections(),
    over: async () => {
      await lossIsSeen()
      box.cutConnections()
    },
  },
}

describe.each(Object.keys(losses))('%s', name => {
  test('in every phase of a push: each runs once, ends as it should, and no line is lost or doubled', async () => {
    const loss = losses[name] ?? losses['the connection is cut']
    const syncing = await held(gates.rsync)
    const scanning = await held(gates.git)
    const starting = new HeldJob({ isTerminal: true })
    gates.tmux.hold()
    await starting.begin()
    await gates.tmux.reached()
    const printing = new HeldJob({
      line: 'i=0; until [ -e $GO ]; do i=$((i + 1)); echo $i; case $i in *000) sleep 0.05; esac; done',
    })
    const quiet = new HeldJob()
    const stopping = new HeldJob({ line: `trap 'echo asked' TERM; echo up; until [ -e $GO ]; do sleep 0.05; done` })
    await Promise.all([printing, quiet, stopping].map(job => job.begin()))
    for (const job of [printing, quiet, stopping])
      await waitFor(() => job.cli.output.stdout.length > 0, { what: 'the job to run' })
    await product.call('job.stop', { job: stopping.id, graceMs: 600_000 })
    await waitFor(() => stopping.cli.output.stdout.includes('asked'), { what: 'the job to be asked' })
    expect((await product.drover(['status'])).stdout).toMatch(/^Jobs +3 jobs run, 1 queued, 1 syncing, 1 starting$/m)

    upSince = (await hostOf(product, 'box')).since
    loss?.begin()
    quiet.letGo() // It ends while nobody can hear of it.
    await waitFor(() => existsSync(join(box.home, '.drover/jobs', quiet.id, 'exitcode')), { what: 'its end on the host' })
    await loss?.over()
    for (const gate of Object.values(gates)) gate.release()
    await hostIs('connected')
    const before = printing.cli.output.stdout.length
    await waitFor(() => printing.cli.output.stdout.length > before, { timeoutMs: SEEN_MS, what: 'output after the loss' })

    const jobs = [scanning, syncing, starting, printing, quiet, stopping]
    for (const job of jobs) job.letGo()
    for (const job of jobs) {
      const { code, stdout, stderr } = await within(job.cli.done, { timeoutMs: SEEN_MS, what: `the end of ${job.line}` })
      expect({ line: job.line, code, stderr }).toEqual({ line: job.line, code: 7, stderr: '' })
      expect(stdout === job.log, `${job.line}: ${stdout.length} bytes of ${job.log.length} in its log`).toBe(true)
      expect(await product.job(job.id)).toMatchObject({
        state: 'ended',
        outcome: job === stopping ? 'stopped' : 'exited',
        exitCode: 7,
        unknownSince: null,
      })
      expect(job.runs).toBe(1)
    }
    const lines = printing.log.split('\n').slice(0, -2)
    expect(lines.findIndex((line, index) => line !== String(index + 1))).toBe(-1)
  })
})

describe('while sshd is down', () => {
  test('jobs are unknown with their age, nothing claims to know, and all is as it is once it is back', async () => {
    const [running, ending, stopped] = [new HeldJob(), new HeldJob(), new HeldJob()]
    for (const job of [running, ending, stopped]) await job.begin()
    for (const job of [running, ending, stopped]) await product.reaches(job.id, 'running')
    await box.kill()
    network.cut()
    await waitFor(async () => (await product.job(running.id)).unknownSince !== null, { what: 'the job to be unknown' })
    ending.letGo()
    await waitFor(() => existsSync(join(box.home, '.drover/jobs', ending.id, 'exitcode')), { what: 'its end on the host' })

    const list = (await product.drover(['ls'])).stdout
    for (const job of [running, ending]) expect(list).toMatch(new RegExp(`^${job.id.slice(0, 8)}.*unknown \\(\\d+ s\\)`, 'm'))
    expect((await product.drover(['ls', '--state', 'unknown', '--json'])).stdout).toContain(running.id)
    expect((await product.drover(['status'])).stdout).toMatch(/0 jobs run, 3 jobs unknown/)
    expect((await product.drover(['host', 'ls'])).stdout).toMatch(/^box\b.*(offline \(\d+ s\)|connecting)/m)
    const checked = await product.drover(['host', 'ls', '-c'])
    expect(checked).toMatchObject({ code: 1, stderr: expect.stringContaining('box') })

    const stop = await product.drover(['stop', stopped.id])
    expect(stop).toMatchObject({ code: 1, stdout: '' })
    expect(stop.stderr).toMatch(/box cannot be reached.*stopped as soon as it answers/)
    expect((await product.job(stopped.id)).state).toBe('stopping')
    // What was asked last, and how, is what its host is told.
    expect((await product.drover(['stop', '-s', 'HUP', stopped.id])).code).toBe(1)
    for (const args of [
      ['push', '-n', '--on', 'box', '--', 'true'],
      ['logs', running.id],
      ['pull', running.id, 'x'],
    ]) {
      const { code, stdout, stderr } = await within(product.drover(args), { timeoutMs: 30_000, what: args.join(' ') })
      expect({ args, isFailed: code !== 0, stdout }).toEqual({ args, isFailed: true, stdout: '' })
      expect(stderr, args.join(' ')).toContain('box')
    }
    expect((await product.drover(['rm', '-y', running.id])).code).toBe(1)
    await waitFor(async () => ((await hostOf(product, 'box')).retryAt ?? 0) - Date.now() > 1_000, {
      timeoutMs: 30_000,
      what: 'a longer pause',
    })

    await box.restart()
    await hostIs('connected')
    expect(await product.reaches(stopped.id, 'ended')).toMatchObject({ outcome: 'stopped', signal: 'HUP' })
    expect(await product.reaches(ending.id, 'ended')).toMatchObject({ outcome: 'exited', exitCode: 7 })
    expect(await product.reaches(running.id, 'running')).toMatchObject({ unknownSince: null })
    running.letGo()
    expect((await within(running.cli.done)).code).toBe(7)
    expect((await within(stopped.cli.done)).code).toBe(129)
    for (const job of [running, ending, stopped]) expect(job.runs).toBe(1)
  })

  test('a stop that goes out into a silent network is told as not done, and is done later', async () => {
    const job = new HeldJob()
    await job.begin()
    await product.reaches(job.id, 'running')
    network.freeze()
    const { code, stdout, stderr } = await within(product.drover(['stop', job.id]), { timeoutMs: SEEN_MS, what: 'drover stop' })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/box cannot be reached.*stopped as soon as it answers/)
    network.thaw()
    expect(await product.reaches(job.id, 'ended')).toMatchObject({ outcome: 'stopped' })
    expect((await within(job.cli.done)).code).toBe(143)
  })

  test('another wish for a job that is being stopped reaches its host as well', async () => {
    const job = new HeldJob({ line: `trap 'echo asked' TERM; echo up; until [ -e $GO ]; do sleep 0.05; done` })
    await job.begin()
    await waitFor(() => job.cli.output.stdout.includes('up'), { what: 'the job to be up' })
    await product.call('job.stop', { job: job.id, graceMs: 600_000 })
    await waitFor(() => job.cli.output.stdout.includes('asked'), { what: 'the job to be asked' })
    await box.kill()
    network.cut()
    await waitFor(async () => (await product.job(job.id)).unknownSince !== null, { what: 'the job to be unknown' })
    expect((await product.drover(['stop', '--signal', 'HUP', job.id])).code).toBe(1)
    await product.killCore()
    await box.restart()
    expect(await product.reaches(job.id, 'ended')).toMatchObject({ outcome: 'stopped', signal: 'HUP' })
  })
})

describe('a log that is not followed', () => {
  test('is whole or an error, when the link breaks while it is read', async () => {
    const { stdout: id } = await product.drover(['push', '-d', '-n', '--no-tty', '--on', 'box', '--', 'seq 1 2000000'])
    const job = await product.reaches(id.trim(), 'ended')
    const reader = product.begin(['logs', job.id], { input: '' })
    reader.child.stdout?.pause()
    await waitFor(() => box.pids().some(pid => readFileSync(`/proc/${pid}/comm`, 'utf8') === 'tail\n'), {
      what: 'a reader there',
    })
    network.cut()
    reader.child.stdout?.resume()
    const { code, stdout, stderr } = await within(reader.done, { timeoutMs: 30_000, what: 'drover logs' })
    const whole = readFileSync(join(box.home, '.drover/jobs', job.id, 'output.log'), 'utf8')
    if (code === 0) expect(stdout === whole, `${stdout.length} of ${whole.length} bytes, and exit code 0`).toBe(true)
    else expect(stderr).toContain('box')
  })
})

/** A job on box that counts its runs, prints, waits to be let go, and ends with 7; followed by a command line. */
class HeldJob {
  readonly #go = join(box.home, `go-${++count}`)
  readonly #ran = join(box.home, `ran-${count}`)
  readonly #isTerminal: boolean
  readonly line: string
  id = ''
  #cli: Running | undefined

  constructor({ line = 'echo up; until [ -e $GO ]; do sleep 0.05; done', isTerminal = false } = {}) {
    begun.push(this)
    this.#isTerminal = isTerminal
    this.line = `echo x >>${this.#ran}; ${line.replaceAll('$GO', this.#go)}; echo end; exit 7`
  }
  get cli(): Running {
    if (!this.#cli) throw new TypeError('The job was not begun')
    return this.#cli
  }
  async begin(args: readonly string[] = ['-n']): Promise<void> {
    const tty = this.#isTerminal ? ['--tty'] : []
    this.#cli = product.begin(['push', '--on', 'box', ...tty, ...args, '--', this.line], { cwd: folder, input: '' })
    const isOurs = ({ command }: { command: object }) => 'line' in command && command.line === this.line
    this.id = (
      await waitFor(async () => (await product.call('job.list', {})).jobs.find(isOurs), { what: 'the job to be taken on' })
    ).id
  }
  letGo(): void {
    writeFileSync(this.#go, '')
  }
  get runs(): number {
    return existsSync(this.#ran) ? readFileSync(this.#ran, 'utf8').trim().split('\n').length : 0
  }
  get log(): string {
    return readFileSync(join(box.home, '.drover/jobs', this.id, 'output.log'), 'utf8')
  }
}

async function held(gate: Gate): Promise<HeldJob> {
  const job = new HeldJob()
  writeFileSync(join(folder, 'data'), `the data of ${job.line}`)
  gate.hold()
  await job.begin([])
  await gate.reached()
  return job
}

async function lossIsSeen(): Promise<void> {
  await waitFor(async () => (await hostOf(product, 'box')).since > upSince, { timeoutMs: SEEN_MS, what: 'the loss to be seen' })
}

async function hostIs(...states: HostView['state'][]): Promise<void> {
  await waitFor(async () => states.includes((await hostOf(product, 'box')).state), {
    timeoutMs: SEEN_MS,
    what: `box to be ${states.join(' or ')}`,
  })
}
