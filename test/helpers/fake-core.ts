/**
 * A small core for tests of the command line: the real API on a real socket, over jobs that are real processes of this computer.
 * It has no hosts; what the true core would say of them, a test says by methods of its own.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import * as pty from '@lydell/node-pty'
import { onTestFinished } from 'vitest'
import type { EventBus } from '../../src/main/api/events.ts'
import type { ByteSource, StreamSource, TerminalSource } from '../../src/main/api/streams.ts'
import type { Methods, Parsed } from '../../src/shared/contract.ts'
import type { Command, JobView } from '../../src/shared/domain.ts'
import { AppError } from '../../src/shared/errors.ts'
import { shellJoin } from '../../src/shared/shell-quote.ts'
import { type RunningApi, startApi } from './api-server.ts'
import { jobView } from './job-view.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { waitFor } from './wait.ts'

export class FakeCore {
  readonly jobs = new Map<string, FakeJob>()
  readonly home = temporaryFolder()
  /** What was asked, in order: `job.stop {"job":…}`. */
  readonly asked: string[] = []
  readonly #own: Partial<Methods>
  #api: RunningApi | undefined

  static async start(methods: Partial<Methods> = {}): Promise<FakeCore> {
    const core = new FakeCore(methods)
    await core.serve()
    onTestFinished(() => {
      for (const job of core.jobs.values()) job.kill()
    })
    return core
  }

  private constructor(methods: Partial<Methods>) {
    this.#own = methods
  }

  get env(): Record<string, string> {
    return { ...this.api.env, TERM: 'xterm-256color', LANG: 'C.UTF-8', XDG_CACHE_HOME: `${this.home}/.cache` }
  }

  get api(): RunningApi {
    if (this.#api === undefined) throw new Error('It does not serve')
    return this.#api
  }

  get bus(): EventBus {
    return this.api.bus
  }

  get job(): FakeJob {
    const [job] = [...this.jobs.values()].slice(-1)
    if (job === undefined) throw new Error('No job was pushed')
    return job
  }

  /** Also after `api.server.close()`: as another core that takes the place of the first, with the same jobs. */
  async serve(): Promise<void> {
    const methods = { ...this.#methods(), ...this.#own }
    const recorded = Object.entries(methods).map(([name, method]) => [
      name,
      (input: never, principal: never) => {
        this.asked.push(`${name} ${JSON.stringify(input)}`)
        return (method as (input: never, principal: never) => unknown)(input, principal)
      },
    ])
    this.#api = await startApi({ home: this.home, methods: Object.fromEntries(recorded), streams: this.#streams() })
  }

  add(view: Partial<JobView> & { command: Command }): FakeJob {
    const job = new FakeJob({ ...EMPTY_VIEW, id: randomUUID(), createdAt: Date.now(), ...view }, () =>
      this.bus.emit({ type: 'job.changed', job: job.view }),
    )
    this.jobs.set(job.view.id, job)
    job.change({})
    return job
  }

  find(ref: string): FakeJob {
    const found = [...this.jobs.values()].filter(job => job.view.id.startsWith(ref))
    const [job, second] = found
    if (job === undefined) throw new AppError('NOT_FOUND', `No job whose id begins with "${ref}"`)
    if (second === undefined) return job
    const jobs = found.map(({ view: { id, host, command } }) => ({ id, host, command }))
    throw new AppError('AMBIGUOUS', `"${ref}" fits ${found.length} jobs`, { details: { jobs } })
  }

  #methods(): Partial<Methods> {
    return {
      'job.push': async input => this.push(input),
      'job.get': async ({ job }) => ({ job: this.find(job).view }),
      'job.list': async () => ({ jobs: [...this.jobs.values()].map(job => job.view).reverse() }),
      'job.stop': async ({ job, signal, graceMs }) => ({ job: this.find(job).stop(signal, graceMs) }),
      'job.remove': async ({ job }) => {
        this.jobs.delete(this.find(job).view.id)
        return null
      },
      'project.list': async () => ({ projects: [] }),
      'config.get': async () => ({
        path: '/config.yaml',
        text: '',
        error: null,
        values: { detach_on_ctrl_c: false },
        defaults: {},
      }),
      'disk.gc': async () => ({ hosts: [] }),
    }
  }

  push(input: Parsed<'job.push'>): { job: JobView } {
    const { command, folder, terminal, sync, pull } = input
    const id = input.jobId ?? randomUUID()
    const job = this.add({ id, command, folder, isSynced: sync, host: input.host ?? 'box', pull, hasTerminal: terminal !== null })
    const { view } = job
    job.run({ ...this.env, ...input.env, DROVER_JOB: id }, terminal)
    return { job: view }
  }

  #streams(): StreamSource {
    return {
      openLog: async (job, fromByte, follow) => this.find(job).openLog(fromByte, follow),
      openTerminal: async (job, size) => this.find(job).openTerminal(size, this.env),
      openUpload: () => {
        throw new AppError('NOT_FOUND', 'There is no such drop')
      },
      openOutput: () => {
        throw new AppError('NOT_FOUND', 'There is no such drop')
      },
    }
  }
}

const EMPTY_VIEW = jobView({ folder: '/folder', state: 'queued', startedAt: null })

/** One job: its view, its output so far, and, if it was run, its process. */
export class FakeJob {
  view: JobView
  log = Buffer.alloc(0)
  readonly #changed: () => void
  readonly #waiting = new Set<() => void>()
  readonly #terminals = new Set<pty.IPty>()
  #child: ChildProcess | undefined
  #tmux: string | undefined
  #isStopAsked = false

  constructor(view: JobView, changed: () => void) {
    this.view = view
    this.#changed = changed
  }

  change(change: Partial<JobView>): JobView {
    this.view = { ...this.view, ...change }
    this.#changed()
    this.#wake()
    return this.view
  }

  print(text: string): void {
    this.log = Buffer.concat([this.log, Buffer.from(text)])
    this.#wake()
  }

  run(env: Record<string, string>, terminal: { columns: number; rows: number } | null): void {
    const { command, folder } = this.view
    const [program = '', ...args] = 'line' in command ? ['sh', '-c', command.line] : command.argv
    const cwd = folder ?? '/'
    if (terminal) {
      this.#tmux = this.#socket(env)
      const tmux = ['-S', this.#tmux, '-f', '/dev/null']
      const end = `${shellJoin([program, ...args])}; echo $? >${shellJoin([this.#exitFile(env)])}; tmux ${shellJoin(tmux)} wait-for -S ended`
      const size = ['-x', String(terminal.columns), '-y', String(terminal.rows)]
      execFileSync('tmux', [...tmux, 'new-session', '-d', '-s', 'job', ...size, end], { cwd, env })
      this.#child = spawn('tmux', [...tmux, 'wait-for', 'ended'], { env, stdio: 'ignore' })
      this.#child.once('exit', () => this.#terminalEnded(this.#exitFile(env)))
    } else {
      this.#child = spawn(program, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
      for (const output of [this.#child.stdout, this.#child.stderr]) output?.on('data', bytes => this.print(bytes))
      this.#child.once('close', (code, signal) => this.#ended(code, signal))
    }
    this.change({ state: 'running', startedAt: Date.now() })
  }

  stop(signal: string, graceMs: number): JobView {
    if (this.view.state === 'ended') return this.view
    this.#isStopAsked = true
    if (this.view.startedAt === null) return this.change({ state: 'ended', outcome: 'cancelled', endedAt: Date.now() })
    const pid = this.#child?.pid ?? 0
    process.kill(-pid, graceMs === 0 ? 'SIGKILL' : (`SIG${signal}` as NodeJS.Signals))
    return this.change({ state: 'stopping' })
  }

  kill(): void {
    this.cutTerminals()
    this.#child?.kill('SIGKILL')
    if (this.#tmux !== undefined) spawnSync('tmux', ['-S', this.#tmux, 'kill-server'])
  }

  openLog(fromByte: number, follow: boolean): ByteSource {
    const output = new PassThrough()
    let at = fromByte
    const send = () => {
      if (output.destroyed) return
      output.write(Buffer.from(this.log.subarray(at))) // A copy: who sends it lets go of its memory.
      at = Math.max(at, this.log.length)
      if (!follow || this.view.state === 'ended') output.end()
    }
    this.#waiting.add(send)
    setImmediate(send)
    return { output, end: Promise.resolve(), close: () => output.destroy() }
  }

  openTerminal(size: { columns: number; rows: number; term: string }, env: Record<string, string>): TerminalSource {
    if (this.view.state === 'ended') throw new AppError('CONFLICT', 'Its terminal is closed')
    if (this.view.unknownSince !== null) throw new AppError('HOST_UNREACHABLE', 'The connection to box was lost')
    const client = pty.spawn('tmux', ['-S', this.#socket(env), 'attach', '-t', 'job'], {
      name: size.term,
      cols: size.columns,
      rows: size.rows,
      env: { ...env, TERM: size.term },
      encoding: null,
    })
    this.#terminals.add(client)
    const output = new PassThrough()
    const input = new PassThrough()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    promise.catch(() => undefined) // The API awaits it.
    client.onData(bytes => output.write(bytes))
    client.onExit(() => {
      output.end()
      if (this.#terminals.delete(client)) void this.#endIsKnown(env).then(resolve)
      else reject(new AppError('HOST_UNREACHABLE', 'The connection to box was lost'))
    })
    input.on('data', (bytes: Buffer) => client.write(bytes as unknown as string))
    return {
      output,
      input,
      end: promise,
      close: () => client.kill(),
      resize: ({ columns, rows }) => client.resize(columns, rows),
    }
  }

  /** Left, it goes on; if its terminal is gone, its end is about to be told. */
  async #endIsKnown(env: Record<string, string>): Promise<void> {
    const isLeft = spawnSync('tmux', ['-S', this.#socket(env), 'has-session', '-t', 'job']).status === 0
    if (!isLeft) await waitFor(() => this.view.state === 'ended', { what: 'the end of a job whose terminal has closed' })
  }

  /** As when the link is cut: the terminals break, the job goes on. */
  cutTerminals(): void {
    for (const client of this.#terminals) {
      this.#terminals.delete(client)
      client.kill('SIGKILL')
    }
  }

  #terminalEnded(exitFile: string): void {
    if (existsSync(exitFile)) this.#ended(Number(readFileSync(exitFile, 'utf8')), null)
    else this.#ended(null, 'SIGKILL')
  }

  #ended(code: number | null, signal: string | null): void {
    const how = signal === null ? 'exited' : 'signalled'
    this.change({
      state: 'ended',
      outcome: this.#isStopAsked ? 'stopped' : how,
      exitCode: code,
      signal: signal?.slice(3) ?? null,
      endedAt: Date.now(),
      logBytes: this.log.length,
    })
  }

  #socket(env: Record<string, string>): string {
    return `${env.HOME}/tmux-${this.view.id.slice(0, 8)}`
  }

  #exitFile(env: Record<string, string>): string {
    return `${this.#socket(env)}.exit`
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake()
  }
}
