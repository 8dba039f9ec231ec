/** How busy hosts and jobs were: series for charts, marks upon them, and what runs on a host right now. */
import { z } from 'zod'
import { HostName, JobRef, output, viewer } from './fields.ts'

/** More than a wide chart has pixels. */
export const MAX_POINTS = 2_000

/** A column of a series: a number for each entry of `at`; null where nothing was measured. */
export type Column = (number | null)[]

/**
 * What was measured of one host, each column as long as the series' `at`. A name that stood for one machine and later for another gives
 * two of these, told apart by `connection`.
 */
export type HostSeries = {
  name: string
  connection: string
  /** False for one that is not among the hosts any more. */
  isPresent: boolean
  /** The lowest, the mean and the highest within each point. */
  cpuMinPermille: Column
  cpuPermille: Column
  cpuMaxPermille: Column
  ioWaitPermille: Column
  load1: Column
  memoryTotalKib: Column
  memoryAvailableKib: Column
  /** Share of time in which something waited for it (PSI, some avg10); all null where the kernel does not tell. */
  cpuPressurePermille: Column
  memoryPressurePermille: Column
  ioPressurePermille: Column
  /** All interfaces but loopback. */
  networkInBytesPerS: Column
  networkOutBytesPerS: Column
  /** All whole disks. */
  diskReadBytesPerS: Column
  diskWriteBytesPerS: Column
  /** Of the disk on which ~/.drover is. */
  diskTotalKib: Column
  diskFreeKib: Column
}

export type MetricsSeries = {
  /** From one point to the next. */
  stepMs: number
  /** When each point begins; even steps, oldest first, gaps among them. */
  at: number[]
  hosts: HostSeries[]
}

/** One of a host's processes. `cpuRatio` is of one core: 2 is two cores busy. `command` is its short name, cut by the kernel. */
export type TopProcess = { pid: number; user: string; command: string; cpuRatio: number; memoryBytes: number }
/** The five busiest and the five largest processes of a host. */
export type HostTop = { at: number; byCpu: TopProcess[]; byMemory: TopProcess[] }

export type JobMark = {
  at: number
  /** `failure` is an end that was none of: exit 0, stopped, cancelled. */
  kind: 'start' | 'end' | 'failure'
  jobId: string
  /** Null for one that failed before it was placed. */
  host: string | null
  /** As people read it, cut. */
  command: string
}
/** A host that stood at its limit, and what ran on it then. */
export type SpikeMark = HostTop & { host: string; limit: 'cpu' | 'memory' }

export type MetricsMarks = {
  /** Newest first. */
  jobs: JobMark[]
  spikes: SpikeMark[]
  /** True where the range has more than are told: the oldest are missing. */
  isCut: boolean
}

/** The whole process tree of a job, only while it ran. `cpuPermille` is of one core: 2000 is two cores busy. */
export type JobSeries = {
  jobId: string
  stepMs: number
  at: number[]
  cpuPermille: Column
  cpuMaxPermille: Column
  memoryKib: Column
  memoryMaxKib: Column
}

const At = z.int().min(0).max(8_640_000_000_000_000)
const range = { from: At, to: At }
const isRange = ({ from, to }: { from: number; to: number }) => from < to
const NO_RANGE = { message: 'from must be before to', path: ['from'] }

export const metricsMethods = {
  /** `hosts`: their names; null for all that have anything in this time. At most `points` points, evenly spaced. */
  'metrics.series': {
    allow: viewer,
    input: z
      .strictObject({
        hosts: z.array(HostName).max(1_000).nullable().default(null),
        ...range,
        points: z.int().min(1).max(MAX_POINTS).default(500),
      })
      .refine(isRange, NO_RANGE),
    output: output<MetricsSeries>(),
  },
  /** What a chart of that time is marked with. */
  'metrics.marks': { allow: viewer, input: z.strictObject(range).refine(isRange, NO_RANGE), output: output<MetricsMarks>() },
  'metrics.job': {
    allow: viewer,
    input: z.strictObject({ job: JobRef, points: z.int().min(1).max(MAX_POINTS).default(500) }),
    output: output<JobSeries>(),
  },
  /** Asks the host now, which takes it a second. @throws `HOST_UNREACHABLE`, or why else it cannot be asked. */
  'host.top': { allow: viewer, input: z.strictObject({ name: HostName }), output: output<HostTop>() },
} as const
