/**
 * The job room: every job of this computer, what is known of it, and what may be asked of it. It owns the job table.
 * Getting a job onto its host is the runner's (job-runner.ts); what a host says is taken in here, by the state machine.
 */
import { type EventBody, type JobView, owedPulls, type PulledPattern } from '../../shared/domain.ts'
import { AppError } from '../../shared/errors.ts'
import { type ClockStep, movedBy } from '../clock.ts'
import type { Agent, AgentJob, AgentJobSample } from '../hosts/agent.ts'
import type { HostLink, Live } from '../hosts/host-link.ts'
import type { JobCursor, JobRow, JobTable, StopHow } from '../store/job-table.ts'
import type { OutputJobs } from './job-output.ts'
import { hasReachedHost, type JobNews, type JobStatus, nextStatus } from './job-state.ts'

export type JobsOptions = {
  table: JobTable
  link(hostName: string): HostLink
  emit(event: EventBody): void
  now(): number
  /** A job of ours has ended: called once for each, after it was stored. */
  ended(job: JobRow): void
  /** What a host says of a job, as it is to be taken: some of an app's end is known only here. */
  asTold?(row: JobRow, job: AgentJob): AgentJob
  /** For a job that its host has begun by itself: its row; null if it is none of ours. */
  adopt?(hostName: string, job: AgentJob): JobRow | null
}
/** What is known of a job only while the core runs. */
type Transient = Pick<JobView, 'progress' | 'memoryBytes' | 'pid'>

const NOTHING_KNOWN: Transient = { progress: null, memoryBytes: null, pid: null }
/** The whole seconds of a host's time, and of how far it is off. */
const SAME_MS = 3_000
/** For a job whose record is gone, or says only that it is to stop. */
const DEFAULT_STOP: StopHow = { signal: 'TERM', graceMs: 10_000 }

export class Jobs implements OutputJobs {
  readonly #options: JobsOptions
  readonly #transient = new Map<string, Transient>()
  /** Those that have not ended whose start is, as their host says too, when our clock as it is set now would have it. */
  readonly #confirmed = new Set<string>()
  readonly #waiters = new Map<string, Set<() => void>>()

  constructor(options: JobsOptions) {
    this.#options = options
  }

  add(row: JobRow): JobView {
    this.#options.table.insert(row)
    return this.#tell(row.id)
  }

  /** All of them or none; `stored` is called before anybody is told. @throws {AppError} as the table's insert does. */
  addAll(rows: readonly JobRow[], stored: () => void): void {
    this.#options.table.insert(...rows)
    stored()
    for (const { id } of rows) this.#tell(id)
  }

  /** @throws {AppError} `NOT_FOUND` */
  row(id: string): JobRow {
    const row = this.#options.table.get(id)
    if (!row) throw new AppError('NOT_FOUND', `No job ${id}`)
    return row
  }

  get(id: string): JobView {
    return this.#view(this.row(id))
  }

  findView(id: string): JobView | undefined {
    const row = this.#options.table.get(id)
    return row && this.#view(row)
  }

  find(id: string): JobRow | undefined {
    return this.#options.table.get(id)
  }

  /**
   * The one job whose id begins so.
   *
   * @throws {AppError} `NOT_FOUND`; `AMBIGUOUS` with the jobs it fits.
   */
  resolve(ref: string): JobView {
    const rows = this.#options.table.findByPrefix(ref)
    const [row, ...others] = rows
    if (!row) throw new AppError('NOT_FOUND', `No job whose id begins with "${ref}". List jobs with: drover ls`)
    if (others.length === 0) return this.#view(row)
    const jobs = rows.map(one => ({ id: one.id, command: one.command, host: one.host }))
    throw new AppError('AMBIGUOUS', `"${ref}" fits ${rows.length} jobs: ${rows.map(one => one.id.slice(0, 12)).join(', ')}`, {
      details: { jobs },
    })
  }

  /** Newest first; `ended`: of those that have ended only so many. */
  list(options: { limit: number; ended?: number | undefined }): JobView[] {
    return this.#options.table.list(options).map(row => this.#view(row))
  }

  /** Those that have ended, from after `before` in the list of all. */
  older(before: JobCursor, limit: number): JobView[] {
    return this.#options.table.listOlder(before, limit).map(row => this.#view(row))
  }

  /** Also when it is not on its host yet. */
  isUnfinished(id: string): boolean {
    return (this.find(id)?.state ?? 'ended') !== 'ended'
  }

  /** The host of one that has not ended; null for any other. */
  unfinishedOn(id: string): string | null {
    const row = this.find(id)
    return row && row.state !== 'ended' ? row.host : null
  }

  unfinishedApps(): JobRow[] {
    return this.#options.table.listUnfinishedApps()
  }

  unfinished(): JobRow[] {
    return this.#options.table.listUnfinished()
  }

  link(hostName: string): HostLink {
    return this.#options.link(hostName)
  }

  /** Plain facts that are not its state: where it was placed, its workdir. */
  update(id: string, patch: Partial<JobRow>): void {
    this.#options.table.update(id, patch)
    this.#tell(id)
  }

  setTransient(id: string, change: Partial<Transient>): void {
    this.#note(id, change)
    this.#tell(id)
  }

  /** Takes something that happened into the job's state, stores it, and only then tells of it. `pid`: if it is told with that. */
  apply(id: string, news: JobNews, pid = this.#known(id).pid): JobRow | undefined {
    const now = this.#options.now() // First: with it comes the news that the clock was set.
    const row = this.#options.table.get(id)
    if (!row) return undefined
    const next = nextStatus(row, news, now)
    const patch = difference(row, next)
    const isChanged = Object.keys(patch).length > 0
    const isPidNew = next.state !== 'ended' && pid !== this.#known(id).pid
    if (!isChanged && !isPidNew) return row
    if (isChanged) this.#options.table.update(id, patch)
    if (isPidNew) this.#note(id, { pid })
    if (next.state !== 'syncing') this.#dropProgress(id)
    if (next.state === 'ended') this.#forget(id)
    this.#tell(id)
    const after = { ...row, ...patch }
    if (next.state === 'ended') this.#options.ended(after)
    return after
  }

  /** Takes in what a host says of a job, if it is one of ours. */
  told(job: AgentJob): void {
    const before = this.#options.table.get(job.id)
    const meant = (before && this.#options.asTold?.(before, job)) ?? job
    const pid = before?.app?.way === 'waypipe' ? job.appPid : job.pid
    // The answer to a start may come after the news that it runs.
    const row = this.apply(job.id, { type: 'told', job: meant }, job.state === 'starting' ? this.#known(job.id).pid : pid)
    if (row && row.state !== 'ended' && isSame(row.startedAt, job.startedAt)) this.#confirmed.add(row.id)
    if (row && row.workdir !== job.workdir) this.#options.table.update(row.id, { workdir: job.workdir })
    // Its host counts the runs of a process, and may have begun anew.
    if (row?.process && job.process && row.process.run !== job.process.run) this.update(row.id, { process: job.process })
  }

  /** The same of what a host tells unasked: it knows of its own jobs only, and is not believed about those of another one. */
  toldBy(hostName: string, job: AgentJob): void {
    const row = this.find(job.id)
    if (row) {
      if (row.host === hostName) this.told(job)
      return
    }
    const adopted = this.#options.adopt?.(hostName, job)
    if (!adopted) return
    this.add(adopted)
    this.told(job)
  }

  /** The runs of a process, newest first. */
  runsOf(processId: string): JobRow[] {
    return this.#options.table.listRuns(processId)
  }

  newestRun(processId: string): JobRow | undefined {
    return this.#options.table.newestRun(processId)
  }

  /**
   * Our clock was set. A job that has not ended began as long ago as before: what was noted of it by the clock as it was goes along, or it
   * would seem to have run a day longer than it did. That is what this core noted, and what a host has confirmed to it; of anything else we
   * do not know by which clock it was. What has ended keeps its times: they go with each other. That a host's clock was set changes nothing
   * here: its times were made ours when they were told.
   */
  clockSet(step: ClockStep): void {
    for (const row of this.unfinished()) {
      const isConfirmed = this.#confirmed.has(row.id)
      const moved = (at: number) => (isConfirmed ? at + step.byMs : movedBy(step, at))
      const createdAt = moved(row.createdAt)
      const startedAt = row.startedAt && moved(row.startedAt)
      const unknownSince = row.unknownSince && movedBy(step, row.unknownSince)
      const isMoved = createdAt !== row.createdAt || startedAt !== row.startedAt || unknownSince !== row.unknownSince
      if (isMoved) this.update(row.id, { createdAt, startedAt, unknownSince })
    }
  }

  hostLost(hostName: string): void {
    for (const row of this.#options.table.listUnfinishedOn(hostName)) this.apply(row.id, { type: 'host-lost' })
  }

  /**
   * A host can be asked again: its list is compared with ours. Events may come meanwhile; both ways lead to the same state.
   * A job of ours that it does not know and that ran is lost; one that was asked to stop is asked again.
   */
  async reconcile(link: HostLink, live: Live): Promise<void> {
    const before = this.#options.table.listUnfinishedOn(link.name).filter(hasReachedHost)
    const known = new Map((await live.agent.list()).map(job => [job.id, job]))
    for (const row of before) await this.settle(row, live.agent, known.get(row.id))
    const born = [...known.values()].filter(job => job.process !== null && !this.find(job.id))
    for (const job of born.sort((one, other) => (one.process?.run ?? 0) - (other.process?.run ?? 0))) this.toldBy(link.name, job)
  }

  /** Takes in how one stands on its host, and has it stopped there where that is wanted. `known`: what its host has just said of it. */
  async settle({ id, startedAt }: Pick<JobRow, 'id' | 'startedAt'>, agent: Agent, known?: AgentJob): Promise<void> {
    const job = known ?? (await agent.stat(id))
    if (job) this.told(job)
    // Its start may have come after both questions, and have been told of before their answers: to be lost is final.
    else if (this.find(id)?.startedAt === startedAt) this.apply(id, { type: 'trace-gone' })
    this.apply(id, { type: 'host-asked' })
    // Also of one that has not begun: its start may have been cut off, and is not sent again.
    if ((job?.state === 'running' || job?.state === 'starting') && this.#isStopOwed(id, job)) await this.passOnStop(id, agent)
  }

  /** Notes a wish to stop a job, in place of an earlier one; its host is told by `passOnStop`. */
  requestStop(id: string, how: StopHow): void {
    if (this.row(id).state !== 'ended') this.#options.table.update(id, { pendingStop: how })
    this.apply(id, { type: 'stop-requested' })
  }

  /** Tells a job's host how it is to be stopped. What does not arrive stays noted. */
  async passOnStop(id: string, agent: Agent): Promise<void> {
    const how = this.find(id)?.pendingStop ?? DEFAULT_STOP
    const row = this.find(id)
    const process = row?.process ?? null
    if (process === null) this.told(await agent.stop(id, how))
    else {
      const { job } = await agent.stopProcess(process.id, { ...how, onlyJob: null })
      if (job) this.toldBy(row?.host ?? '', job)
      // A start that was cut off left a run that never became the newest one of its process.
      if (job?.id !== id && this.isUnfinished(id)) this.told(await agent.stop(id, how))
    }
    const noted = this.find(id)?.pendingStop
    // Another wish may have come meanwhile: that one is not told yet.
    if (noted?.signal === how.signal && noted.graceMs === how.graceMs) this.#options.table.update(id, { pendingStop: null })
  }

  /** Notes how a pull that was declared with the job has ended. Of a job that was removed meanwhile there is nothing to note. */
  pulled(id: string, result: PulledPattern): void {
    const row = this.find(id)
    if (row && owedPulls(row).includes(result.pattern)) this.update(id, { pullResults: [...row.pullResults, result] })
  }

  /** Of ours there, those whose results are still to be brought back. */
  owing(hostName: string): JobRow[] {
    return this.#options.table.listOwing(hostName)
  }

  sampled(hostName: string, samples: readonly AgentJobSample[]): void {
    for (const sample of samples) {
      const row = this.#options.table.get(sample.id)
      if (row?.host !== hostName || row.state === 'ended') continue
      const peakMemoryBytes = Math.max(row.peakMemoryBytes ?? 0, sample.memoryBytes)
      this.#options.table.update(row.id, { peakMemoryBytes, cpuMs: Math.max(row.cpuMs ?? 0, sample.cpuMs) })
      this.setTransient(row.id, { memoryBytes: sample.memoryBytes })
    }
  }

  remove(id: string): void {
    this.#options.table.remove(id)
    this.#forget(id)
    this.#options.emit({ type: 'job.removed', jobId: id })
    this.#wake(id)
  }

  /** Of ours there that have not ended, those on their way there among them. */
  countOn(hostName: string): number {
    return this.#options.table.countUnfinishedOn(hostName)
  }

  changed(id: string, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve()
    return new Promise(resolve => {
      const waiters = this.#waiters.get(id) ?? new Set()
      this.#waiters.set(id, waiters)
      const done = () => {
        waiters.delete(done)
        if (waiters.size === 0) this.#waiters.delete(id)
        signal.removeEventListener('abort', done)
        resolve()
      }
      waiters.add(done)
      signal.addEventListener('abort', done)
    })
  }

  #isStopOwed(id: string, job: AgentJob): boolean {
    const row = this.find(id)
    return row === undefined || row.pendingStop !== null || (row.stopRequestedAt !== null && !job.isStopped)
  }

  #known(id: string): Transient {
    return this.#transient.get(id) ?? NOTHING_KNOWN
  }

  #note(id: string, change: Partial<Transient>): void {
    this.#transient.set(id, { ...this.#known(id), ...change })
  }

  #forget(id: string): void {
    this.#transient.delete(id)
    this.#confirmed.delete(id)
  }

  #dropProgress(id: string): void {
    const transient = this.#transient.get(id)
    if (transient) transient.progress = null
  }

  #tell(id: string): JobView {
    const job = this.get(id)
    this.#options.emit({ type: 'job.changed', job })
    this.#wake(id)
    return job
  }

  #wake(id: string): void {
    for (const wake of [...(this.#waiters.get(id) ?? [])]) wake()
  }

  #view(row: JobRow): JobView {
    const {
      env: _env,
      needs: _needs,
      columns: _columns,
      rows: _rows,
      stopRequestedAt: _stop,
      pendingStop: _how,
      app: _app,
      ...shown
    } = row
    return { ...shown, ...this.#known(row.id), isForeign: false }
  }
}

function isSame(one: number | null, other: number | null): boolean {
  return one !== null && other !== null && Math.abs(one - other) < SAME_MS
}

/** What of `next` differs from `row`. */
function difference(row: JobStatus, next: JobStatus): Partial<JobStatus> {
  const keys = Object.keys(next) as (keyof JobStatus)[]
  return Object.fromEntries(keys.filter(key => row[key] !== next[key]).map(key => [key, next[key]]))
}
