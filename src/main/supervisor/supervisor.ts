/**
 * What follows from how processes stand: begins runs of those that nothing holds up, stops those that are to end, and takes in what hosts
 * tell. Whatever it decides follows from the book, so a core that comes after goes on where this one stood.
 */
import { randomUUID } from 'node:crypto'
import type { JobView } from '../../shared/domain.ts'
import { AppError } from '../../shared/errors.ts'
import type { BrokenBy } from '../../shared/process.ts'
import type { AgentEvent, AgentJob, KeptProcess, ProcessSpec } from '../hosts/agent.ts'
import type { HostLink, Live } from '../hosts/host-link.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { Log } from '../log.ts'
import type { JobRow, StopHow } from '../store/job-table.ts'
import type { ProcessPatch, ProcessRow } from '../store/project-table.ts'
import { startBarrier, stopBarrier } from './dependencies.ts'
import type { ProcessBook } from './process-book.ts'
import { hasEndedForGood, isAlive, isRestartDue, isToBegin, type ProcessNews } from './process-state.ts'
import { Stops } from './stops.ts'

export type SupervisorOptions = {
  book: ProcessBook
  jobs: Jobs
  runner: { run(id: string): void; cancel(id: string): void }
  /** Null for a host that is not in the config. */
  link(hostName: string): HostLink | null
  newRow(input: NewRun): JobRow
  log: Log
}
export type NewRun = {
  id: string
  line: string
  folder: string
  sync: boolean
  env: Record<string, string>
  hasTerminal: boolean
}

/** Of each process so many runs that have ended are kept. */
const KEPT_RUNS = 50

export class Supervisor {
  readonly #options: SupervisorOptions
  /** Projects of which something has changed since they were last looked at. */
  readonly #due = new Set<string>()
  readonly #stops: Stops
  #isClosed = false

  constructor(options: SupervisorOptions) {
    this.#options = options
    this.#stops = new Stops({ ...options, changed: projectId => this.changed(projectId) })
  }

  /** What a core before this one left: runs whose process had not been told of them, and states that nobody vouches for now. */
  open(): void {
    const { book, jobs } = this.#options
    for (const row of book.processes()) {
      const newest = jobs.newestRun(row.id)
      this.jobChanged(newest && jobs.get(newest.id))
      book.apply(row.id, { type: 'host-lost' })
      this.changed(row.projectId)
    }
  }

  start(rows: readonly ProcessRow[]): void {
    const { book } = this.#options
    book.together(() => {
      for (const { id } of rows) book.apply(id, { type: 'wanted' })
      // What waited in vain may get there now: the next look says.
      const projects = new Set(rows.map(({ projectId }) => projectId))
      for (const { id, projectId, isStuck, reason } of book.processes())
        if (isStuck && projects.has(projectId)) book.apply(id, { type: 'waits', reason, isStuck: false })
    })
  }

  /** At once from any state; those that others depend on end after these. */
  stop(rows: readonly ProcessRow[], graceMs?: number): void {
    const { book } = this.#options
    book.together(() => {
      for (const row of rows) {
        const stopOwed = this.#needsStop(row) ? stopHow(row, graceMs) : row.stopOwed
        book.apply(row.id, { type: 'unwanted' }, { stopOwed })
      }
    })
  }

  restart(rows: readonly ProcessRow[]): void {
    const { book } = this.#options
    book.together(() => {
      for (const row of rows) book.apply(row.id, { type: 'restart' }, this.#needsStop(row) ? { stopOwed: stopHow(row) } : {})
    })
  }

  /** A failure pattern was found. Only the very run that printed it is stopped. */
  breakBy(processId: string, by: BrokenBy): void {
    const row = this.#options.book.find(processId)
    if (!row || row.jobId !== by.jobId || !isAlive(row)) return
    this.#options.book.apply(processId, { type: 'broken', by }, { stopOwed: stopHow(row) })
  }

  /** To be called with every job that changes. */
  jobChanged(job: JobView | undefined): void {
    if (!job?.process) return
    const { book } = this.#options
    const { id, run } = job.process
    const before = book.find(id)
    const row = before && run > before.run ? book.apply(id, { type: 'run', jobId: job.id, run }) : before
    if (row?.jobId !== job.id) return
    const after = this.#apply(row, { type: 'job', job }, { host: job.host ?? row.host, run })
    // What is shown of it beside its state comes from the job.
    if (after === row) book.tell(row)
    if (job.state === 'ended') this.#forgetOldRuns(row.id)
  }

  /** With the end of all others, where its end is that: on the disk at once, so that the death of the core does not come between. */
  #apply(before: ProcessRow, news: ProcessNews, more?: ProcessPatch): ProcessRow | undefined {
    const { book } = this.#options
    let after: ProcessRow | undefined
    book.together(() => {
      after = book.apply(before.id, news, more)
      if (after?.definition.options.whenItEnds !== 'shutdown') return
      if (!hasEndedForGood(after) || hasEndedForGood(before)) return
      this.stop(book.rowsOf(after.projectId).filter(row => row.isWanted && !hasEndedForGood(row)))
    })
    return after
  }

  /**
   * A run that its host began by itself: the job for it, or null if it is none of ours, or one that was forgotten. Which one is told first
   * is not sure: what is happening now may come before the list of what was.
   */
  adopt(hostName: string, told: AgentJob): JobRow | null {
    const { book, jobs } = this.#options
    const row = told.process && book.find(told.process.id)
    if (!row || !told.process || row.host !== hostName || row.jobId === null) return null
    if (told.process.run <= row.run - KEPT_RUNS) return null
    const before = jobs.find(row.jobId)
    if (!before) return null
    // Runs stand in the order in which they were made, and hosts tell whole seconds.
    const isNext = told.process.run > row.run
    const createdAt = isNext ? Math.max(told.startedAt ?? 0, before.createdAt + 1) : before.createdAt - 1
    return { ...before, ...FRESH, id: told.id, createdAt, process: told.process }
  }

  /** A host is believed about what runs there alone. */
  hostTold(hostName: string, { processId, jobId, at, failures }: Exclude<AgentEvent, { type: 'job' }>): void {
    const { book } = this.#options
    if (book.find(processId)?.host === hostName) book.apply(processId, { type: 'restart-planned', jobId, at, failures })
  }

  /** Of what it runs again by itself nobody knows how it stands. */
  hostLost(hostName: string): void {
    const { book } = this.#options
    book.together(() => {
      for (const row of book.processes()) if (row.host === hostName) book.apply(row.id, { type: 'host-lost' })
    })
  }

  /** All jobs of the host are known again. */
  async hostBack(link: HostLink, live: Live): Promise<void> {
    const { book } = this.#options
    const kept = new Map((await live.agent.processes()).map(process => [process.id, process]))
    for (const row of book.processes()) if (row.host === link.name) this.#keptThere(row, kept.get(row.id))
  }

  /** What the host is told to keep running. */
  specOf(job: JobRow): ProcessSpec | null {
    const row = job.process && this.#options.book.find(job.process.id)
    if (!row) return null
    const { restart, backoff, logCapBytes } = row.definition.options
    return { id: row.id, restart, ...backoff, logCapBytes }
  }

  /** Something of the project has changed: it is looked at, once for all that changes now. */
  changed(projectId: string): void {
    if (this.#due.size === 0) setImmediate(() => this.#look())
    this.#due.add(projectId)
  }

  close(): void {
    this.#isClosed = true
  }

  #look(): void {
    const due = [...this.#due]
    this.#due.clear()
    if (this.#isClosed) return
    for (const projectId of due) {
      try {
        this.#step(projectId)
      } catch (error) {
        this.#options.log.warning('a project could not be gone on with', { project: projectId, error: String(error) })
      }
    }
  }

  #step(projectId: string): void {
    const { book } = this.#options
    const rows = book.rowsOf(projectId)
    const toBegin: ProcessRow[] = []
    book.together(() => {
      for (const row of rows) {
        if (row.stopOwed !== null) this.#endNow(row, rows)
        else if (isLeftOver(row)) this.stop([row])
        else if (row.isLeaving && !isAlive(row) && !isRestartDue(row)) this.#leave(row)
        else if (isToBegin(row)) {
          const barrier = startBarrier(row, rows)
          if (barrier === null) toBegin.push(row)
          else book.apply(row.id, { type: 'waits', ...barrier })
        }
      }
    })
    this.#begin(toBegin)
  }

  #endNow(row: ProcessRow, rows: readonly ProcessRow[]): void {
    const reason = row.isWanted ? null : stopBarrier(row, rows)
    if (row.state === 'stopping') this.#options.book.apply(row.id, { type: 'waits', reason, isStuck: false })
    if (reason === null) void this.#stops.pass(row)
  }

  /** There is something on its host that might run, now or later. */
  #needsStop(row: ProcessRow): boolean {
    const hasEnded = row.state === 'dead' || row.state === 'done'
    return isAlive(row) || isRestartDue(row) || (hasEnded && row.definition.options.restart !== 'never')
  }

  #begin(rows: readonly ProcessRow[]): void {
    const { book, jobs, runner } = this.#options
    const made = rows.flatMap(row => {
      const job = this.#jobOf(row)
      return job ? [{ row, job }] : []
    })
    // One that cannot be started may have ended all of them.
    const begun = made.filter(({ row }) => isToBegin(book.find(row.id) ?? row))
    if (begun.length === 0) return
    const noteRuns = () => {
      for (const { row, job } of begun) {
        const hostRestart = row.definition.options.restart
        book.apply(row.id, { type: 'run', jobId: job.id, run: row.run + 1 }, { host: job.host, hostRestart })
      }
    }
    try {
      // A run is stored before its process has it, and both before either is told.
      jobs.addAll(
        begun.map(({ job }) => job),
        () => book.together(noteRuns),
      )
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      const reason = error.message
      book.together(() => {
        for (const { row } of begun) book.apply(row.id, { type: 'waits', reason, isStuck: true })
      })
      return
    }
    for (const { job } of begun) runner.run(job.id)
  }

  /** A run of it, not begun yet; null if it cannot be. */
  #jobOf(row: ProcessRow): JobRow | null {
    const { book, link, newRow } = this.#options
    const project = book.project(row.projectId)
    const { definition } = row
    const host = project.host ?? definition.options.host
    if (host !== 'auto' && link(host) === null) {
      const reason = `there is no host ${host}. Add it with: drover host add, or name another in drover.yaml`
      this.#apply(row, { type: 'cannot-start', reason })
      return null
    }
    const job = newRow({
      id: randomUUID(),
      line: definition.command,
      folder: project.folder,
      sync: host !== 'local',
      env: { ...definition.environment, ...project.env },
      hasTerminal: definition.options.hasTerminal,
    })
    const placed = host === 'auto' ? {} : { host, placement: { host, reason: 'asked for', score: 0, candidates: [] } }
    return { ...job, ...placed, kind: 'process', process: { id: row.id, run: row.run + 1 } }
  }

  #keptThere(row: ProcessRow, kept: KeptProcess | undefined): void {
    const { book } = this.#options
    if (kept && kept.nextAt !== null)
      book.apply(row.id, { type: 'restart-planned', jobId: kept.jobId, at: kept.nextAt, failures: kept.failures })
    else if (!kept || kept.isStopped) this.#apply(row, { type: 'not-kept' })
    book.apply(row.id, { type: 'host-asked' })
    this.changed(row.projectId)
  }

  #leave(row: ProcessRow): void {
    const { book, link, log } = this.#options
    book.removeProcess(row)
    const live = row.host === null ? null : link(row.host)?.live
    // What stays there is of no account: its host runs nothing of it, and gc finds it.
    live?.agent.removeProcess(row.id).catch(error => log.info('a process stays on its host', { error: String(error) }))
  }

  #forgetOldRuns(processId: string): void {
    const { jobs } = this.#options
    for (const { id } of jobs.runsOf(processId).slice(KEPT_RUNS)) jobs.remove(id)
  }
}

/** What a run begins with, whatever the one before it came to. */
const FRESH = {
  state: 'starting',
  outcome: null,
  exitCode: null,
  signal: null,
  reason: null,
  unknownSince: null,
  startedAt: null,
  endedAt: null,
  logBytes: null,
  peakMemoryBytes: null,
  cpuMs: null,
  stopRequestedAt: null,
  pendingStop: null,
} as const satisfies Partial<JobRow>

function stopHow({ definition }: ProcessRow, graceMs?: number): StopHow {
  return { signal: definition.options.stopSignal, graceMs: graceMs ?? definition.options.stopGraceMs }
}

/** Its host has begun a run of it before it heard that it is to end. */
function isLeftOver({ isWanted, state, brokenBy }: ProcessRow): boolean {
  return !isWanted && state !== 'stopping' && isAlive({ state }) && brokenBy === null
}
