/** The product as a user has it: the built core and command line, run in a home of the test's own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { CoreStatus } from '../../src/shared/contract.ts'
import type { JobView } from '../../src/shared/domain.ts'
import { pidsWithEnv, signalAll } from './processes.ts'
import type { Sshd } from './sshd.ts'
import { makeTestHome, type TestHome, type TestHomeOptions } from './test-home.ts'
import { waitFor } from './wait.ts'

const ROOT = join(import.meta.dirname, '../..')
export const DROVER = join(ROOT, 'bin/drover')

export type CliResult = { code: number | null; stdout: string; stderr: string }
export type Product = {
  readonly home: TestHome
  readonly env: Record<string, string>
  /** Runs `drover …` to its end, without a terminal. */
  drover(
    args: readonly string[],
    options?: { cwd?: string; input?: string; as?: string; env?: Record<string, string> },
  ): Promise<CliResult>
  start(args: readonly string[], options?: { cwd?: string }): ChildProcess
  json<T>(args: readonly string[], options?: { cwd?: string }): Promise<T>
  jobs(): Promise<JobView[]>
  job(id: string): Promise<JobView>
  status(): Promise<CoreStatus>
  corePid(): number
  /** kill -9 of the core. The next command starts another. */
  killCore(): Promise<void>
  coreLog(): string
}

/** `hosts` are added under their names; `local` is always there. Everything that it ever started ends with the test. */
export async function startProduct(hosts: Readonly<Record<string, Sshd>> = {}, options: TestHomeOptions = {}): Promise<Product> {
  if (!existsSync(join(ROOT, 'out/cli/index.cjs'))) throw new Error('The product is not built: npm run build')
  const home = makeTestHome(hosts, options)
  const mark = `DROVER_TEST_PRODUCT=${home.dir}`
  const env: Record<string, string> = { ...home.env, DROVER_TEST_PRODUCT: home.dir, TMPDIR: home.dir }
  onTestFinished(async () => {
    await waitFor(
      () => {
        const left = pidsWithEnv(mark)
        signalAll(left, 'SIGKILL')
        return left.length === 0
      },
      { what: 'everything of the product to be gone' },
    )
    home.remove()
  })

  const product: Product = {
    home,
    env,
    start: (args, { cwd = home.dir } = {}) => spawn(DROVER, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] }),
    drover: (args, { cwd = home.dir, input, as, env: more } = {}) =>
      new Promise((resolve, reject) => {
        const child = spawn(DROVER, args, {
          cwd,
          env: { ...env, ...(as && { DROVER_CALLED_AS: as }), ...more },
          stdio: ['pipe', 'pipe', 'pipe'],
        })
        const result: CliResult = { code: null, stdout: '', stderr: '' }
        child.stdout.setEncoding('utf8').on('data', text => {
          result.stdout += text
        })
        child.stderr.setEncoding('utf8').on('data', text => {
          result.stderr += text
        })
        child.stdin.on('error', () => undefined) // A command may end without reading its input.
        child.stdin.end(input ?? '')
        child.on('error', reject).on('close', code => resolve({ ...result, code }))
      }),
    json: async <T>(args: readonly string[], where?: { cwd?: string }) => {
      const result = await product.drover([...args, '--json'], where)
      if (result.code !== 0) throw new Error(`drover ${args.join(' ')} ended with ${result.code}: ${result.stderr}`)
      return JSON.parse(result.stdout) as T
    },
    jobs: () => product.json<JobView[]>(['ls', '-a']),
    job: async id => {
      const job = (await product.jobs()).find(one => one.id.startsWith(id))
      if (!job) throw new Error(`There is no job ${id}`)
      return job
    },
    status: () => product.json<CoreStatus>(['status']),
    corePid: () => {
      const pid = pidsWithEnv(mark).find(one => readFileSync(`/proc/${one}/cmdline`, 'latin1').includes('headless.js'))
      if (pid === undefined) throw new Error('No core runs')
      return pid
    },
    killCore: async () => {
      const pid = product.corePid()
      signalAll([pid], 'SIGKILL')
      await waitFor(() => !existsSync(`/proc/${pid}`), { what: 'the core to be gone' })
    },
    coreLog: () => readFileSync(join(home.dir, '.local/state/drover/core.log'), 'utf8'),
  }
  for (const name of Object.keys(hosts)) {
    const added = await product.drover(['host', 'add', name])
    if (added.code !== 0) throw new Error(`drover host add ${name}: ${added.stderr}`)
  }
  return product
}
