/**
 * Writes down how busy hosts and jobs are: what the links say every 2 s becomes a row each ten seconds; older rows are rolled up and
 * forgotten. It owns the time at which that is done, in slices short enough that nobody waits for them.
 *
 * Samples are of use and no more: what a full disk has no room for is lost, and said once.
 */
import type { HostTop } from '../../shared/contract.ts'
import type { HostSample } from '../../shared/domain.ts'
import { AppError } from '../../shared/errors.ts'
import { type Clock, steadyClock } from '../clock.ts'
import type { AgentJobSample } from '../hosts/agent.ts'
import type { HostLink } from '../hosts/host-link.ts'
import type { Log } from '../log.ts'
import type { JobMetric } from '../store/job-metric-table.ts'
import { floorTo, RAW } from '../store/metric-levels.ts'
import type { MetricRow } from '../store/metric-measures.ts'
import type { Store } from '../store/store.ts'
import { LimitWatch } from './limit-watch.ts'
import { sampleMean, whole } from './sample-mean.ts'

export type RecorderOptions = {
  store: Pick<Store, 'metrics' | 'jobMetrics'>
  clock: Clock
  /** One that nobody can set. */
  steady?: Clock
  top(link: HostLink): Promise<HostTop>
  /** Where a job of ours runs that has not ended; null for any other. */
  hostOf(jobId: string): string | null
  /** False while nothing is to be thrown away for its age: see CoreClock. */
  mayForget(): boolean
  log: Log
}

type Machine = Pick<HostLink, 'name' | 'connection'>
type Pending = Machine & { at: number; samples: HostSample[] }
type Reading = { at: number; cpuMs: number; steadyMs: number }

/** Between two slices of what is left to do: others have their turn. */
const SLICE_PAUSE_MS = 20
/** More slices than this wait for the next ten seconds. */
const SLICES = 200

export class MetricRecorder {
  readonly #options: RecorderOptions
  readonly #steady: Clock
  readonly #limits: LimitWatch
  readonly #pending = new Map<string, Pending>()
  readonly #readings = new Map<string, Reading>()
  #complete: Pending[] = []
  #ticker: NodeJS.Timeout | undefined
  #slice: NodeJS.Timeout | undefined
  #isFull = false

  constructor(options: RecorderOptions) {
    this.#options = options
    this.#steady = options.steady ?? steadyClock
    this.#limits = new LimitWatch(this.#steady)
  }

  start(): void {
    this.#ticker = setInterval(() => this.tick(), RAW.stepMs).unref()
    this.tick()
  }

  sampled(link: HostLink, sample: HostSample): void {
    const { name, connection } = link
    const at = floorTo(sample.at, RAW.stepMs)
    const pending = this.#pending.get(name)
    if (pending?.at === at && pending.connection === connection) pending.samples.push(sample)
    else {
      if (pending) this.#complete.push(pending)
      this.#pending.set(name, { name, connection, at, samples: [sample] })
    }
    const limit = this.#limits.see(name, sample)
    if (limit) void this.#noteSpike(link, limit)
  }

  /** A host's answer holds all that run there; those of others, and what it says of jobs elsewhere, are not ours to keep. */
  jobsSampled({ name }: Pick<HostLink, 'name'>, samples: readonly AgentJobSample[]): void {
    const at = floorTo(this.#options.clock.now(), RAW.stepMs)
    const rows = samples.filter(({ id }) => this.#options.hostOf(id) === name).flatMap(sample => this.#jobRows(sample, at))
    this.#keep(() => this.#options.store.jobMetrics.append(rows))
  }

  /** Our clock was set: what waits to be written is as old as it was. */
  clockSet(byMs: number): void {
    for (const pending of [...this.#pending.values(), ...this.#complete]) pending.at = floorTo(pending.at + byMs, RAW.stepMs)
  }

  forget(host: string): void {
    this.#limits.forget(host)
  }

  /** Writes what is complete, and does what is due. */
  tick(): void {
    const current = floorTo(this.#options.clock.now(), RAW.stepMs)
    for (const [name, pending] of this.#pending) {
      if (pending.at === current) continue
      this.#complete.push(pending)
      this.#pending.delete(name)
    }
    this.#write()
    for (const jobId of this.#readings.keys()) if (this.#options.hostOf(jobId) === null) this.#readings.delete(jobId)
    clearTimeout(this.#slice)
    this.#nextSlice(SLICES)
  }

  /** The last chance: ten seconds that are not over are written as well. */
  close(): void {
    clearInterval(this.#ticker)
    clearTimeout(this.#slice)
    this.#complete.push(...this.#pending.values())
    this.#pending.clear()
    this.#write()
  }

  #write(): void {
    const rows: MetricRow[] = this.#complete.map(({ samples, ...row }) => ({ ...row, values: sampleMean(samples) }))
    this.#complete = []
    this.#keep(() => this.#options.store.metrics.append(rows))
  }

  #nextSlice(left: number): void {
    const { store, clock, mayForget } = this.#options
    const now = clock.now()
    let isMore = false
    const isKept = this.#keep(() => {
      isMore = store.metrics.rollUp(now)
      // Never before it is rolled up: a core that was away for long has yet to.
      if (!isMore && mayForget()) isMore = store.metrics.prune(now) || store.jobMetrics.prune(now)
    })
    if (isKept && isMore && left > 1) this.#slice = setTimeout(() => this.#nextSlice(left - 1), SLICE_PAUSE_MS).unref()
  }

  /** Readings come somewhat more than ten seconds apart: one before which ten seconds were passed over stands for those as well. */
  #jobRows({ id, cpuMs, memoryBytes }: AgentJobSample, at: number): JobMetric[] {
    const before = this.#readings.get(id)
    const steadyMs = this.#steady.now()
    this.#readings.set(id, { at, cpuMs, steadyMs })
    const sinceMs = before ? steadyMs - before.steadyMs : 0
    // What went back was counted anew, as by an agent that knows nothing of the one before.
    const isCounted = before !== undefined && sinceMs > 0 && cpuMs >= before.cpuMs
    const cpuPermille = isCounted ? whole(((cpuMs - before.cpuMs) / sinceMs) * 1000) : null
    const row = { jobId: id, at, cpuPermille, memoryKib: whole(memoryBytes / 1024) }
    const isPassedOver = before?.at === at - 2 * RAW.stepMs && sinceMs < 2 * RAW.stepMs
    return isPassedOver ? [{ ...row, at: at - RAW.stepMs }, row] : [row]
  }

  async #noteSpike(link: HostLink, reached: string): Promise<void> {
    const { store, top, log } = this.#options
    try {
      const { at, ...processes } = await top(link)
      const { name, connection } = link
      this.#keep(() => store.metrics.addSpike({ name, connection, at, reached, processes }))
    } catch (error) {
      // As busy as it is it may not answer; the next minute it is asked again.
      log.debug('a host at its limit did not say what runs there', { host: link.name, error: String(error) })
    }
  }

  /** False where it could not be done. Whatever that was, it is not worth the core, nor the link that told of it. */
  #keep(write: () => void): boolean {
    const { log } = this.#options
    try {
      write()
      this.#isFull = false
      return true
    } catch (error) {
      const isFull = error instanceof AppError && error.code === 'DISK_FULL'
      if (!isFull)
        log.error('a mistake of ours', {
          during: 'metrics',
          error: error instanceof Error ? (error.stack ?? error.message) : String(error),
        })
      else if (!this.#isFull)
        log.warning('no room to keep how busy hosts are: it is lost until there is', { error: error.message })
      this.#isFull = isFull
      return false
    }
  }
}
