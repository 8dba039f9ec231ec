/** How busy hosts and jobs were, as charts want it; and what runs on a host now. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type {
  HostSeries,
  HostTop,
  JobMark,
  JobSeries,
  Methods,
  MetricsMarks,
  MetricsSeries,
  SpikeMark,
} from '../../shared/contract.ts'
import { commandText } from '../../shared/format.ts'
import type { Hosts } from '../hosts/hosts.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { HostTops } from '../metrics/host-top.ts'
import type { JobTimes } from '../store/job-times.ts'
import { chartGrid, floorTo, type Grid, RAW } from '../store/metric-levels.ts'
import type { MetricColumns } from '../store/metric-series.ts'
import type { MetricHost, MetricSpike } from '../store/metric-table.ts'
import type { Store } from '../store/store.ts'

export type MetricsMethodsOptions = {
  hosts: Pick<Hosts, 'get' | 'has'>
  jobs: Pick<Jobs, 'resolve'>
  store: Pick<Store, 'metrics' | 'jobMetrics' | 'jobTimes'>
  tops: HostTops
  now(): number
}
type MetricsMethod = Extract<keyof Methods, `metrics.${string}`> | 'host.top'

/** Of all machines of a series together: each has sixteen figures. A chart draws a fiftieth of it, and whoever may look may ask. */
const MAX_SERIES_POINTS = 250_000
/** A chart with more marks shows none of them. */
const MAX_MARKS = 2_000
const MAX_SPIKES = 200
const MARK_CHARACTERS = 200

export function metricsMethods(options: MetricsMethodsOptions): Pick<Methods, MetricsMethod> {
  const { hosts, jobs, store, tops, now } = options
  // However many ask, one series at a time is in memory.
  const inLine = oneAtATime()
  return {
    'metrics.series': async ({ hosts: names, from, to, points }) =>
      await inLine(async () => {
        const machines = store.metrics.hosts().filter(({ name }) => names === null || names.includes(name))
        const most = Math.max(1, Math.floor(MAX_SERIES_POINTS / Math.max(1, machines.length)))
        const grid = chartGrid({ from, to, points: Math.min(points, most), now: now() })
        return { stepMs: grid.stepMs, at: timesOf(grid), hosts: await readHosts(options, grid, machines) } satisfies MetricsSeries
      }),
    'metrics.marks': async range => readMarks(store, range),
    'metrics.job': async ({ job, points }) => await inLine(() => jobSeries(store, jobs.resolve(job).id, points)),
    'host.top': async ({ name }) => tops.of(hosts.get(name)),
  }
}

async function readHosts(
  { hosts, store }: MetricsMethodsOptions,
  grid: Grid,
  machines: readonly MetricHost[],
): Promise<HostSeries[]> {
  const ids = machines.map(({ id }) => id)
  const columns = await inTurns(store.metrics.series(ids, grid))
  return machines.flatMap(({ id, name, connection }) => {
    const known = columns.get(id)
    const isPresent = hosts.has(name) && hosts.get(name).connection === connection
    return known ? [{ name, connection, isPresent, ...chartColumns(known) }] : []
  })
}

function oneAtATime(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let last: Promise<void> = Promise.resolve()
  return work => {
    const done = last.then(work)
    last = done.then(
      () => undefined,
      () => undefined, // Whoever asked was told.
    )
    return done
  }
}

/** Hundreds of hosts take their time; the core has other things to do meanwhile. */
async function inTurns<Result>(work: Generator<void, Result>): Promise<Result> {
  for (;;) {
    const step = work.next()
    if (step.done) return step.value
    await nextTurn()
  }
}

function chartColumns({ loadHundredths, ...columns }: MetricColumns): Omit<HostSeries, 'name' | 'connection' | 'isPresent'> {
  return { ...columns, load1: loadHundredths.map(load => (load === null ? null : load / 100)) }
}

function timesOf({ firstAt, stepMs, count }: Grid): number[] {
  return Array.from({ length: count }, (_, index) => firstAt + index * stepMs)
}

function readMarks({ jobTimes, metrics }: MetricsMethodsOptions['store'], range: { from: number; to: number }): MetricsMarks {
  const started = jobTimes.started(range, MAX_MARKS)
  const ended = jobTimes.ended(range, MAX_MARKS)
  const marks = [
    ...started.flatMap(row => markOf(row, 'start')),
    ...ended.flatMap(row => markOf(row, isFailure(row) ? 'failure' : 'end')),
  ]
  const spikes = metrics.spikes(range, MAX_SPIKES)
  return {
    jobs: marks.sort((one, other) => other.at - one.at).slice(0, MAX_MARKS),
    spikes: spikes.map(spikeMark),
    isCut:
      marks.length > MAX_MARKS || [started, ended].some(({ length }) => length === MAX_MARKS) || spikes.length === MAX_SPIKES,
  }
}

function markOf({ id, host, command, startedAt, endedAt }: JobTimes, kind: JobMark['kind']): JobMark[] {
  const at = kind === 'start' ? startedAt : endedAt
  const text = commandText(command)
  return at === null
    ? []
    : [{ at, kind, jobId: id, host, command: text.length > MARK_CHARACTERS ? `${text.slice(0, MARK_CHARACTERS)}…` : text }]
}

function isFailure({ outcome, exitCode }: JobTimes): boolean {
  return outcome !== 'stopped' && outcome !== 'cancelled' && !(outcome === 'exited' && exitCode === 0)
}

function spikeMark({ name, at, reached, processes }: MetricSpike): SpikeMark {
  const { byCpu, byMemory } = processes as Omit<HostTop, 'at'> // As recorder.ts gave it to the store.
  return { host: name, at, limit: reached === 'memory' ? 'memory' : 'cpu', byCpu, byMemory }
}

async function jobSeries({ jobMetrics }: MetricsMethodsOptions['store'], jobId: string, points: number): Promise<JobSeries> {
  const empty = { cpuPermille: [], cpuMaxPermille: [], memoryKib: [], memoryMaxKib: [] }
  const span = jobMetrics.span(jobId)
  if (!span) return { jobId, stepMs: RAW.stepMs, at: [], ...empty }
  const firstAt = floorTo(span.from, RAW.stepMs)
  const stepMs = Math.ceil((span.to + 1 - firstAt) / points / RAW.stepMs) * RAW.stepMs
  const count = Math.floor((span.to - firstAt) / stepMs) + 1
  const column = () => new Array<number | null>(count).fill(null)
  const columns = { cpuPermille: column(), cpuMaxPermille: column(), memoryKib: column(), memoryMaxKib: column() }
  for (const { index, ...figures } of await inTurns(jobMetrics.points(jobId, { firstAt, stepMs, count }))) {
    for (const name of ['cpuPermille', 'cpuMaxPermille', 'memoryKib', 'memoryMaxKib'] as const)
      columns[name][index] = figures[name]
  }
  return { jobId, stepMs, at: timesOf({ level: RAW, firstAt, stepMs, count }), ...columns }
}
