/**
 * Pushes of a big folder through a counted network to a real host: broken off in the middle, gone on with, compared, repeated, removed.
 * It notes what each step took and what the core's memory came to. For the soak and its small sister among the integration tests.
 */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import type { JobView, SyncProgress } from '../../src/shared/domain.ts'
import { type Network, openNetwork } from './network.ts'
import { openProduct, type Product, type Running } from './product.ts'
import { rpc } from './rpc.ts'
import { openSshd, type Sshd, type SshdOptions } from './sshd.ts'
import { waitFor, within } from './wait.ts'

export const MEGABYTE = 1_000_000
/** Not execFileSync: the network between the core and the host lives in this process. */
const run = promisify(execFile)
/** A push of 100,000 files or of 5 GB on a busy machine. */
const LONG_MS = 900_000

/** What a job prints of its workdir: every name with its rights, size and time, and every byte. The same here and there. */
export const LISTING = `LC_ALL=C; export LC_ALL
find . -mindepth 1 -type d -printf '%P/ %m\\n' -o -type l -printf '%P -> %l\\n' -o -printf '%P %m %s %Ts\\n' | sort | md5sum
find . -type f -print0 | sort -z | xargs -0 cat | md5sum
find . -mindepth 1 | wc -l`

export type Step = { step: string; tookMs: number; sentBytes: number; residentBytes: number; peakBytes: number; load: number }

export class BigPush {
  readonly box: Sshd
  readonly network: Network
  readonly product: Product
  readonly folder: string
  readonly steps: Step[] = []

  static async open(options: SshdOptions): Promise<BigPush> {
    const box = await openSshd(options)
    const network = await openNetwork(box)
    const product = await openProduct({ box: network.host })
    const push = new BigPush(box, network, product)
    await push.#warm()
    return push
  }

  private constructor(box: Sshd, network: Network, product: Product) {
    this.box = box
    this.network = network
    this.product = product
    this.folder = join(product.home.dir, 'big')
    mkdirSync(this.folder)
  }

  /** What the folder is, as a job that prints its workdir would say. */
  async listing(): Promise<string> {
    return (await run('sh', ['-c', LISTING], { cwd: this.folder })).stdout
  }

  /** What is under `~/.drover` on the host. */
  async hostBytes(): Promise<number> {
    return Number((await run('du', ['-sk', join(this.box.home, '.drover')])).stdout.split('\t')[0]) * 1024
  }

  /** The workdirs on the host, those that grow or are on their way out included. */
  get workdirs(): string[] {
    const place = join(this.box.home, '.drover/workdirs')
    return existsSync(place) ? readdirSync(place).filter(name => !name.startsWith('.owner.')) : []
  }

  begin(command = LISTING): Running {
    return this.product.begin(['push', '--on', 'box', '--', command], { cwd: this.folder, input: '' })
  }

  /** Waits until the newest job is in this phase and has come so far, by its own figures; gives them. */
  async progress(phase: SyncProgress['phase'], isFar: (progress: SyncProgress) => boolean = () => true): Promise<SyncProgress> {
    return waitFor(
      async () => {
        const job = await this.newest()
        if (job?.state === 'ended') throw new Error(`The job has ended: ${job.outcome} ${job.reason}`)
        const progress = job?.progress
        return progress?.phase === phase && isFar(progress) ? progress : false
      },
      { timeoutMs: LONG_MS / 12, what: `the push to be ${phase}` },
    )
  }

  /** Past the command line, which takes half a second to ask on a busy machine. */
  async newest(): Promise<JobView | undefined> {
    const socket = readFileSync(join(this.product.home.dir, '.local/share/drover/core.socket'), 'utf8').trim()
    const { body } = await rpc(socket, 'job.list', { limit: 1 })
    return (body as { jobs: JobView[] }).jobs[0]
  }

  async ended(push: Running, wanted: { code: number; stdout: string }): Promise<void> {
    const { code, stdout, stderr } = await within(push.done, { timeoutMs: LONG_MS, what: 'the end of the push' })
    expect({ code, stdout }, stderr).toEqual(wanted)
  }

  /** Removes every job and everything else of ours on the host. */
  async clear(): Promise<void> {
    const jobs = await this.product.jobs()
    expect(await this.product.drover(['rm', '-y', ...jobs.map(job => job.id)])).toMatchObject({ code: 0 })
    expect(await this.product.drover(['gc', '--host', 'box', '--older-than', '0'])).toMatchObject({ code: 0 })
  }

  /** Does something and notes what it took. */
  async step<T>(step: string, work: () => Promise<T>): Promise<T> {
    const before = this.network.sentBytes
    const startedAt = performance.now()
    const result = await work()
    const tookMs = performance.now() - startedAt
    const { residentBytes, peakBytes } = this.memory()
    const load = loadavg()[0] ?? 0
    this.steps.push({ step, tookMs, sentBytes: this.network.sentBytes - before, residentBytes, peakBytes, load })
    return result
  }

  /** To the host, in all steps so far. */
  sentBytes(): number {
    return this.steps.reduce((sum, step) => sum + step.sentBytes, 0)
  }

  print(title: string): void {
    const rows = this.steps.map(({ step, tookMs, sentBytes, residentBytes, peakBytes, load }) => ({
      step,
      seconds: (tookMs / 1000).toFixed(1),
      'sent MB': (sentBytes / MEGABYTE).toFixed(2),
      'VmRSS MB': (residentBytes / MEGABYTE).toFixed(0),
      'VmHWM MB': (peakBytes / MEGABYTE).toFixed(0),
      load: load.toFixed(1),
    }))
    console.info(title)
    console.table(rows)
  }

  /** By how much the core, each that ran, was at most above one that had pushed a small folder. */
  get grownBytes(): number {
    const [first] = this.steps
    return Math.max(...this.steps.map(step => step.peakBytes)) - (first?.residentBytes ?? 0)
  }

  memory(): { residentBytes: number; peakBytes: number } {
    const status = readFileSync(`/proc/${this.product.corePid()}/status`, 'utf8')
    const kilobytes = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024
    return { residentBytes: kilobytes('VmRSS'), peakBytes: kilobytes('VmHWM') }
  }

  async close(): Promise<void> {
    // Of 100,000 files this takes its time, which the network's own process has to have.
    await run('rm', ['-rf', this.folder, join(this.box.home, '.drover/folders'), join(this.box.home, '.drover/workdirs')])
    await this.network.close()
    await this.product.close()
    await this.box.stop()
  }

  /** A core that has pushed something has all of its code, and its threads. */
  async #warm(): Promise<void> {
    const small = join(this.product.home.dir, 'small')
    mkdirSync(small)
    const push = () => this.product.drover(['push', '--on', 'box', '--', 'true'], { cwd: small })
    await this.step('small', async () => expect(await push()).toMatchObject({ code: 0 }))
  }
}
