/** The product as a user has it: the built core and command line, run in a home of the test's own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { CoreStatus, Input, Method, Output } from '../../src/shared/contract.ts'
import type { JobState, JobView } from '../../src/shared/domain.ts'
import { isAlive, pidsWithEnv, pidsWithWords, processArguments, signalAll } from './processes.ts'
import { rpc } from './rpc.ts'
import { openSshd, type Sshd } from './sshd.ts'
import { makeTestHome, type TestHome, type TestHomeOptions } from './test-home.ts'
import { waitFor } from './wait.ts'

const ROOT = join(import.meta.dirname, '../..')
export const DROVER = join(ROOT, 'bin/drover')

export type CliResult = { code: number | null; stdout: string; stderr: string }
export type RunOptions = {
  cwd?: string
  input?: string
  /** The name it is called by: `drover` or `p`. */
  as?: string
  env?: Record<string, string>
}
/** A command line under way: what it has printed so far, and its end. */
export type Running = { child: ChildProcess; output: { stdout: string; stderr: string }; done: Promise<CliResult> }
export type Product = {
  readonly home: TestHome
  readonly env: Record<string, string>
  /** Runs `drover …` to its end, without a terminal. */
  drover(args: readonly string[], options?: RunOptions): Promise<CliResult>
  /** Begins `drover …`; its input stays open unless it is given. */
  begin(args: readonly string[], options?: RunOptions): Running
  start(args: readonly string[], options?: { cwd?: string }): ChildProcess
  json<T>(args: readonly string[], options?: { cwd?: string }): Promise<T>
  jobs(): Promise<JobView[]>
  job(id: string): Promise<JobView>
  status(): Promise<CoreStatus>
  corePid(): number
  /** kill -9 of the core. The next command starts another. */
  killCore(): Promise<void>
  coreLog(): string
  /** Starts `push -d` and gives the id, when the job runs. */
  running(args: readonly string[], options?: RunOptions): Promise<string>
  /** A method of the core, past the command line. @throws {Error} with the core's answer if it is no success. */
  call<M extends Method>(method: M, input: Input<M>): Promise<Output<M>>
  /** Waits until the job is in one of these states, and its host can be asked. */
  reaches(id: string, ...states: JobState[]): Promise<JobView>
  /** Ends everything it ever started and removes its home. */
  close(): Promise<void>
}

/** `hosts` are added under their names; `local` is always there. Everything that it ever started ends with the test. */
export async function startProduct(hosts: Readonly<Record<string, Sshd>> = {}, options: TestHomeOptions = {}): Promise<Product> {
  const product = await openProduct(hosts, options)
  onTestFinished(() => product.close())
  return product
}

/** For several tests: one with a host `box`, where its pushes go if nothing else is said. `close` ends both. */
export async function openOnBox(): Promise<{ product: Product; box: Sshd; close(): Promise<void> }> {
  const box = await openSshd()
  const product = await openProduct({ box })
  await product.drover(['host', 'default', 'box'])
  return {
    product,
    box,
    close: async () => {
      await product.close()
      await box.stop()
    },
  }
}

/** As startProduct, for several tests, which end it themselves. */
export async function openProduct(hosts: Readonly<Record<string, Sshd>> = {}, options: TestHomeOptions = {}): Promise<Product> {
  if (!existsSync(join(ROOT, 'out/cli/index.cjs'))) throw new Error('The product is not built: npm run build')
  const home = makeTestHome(hosts, options)
  const mark = `DROVER_TEST_PRODUCT=${home.dir}`
  const env: Record<string, string> = { ...home.env, DROVER_TEST_PRODUCT: home.dir, TMPDIR: home.dir }
  const close = async () => {
    await waitFor(
      () => {
        // Chromium's helpers write their words over the environment they were started with, and outlive it by a moment.
        const left = [...pidsWithEnv(mark), ...pidsWithWords(`--user-data-dir=${home.dir}/`)]
        signalAll(left, 'SIGKILL')
        return left.length === 0
      },
      { what: 'everything of the product to be gone' },
    )
    home.remove()
  }

  /** Past the command line, which would cost more than the answer; but it starts a core where none answers. */
  const ask = async (method: Method, input: unknown) => {
    try {
      return await rpc(readFileSync(join(env.XDG_DATA_HOME ?? '', 'drover/core.socket'), 'utf8').trim(), method, input)
    } catch (error) {
      const { syscall, code = '' } = error as NodeJS.ErrnoException
      const isNobodyThere = syscall === 'open' || syscall === 'connect'
      // A core that was killed takes connections for as long as a child of it has yet to become its program.
      const isLost = code === 'EPIPE' || code === 'ECONNRESET'
      if (!isNobodyThere && !(isLost && method === 'core.status')) throw error
      return rpc((await product.json<CoreStatus>(['status'])).socketPath, method, input)
    }
  }

  const product: Product = {
    home,
    env,
    start: (args, { cwd = home.dir } = {}) => spawn(DROVER, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] }),
    begin: (args, { cwd = home.dir, input, as, env: more } = {}) => {
      const child = spawn(DROVER, args, {
        cwd,
        env: { ...env, ...(as && { DROVER_CALLED_AS: as }), ...more },
        stdio: ['pipe', 'pipe', 'pipe'],
      })
      const output = { stdout: '', stderr: '' }
      child.stdout.setEncoding('utf8').on('data', text => {
        output.stdout += text
      })
      child.stderr.setEncoding('utf8').on('data', text => {
        output.stderr += text
      })
      child.stdin.on('error', () => undefined) // A command may end without reading its input.
      if (input !== undefined) child.stdin.end(input)
      const done = new Promise<CliResult>((resolve, reject) => {
        child.on('error', reject).on('close', code => resolve({ ...output, code }))
      })
      return { child, output, done }
    },
    drover: (args, how = {}) => product.begin(args, { input: '', ...how }).done,
    json: async <T>(args: readonly string[], where?: { cwd?: string }) => {
      const result = await product.drover([...args, '--json'], where)
      if (result.code !== 0) throw new Error(`drover ${args.join(' ')} ended with ${result.code}: ${result.stderr}`)
      return JSON.parse(result.stdout) as T
    },
    jobs: async () => (await product.call('job.list', { limit: 100_000, foreign: true })).jobs,
    job: async id => (await product.call('job.get', { job: id })).job,
    status: () => product.call('core.status', {}),
    corePid: () => {
      const pid = pidsWithEnv(mark).find(one => processArguments(one).some(word => word.endsWith('headless.js')))
      if (pid === undefined) throw new Error('No core runs')
      return pid
    },
    killCore: async () => {
      const pid = product.corePid()
      signalAll([pid], 'SIGKILL')
      await waitFor(() => !isAlive(pid), { what: 'the core to be dead' })
    },
    coreLog: () => readFileSync(join(home.dir, '.local/state/drover/core.log'), 'utf8'),
    running: async (args, how) => {
      const { code, stdout, stderr } = await product.drover(['push', '-d', ...args], how)
      if (code !== 0) throw new Error(`drover push -d ended with ${code}: ${stderr}`)
      const id = stdout.trim()
      await product.reaches(id, 'running')
      return id
    },
    call: async (method, input) => {
      const { status, body } = await ask(method, input)
      if (status !== 200) throw new Error(`${method} was answered with ${status}: ${JSON.stringify(body)}`)
      return body as never
    },
    reaches: async (id, ...states) => {
      let job: JobView | undefined
      return waitFor(
        async () => {
          job = await product.job(id)
          return job.unknownSince === null && states.includes(job.state) && job
        },
        { timeoutMs: 30_000, what: `job ${id.slice(0, 8)} to be ${states.join(' or ')}` },
      ).catch(cause => {
        throw new Error(`${cause.message}; it is ${JSON.stringify(job)}`, { cause })
      })
    },
    close,
  }
  for (const name of Object.keys(hosts)) {
    const added = await product.drover(['host', 'add', name])
    if (added.code !== 0) throw new Error(`drover host add ${name}: ${added.stderr}`)
  }
  return product
}
