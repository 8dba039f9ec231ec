/** Tells hosts which of their processes are to stop, and how. What does not arrive stays owed, in the process's row, and is told later. */
import { AppError } from '../../shared/errors.ts'
import type { HostLink } from '../hosts/host-link.ts'
import { hasReachedHost } from '../jobs/job-state.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { Log } from '../log.ts'
import type { StopHow } from '../store/job-table.ts'
import type { ProcessRow } from '../store/project-table.ts'
import type { ProcessBook } from './process-book.ts'

export type StopsOptions = {
  book: ProcessBook
  jobs: Jobs
  runner: { cancel(id: string): void }
  /** Null for a host that is not in the config. */
  link(hostName: string): HostLink | null
  /** A stop may still be owed to a project's processes. */
  changed(projectId: string): void
  log: Log
}

/** A host that answers and could not do it, as with a full disk, is asked again after so long. */
const RETRY_MS = 5_000

export class Stops {
  readonly #options: StopsOptions
  readonly #passing = new Set<string>()

  constructor(options: StopsOptions) {
    this.#options = options
  }

  /** Tells the host of the stop that is owed. Does nothing while that is under way. */
  async pass(row: ProcessRow): Promise<void> {
    const { book, link, changed, log } = this.#options
    if (row.stopOwed === null || this.#passing.has(row.id)) return
    this.#passing.add(row.id)
    try {
      if (await this.#tell(row, row.stopOwed)) this.#told(row)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      if (error.code === 'NOT_FOUND') this.#told(row)
      else {
        log.info('a stop is owed to a host', { process: row.id, host: row.host, error: error.message })
        if (link(row.host ?? '')?.live) setTimeout(() => changed(row.projectId), RETRY_MS).unref()
      }
    } finally {
      this.#passing.delete(row.id)
    }
    const now = book.find(row.id)
    // Another wish may have come meanwhile: that one is not told yet.
    if (now && now.stopOwed !== null && isOther(now, row)) changed(row.projectId)
  }

  /** True when nothing of it is owed any more. */
  async #tell(row: ProcessRow, how: StopHow): Promise<boolean> {
    const { jobs, runner, link, book } = this.#options
    const job = row.jobId === null ? undefined : jobs.find(row.jobId)
    if (job !== undefined && job.state !== 'ended') {
      jobs.requestStop(job.id, how)
      if (!hasReachedHost(job)) {
        runner.cancel(job.id)
        return true
      }
    }
    const host = job?.host ?? row.host
    if (host === null) return true
    const live = link(host)?.live
    if (!live) {
      if (row.state === 'waiting')
        book.apply(row.id, { type: 'waits', reason: `waits for ${host}, which cannot be asked`, isStuck: false })
      return false
    }
    const onlyJob = onlyJobOf(row)
    const { job: newest, isStopped } = await live.agent.stopProcess(row.id, { ...how, onlyJob })
    if (newest) jobs.toldBy(host, newest)
    const now = book.find(row.id)
    if (!isStopped && onlyJob !== null && now && onlyJobOf(now) === onlyJob) {
      book.apply(row.id, { type: 'not-broken' }, { stopOwed: null })
      return false
    }
    return true
  }

  #told(row: ProcessRow): void {
    const { book, jobs } = this.#options
    const now = book.find(row.id)
    if (!now) return
    if (now.jobId !== null && jobs.find(now.jobId)?.pendingStop) jobs.update(now.jobId, { pendingStop: null })
    if (!isOther(now, row)) book.patch(row.id, { stopOwed: null })
  }
}

/** Of one that a pattern stops, only the very run that printed it. */
function onlyJobOf({ brokenBy, isWanted }: ProcessRow): string | null {
  return brokenBy !== null && !isWanted ? brokenBy.jobId : null
}

function isOther(one: ProcessRow, other: ProcessRow): boolean {
  return (
    one.stopOwed?.signal !== other.stopOwed?.signal ||
    one.stopOwed?.graceMs !== other.stopOwed?.graceMs ||
    onlyJobOf(one) !== onlyJobOf(other)
  )
}
