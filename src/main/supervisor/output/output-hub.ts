/**
 * The output of runs, wherever they run, for those who show it, search it or wait for a line of it. All of a host's logs come one way,
 * however many are followed and by whomever. Nothing here ever holds up a process: its output is a file, and is read from that.
 */
import type { JobView } from '../../../shared/domain.ts'
import { AppError } from '../../../shared/errors.ts'
import type { Live } from '../../hosts/host-link.ts'
import type { OutputJobs } from '../../jobs/job-output.ts'
import { AgentLogs } from './agent-logs.ts'
import type { HostLogs, LogPart } from './host-logs.ts'
import { LocalLogs } from './local-logs.ts'
import type { TimeMark } from './log-times.ts'
import { type ReaderOptions, RunReader } from './run-reader.ts'

export type HubOptions = { jobs: OutputJobs }
export class OutputHub {
  readonly #jobs: OutputJobs
  /** Of each host, as it is connected now. */
  readonly #logs = new Map<string, { live: Live; logs: HostLogs }>()

  constructor({ jobs }: HubOptions) {
    this.#jobs = jobs
  }

  /** What a run has printed, from a byte on, and then what it prints, up to its end. */
  reader(jobId: string, options: ReaderOptions): RunReader {
    return new RunReader({ hub: this, jobs: this.#jobs, jobId }, options)
  }

  /** Null for one that was removed. */
  job(jobId: string): JobView | null {
    try {
      return this.#jobs.get(jobId)
    } catch (error) {
      if (error instanceof AppError && error.code === 'NOT_FOUND') return null
      throw error
    }
  }

  /** How much a run has printed. @throws {AppError} `HOST_UNREACHABLE`, `NOT_FOUND`. */
  async size(jobId: string): Promise<number> {
    return (await this.read(jobId, 0, 0)).logBytes
  }

  /** @throws {AppError} `HOST_UNREACHABLE`, `NOT_FOUND`. */
  async read(jobId: string, fromByte: number, most: number): Promise<LogPart> {
    return this.logsOf(this.#jobs.get(jobId)).read(jobId, fromByte, most)
  }

  /** @throws {AppError} `HOST_UNREACHABLE` */
  async times(jobId: string): Promise<TimeMark[]> {
    return this.logsOf(this.#jobs.get(jobId)).times(jobId)
  }

  /** @throws {AppError} `HOST_UNREACHABLE` while its host is away; `NOT_FOUND` for one that never had a host. */
  logsOf(job: JobView): HostLogs {
    if (job.host === null) throw new AppError('NOT_FOUND', `Job ${job.id.slice(0, 8)} never ran`)
    const link = this.#jobs.link(job.host)
    const { live } = link
    const known = this.#logs.get(job.host)
    if (known && known.live === live) return known.logs
    known?.logs.close()
    this.#logs.delete(job.host)
    if (!live) throw link.status.error ?? new AppError('HOST_UNREACHABLE', `${job.host} is not connected`)
    const logs = makeLogs(live)
    this.#logs.set(job.host, { live, logs })
    return logs
  }

  close(): void {
    for (const { logs } of this.#logs.values()) logs.close()
    this.#logs.clear()
  }
}

function makeLogs(live: Live): HostLogs {
  return live.transport.kind === 'local' ? new LocalLogs(live.agent.info.root) : new AgentLogs(live)
}
