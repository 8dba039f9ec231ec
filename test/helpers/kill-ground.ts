/**
 * Where jobs live through kills: a host behind sshd, and a push that can be held in any of its phases while a part of it is killed.
 * Phases are held by programs that wait (gate.ts), so nothing here depends on how fast anything is.
 */
import { randomUUID } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Gate, makeGate } from './gate.ts'
import { isAlive, processArguments, signalAll } from './processes.ts'
import { openProduct, type Product, type Running } from './product.ts'
import { openSshd, type Sshd } from './sshd.ts'
import { waitFor } from './wait.ts'

export const VICTIMS = ['core', 'command line', 'agent', 'connections', 'sshd'] as const
export type Victim = (typeof VICTIMS)[number]
export const PHASES = ['scanning', 'syncing', 'starting', 'running', 'stopping', 'just ended'] as const
export type Phase = (typeof PHASES)[number]

/** A push with its command line, come to the phase in which something will be killed. */
export type HeldPush = { id: string; cli: Running; job: CountedJob }

/** What its output is, and how it ends: with code 7, and `asked` in its output if it was asked to stop. */
export const EXIT_CODE = 7

/** A job that notes each time it runs, prints what was pushed, waits to be let go, and ends. */
export class CountedJob {
  readonly #go: string
  readonly #ran: string
  readonly line: string

  constructor(home: string, number: number) {
    this.#go = join(home, `go-${number}`)
    this.#ran = join(home, `ran-${number}`)
    // Its shell would say that the sleep it waits for was ended.
    const wait = `until [ -e ${this.#go} ]; do sleep 0.05; done 2>/dev/null`
    this.line = `echo x >>${this.#ran}; trap 'echo asked' TERM; cat data; ${wait}; echo end; exit ${EXIT_CODE}`
  }

  letGo(): void {
    writeFileSync(this.#go, '')
  }

  get runs(): number {
    return existsSync(this.#ran) ? readFileSync(this.#ran, 'utf8').trim().split('\n').length : 0
  }
}

export class KillGround {
  readonly box: Sshd
  readonly product: Product
  readonly folder: string
  /** `git` and `ssh -G` wait here; the others on the host: the receiving rsync, and what starts a job. */
  readonly gates: { git: Gate; ssh: Gate; rsync: Gate; start: Gate }
  readonly #bootIdFile: string
  readonly #jobs: CountedJob[] = []

  static async open(): Promise<KillGround> {
    const path = (dir: string) => `${join(dir, 'gates')}:/usr/local/bin:/usr/bin:/bin`
    const boot = mkdtempSync(join(tmpdir(), 'boot-'))
    const bootIdFile = join(boot, 'id')
    writeFileSync(bootIdFile, 'first\n')
    const box = await openSshd({ path, env: { DROVER_BOOT_ID_FILE: bootIdFile } })
    // Before the agent is there: its sh looks for a program once, and remembers where it was.
    const rsync = makeGate(join(box.dir, 'gates'), 'rsync', '--server')
    const start = makeGate(join(box.dir, 'gates'), 'setsid', 'run')
    return new KillGround(box, await openProduct({ box }, { path }), bootIdFile, { rsync, start })
  }

  private constructor(box: Sshd, product: Product, bootIdFile: string, onHost: Pick<KillGround['gates'], 'rsync' | 'start'>) {
    this.box = box
    this.product = product
    this.#bootIdFile = bootIdFile
    this.gates = {
      git: makeGate(join(product.home.dir, 'gates'), 'git'),
      ssh: makeGate(join(product.home.dir, 'gates'), 'ssh', '-G'),
      ...onHost,
    }
    this.folder = join(product.home.dir, 'project')
    mkdirSync(this.folder)
    writeFileSync(join(this.folder, 'data'), 'the data\n')
  }

  /** Starts a push and settles when it is in the phase. */
  async hold(phase: Phase, words: readonly string[] = []): Promise<HeldPush> {
    const job = new CountedJob(this.box.home, this.#jobs.length)
    this.#jobs.push(job)
    // Only what changed is sent, and nothing otherwise.
    appendFileSync(join(this.folder, 'changes'), `${this.#jobs.length}\n`)
    const gate = { scanning: this.gates.git, syncing: this.gates.rsync, starting: this.gates.start }[phase as string]
    gate?.hold()
    const cli = this.product.begin(['push', '--on', 'box', ...words, '--', job.line], { cwd: this.folder, input: '' })
    await gate?.reached()
    const id = await waitFor(() => this.#idOf(job.line), { what: 'the job to be listed' })
    if (gate) return { id, cli, job }
    await waitFor(() => /^the data\r?\n$/.test(cli.output.stdout), { what: 'the job to run', timeoutMs: 20_000 })
    if (phase === 'stopping') {
      await this.product.call('job.stop', { job: id, graceMs: 60_000 })
      await waitFor(() => /asked\r?\n$/.test(cli.output.stdout), { what: 'the job to be asked to stop' })
    }
    if (phase === 'just ended') {
      job.letGo()
      await waitFor(() => existsSync(join(this.box.home, '.drover/jobs', id, 'exitcode')), { what: 'its end on the host' })
    }
    return { id, cli, job }
  }

  /** kill -9, and back to where the job can go on: a server that was killed is started again. */
  async kill(victim: Victim, { cli, id }: Pick<HeldPush, 'id'> & Partial<HeldPush>): Promise<void> {
    switch (victim) {
      case 'core':
        return this.product.killCore()
      case 'command line':
        cli?.child.kill('SIGKILL')
        await cli?.done
        return
      case 'agent':
        return this.#killAgent()
      case 'connections':
        return this.box.cutConnections()
      case 'sshd': {
        const {
          job: { state },
        } = await this.product.call('job.get', { job: id })
        await this.box.kill()
        if (state === 'running' || state === 'stopping') await this.#isUnknown(id, state)
        await this.box.restart()
      }
    }
  }

  /** The host's whole tree killed, and another boot id: what stands for its restart. */
  async reboot(): Promise<void> {
    await this.box.killEverything()
    writeFileSync(this.#bootIdFile, `${randomUUID()}\n`)
    await this.box.restart()
  }

  /** Lets everything go that is held. For the end of each test, however it ended. */
  release(): void {
    for (const gate of Object.values(this.gates)) gate.release()
    for (const job of this.#jobs) job.letGo()
  }

  async close(): Promise<void> {
    await this.product.close()
    await this.box.stop()
    rmSync(dirname(this.#bootIdFile), { recursive: true })
  }

  async #killAgent(): Promise<void> {
    const isAgent = (words: readonly string[]) => words.some((word, at) => word === 'serve' && /agent-/.test(words[at - 1] ?? ''))
    const agents = this.box.pids().filter(pid => isAgent(processArguments(pid)))
    if (agents.length === 0) throw new Error('No agent runs on the host')
    signalAll(agents, 'SIGKILL')
    await waitFor(() => !agents.some(isAlive), { what: 'the agents to be gone' })
  }

  /** Not knowing is a state: nothing is called ended because nobody answers, but what had ended there and was told at the last moment. */
  async #isUnknown(id: string, state: string): Promise<void> {
    await waitFor(
      async () => {
        const { job } = await this.product.call('job.get', { job: id })
        if (job.state === 'ended') return existsSync(join(this.box.home, '.drover/jobs', id, 'exitcode'))
        return job.unknownSince !== null && job.state === state
      },
      { what: `job ${id} to be ${state} and unknown` },
    )
  }

  /** Not by `ls -a`, which asks the host: what holds a start holds the agent. */
  async #idOf(line: string): Promise<string | undefined> {
    const { jobs } = await this.product.call('job.list', {})
    return jobs.find(({ command }) => 'line' in command && command.line === line)?.id
  }
}
