/**
 * Brings a stored job onto its host: scan, place, sync, start. Each step may be cut off anywhere, by a lost host or by the death of
 * the core: the row says how far it came, and the runner goes on from there. Sent twice, a start runs once.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Placement, SyncProgress } from '../../shared/domain.ts'
import { isFinal } from '../../shared/domain.ts'
import { AppError, NEEDS_PERSON } from '../../shared/errors.ts'
import type { ProcessSpec } from '../hosts/agent.ts'
import type { HostLink, Live } from '../hosts/host-link.ts'
import type { LogFields } from '../log.ts'
import type { JobRow } from '../store/job-table.ts'
import type { Jobs } from './jobs.ts'

/** What the runner needs of the rooms below and beside it. */
export type Delivery<Scanned> = {
  /** Looks through the folder that is to be pushed. */
  scan(folder: string, signal: AbortSignal, onProgress: (progress: SyncProgress) => void): Promise<Scanned>
  place(job: JobRow, scanned: Scanned | null): Promise<Placement>
  /** Makes the job's workdir on the host hold what was scanned; for null there is nothing to do, since the start makes an empty one. */
  deliver(
    job: JobRow,
    scanned: Scanned | null,
    live: Live,
    signal: AbortSignal,
    onProgress: (progress: SyncProgress) => void,
  ): Promise<void>
  /** What the job's login shell is to run, and where: absolute, or null for its own workdir. */
  prepare(job: JobRow, live: Live): Promise<Prepared>
  /** Called once the job was started: time for what may be done at leisure. */
  delivered(job: JobRow): void
}
export type Prepared = { script: string; workdir: string | null; process: ProcessSpec | null }
export type RunnerOptions<Scanned> = {
  jobs: Jobs
  link(hostName: string): HostLink
  delivery: Delivery<Scanned>
  owner: string
  log(message: string, details: LogFields): void
}

/** How long a job waits for a host that went away while its files were being sent. */
const WAIT_FOR_HOST_MS = 10 * 60_000
const RETRY_MS = 500

export class JobRunner<Scanned> {
  readonly #options: RunnerOptions<Scanned>
  readonly #running = new Map<string, AbortController>()

  constructor(options: RunnerOptions<Scanned>) {
    this.#options = options
  }

  /** Goes on with a job that has not reached `running`; does nothing for any other. */
  run(id: string): void {
    if (this.#running.has(id)) return
    const abort = new AbortController()
    this.#running.set(id, abort)
    this.#run(id, abort.signal)
      .catch(error => abort.signal.reason !== CLOSING && this.#failed(id, error))
      .finally(() => this.#running.delete(id))
  }

  /** Cuts short what is under way before the job runs. */
  cancel(id: string): void {
    this.#running.get(id)?.abort()
  }

  /** The core ends: everything under way is dropped where it stands, and goes on with the next core. */
  close(): void {
    for (const abort of this.#running.values()) abort.abort(CLOSING)
  }

  async #run(id: string, signal: AbortSignal): Promise<void> {
    const { jobs } = this.#options
    const row = jobs.row(id)
    if (row.state === 'queued' || row.state === 'syncing') await this.#bring(row, signal)
    if (signal.aborted) throw signal.reason
    if (jobs.find(id)?.state === 'starting') await this.#start(jobs.row(id), signal)
  }

  async #bring(row: JobRow, signal: AbortSignal): Promise<void> {
    const { jobs, delivery } = this.#options
    const onProgress = (progress: SyncProgress) => jobs.setTransient(row.id, { progress })
    const scanned = row.isSynced && row.folder !== null ? await delivery.scan(row.folder, signal, onProgress) : null
    const placed = row.host === null || row.placement === null ? await this.#place(row, scanned) : row
    jobs.apply(row.id, { type: 'syncing' })
    await this.#withHost(placed, signal, async live => {
      await delivery.deliver(placed, scanned, live, signal, onProgress)
      // A copy on the host cannot be broken off: of one that nobody waits for any more nothing is to stay.
      if (!jobs.isUnfinished(row.id)) await live.agent.remove(row.id)
    })
    jobs.apply(row.id, { type: 'starting' })
  }

  async #place(row: JobRow, scanned: Scanned | null): Promise<JobRow> {
    const placement = await this.#options.delivery.place(row, scanned)
    this.#options.jobs.update(row.id, { host: placement.host, placement })
    return { ...row, host: placement.host, placement }
  }

  async #start(row: JobRow, signal: AbortSignal): Promise<void> {
    const { jobs, owner, delivery } = this.#options
    await this.#withHost(row, signal, async live => {
      // It is not to begin any more. An earlier try may have reached the host, so that is asked.
      if (!isToStart(jobs.find(row.id))) return await jobs.settle(row, live.agent)
      const { tmux } = live.agent.info
      const hasTerminal = row.hasTerminal && Boolean(tmux)
      if (row.hasTerminal && !hasTerminal) {
        const why = tmux === null ? 'is not installed' : 'does not answer'
        jobs.update(row.id, { hasTerminal, reason: `runs without a terminal: tmux ${why} on ${row.host}` })
      }
      const { script, workdir, process } = await delivery.prepare({ ...row, hasTerminal }, live)
      const job = await live.agent.start({
        id: row.id,
        owner,
        worker: row.host ?? '',
        folder: row.folder ?? '',
        command: 'line' in row.command ? row.command.line : row.command.argv.join(' '),
        script,
        workdir,
        terminal: hasTerminal ? { columns: row.columns ?? 80, rows: row.rows ?? 24 } : null,
        process,
      })
      jobs.told(job)
      // It was stopped, or its record removed, while the start was on its way.
      if (!isToStart(jobs.find(row.id))) await jobs.passOnStop(row.id, live.agent)
    })
    delivery.delivered(jobs.find(row.id) ?? row)
  }

  /** Does `work` on the job's host; when the host is lost meanwhile, waits for it and does it again. */
  async #withHost(row: JobRow, signal: AbortSignal, work: (live: Live) => Promise<void>): Promise<void> {
    const { log } = this.#options
    let lostAt: number | null = null
    for (;;) {
      try {
        const live = await this.#reach(row, signal)
        lostAt = null
        await work(live)
        return
      } catch (error) {
        const state = this.#options.jobs.find(row.id)?.state
        // A job that may have been started is never given up: only its host knows.
        const mayRun = state === 'starting' || state === 'stopping'
        if (signal.aborted || !isUnanswered(error, mayRun)) throw error
        if (state === undefined || state === 'ended') return
        if (lostAt === null) log('waiting for the host of a job', { job: row.id, host: row.host, error: error.message })
        lostAt ??= performance.now() // Nobody can set it, and a sleep does not count.
        if (!mayRun && performance.now() - lostAt > WAIT_FOR_HOST_MS) throw error
        await pause(RETRY_MS, signal)
      }
    }
  }

  /** A host that only a person can mend is waited for by whoever may have a job there, and is not asked again and again meanwhile. */
  async #reach(row: JobRow, signal: AbortSignal): Promise<Live> {
    const host = row.host ?? ''
    try {
      return await this.#link(host).ready()
    } catch (error) {
      const mayRun = row.state === 'starting' || row.state === 'stopping'
      if (!mayRun || !(error instanceof AppError) || !NEEDS_PERSON.has(error.code)) throw error
      while (this.#link(host).status.state === 'refused') await pause(RETRY_MS, signal)
      throw new AppError('HOST_UNREACHABLE', error.message, { cause: error })
    }
  }

  /** A host that is not in the config now, perhaps since that is being edited or broken, may come back like any that is away. */
  #link(host: string): HostLink {
    try {
      return this.#options.link(host)
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'NOT_FOUND') throw error
      throw new AppError('HOST_UNREACHABLE', `${host} is not among the hosts of the config`, { cause: error })
    }
  }

  #failed(id: string, error: unknown): void {
    const job = this.#options.jobs.find(id)
    if (!job || isFinal(job)) return
    const reason = error instanceof Error ? error.message : String(error)
    this.#options.log('a job failed before it ran', { job: id, error: reason })
    this.#options.jobs.apply(id, { type: 'failed', reason })
  }
}

/** Not once it was stopped, or its record removed. */
function isToStart(row: JobRow | undefined): boolean {
  return row !== undefined && row.stopRequestedAt === null
}

const CLOSING = new Error('the core is closing')

/** A start is sent again: it runs once. Whatever else was not answered in its long time is not begun anew. */
function isUnanswered(error: unknown, mayRun: boolean): error is AppError {
  return error instanceof AppError && (error.code === 'HOST_UNREACHABLE' || (mayRun && error.code === 'TIMEOUT'))
}

/** Leaves no listener behind: a host may be away for days. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal })
  } catch {
    throw signal.reason // Nothing else ends it.
  }
}
