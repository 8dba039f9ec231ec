/**
 * What is known of hosts and running jobs at this moment as Prometheus reads it (text format 0.0.4). Pure: its facts come from the core.
 * Names, and what they mean, are a promise to whoever has made a rule of them: see docs/metrics.md.
 */
import type { HostSample } from '../../shared/domain.ts'

export type PrometheusFacts = {
  version: string
  startedAt: number
  hosts: { name: string; isConnected: boolean; cpus: number | null; runningJobs: number; sample: HostSample | null }[]
  /** Those that have not ended. */
  jobs: { id: string; host: string | null; kind: string; state: string; cpuMs: number | null; memoryBytes: number | null }[]
}

export const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

type Labels = Readonly<Record<string, string>>
type Family = { name: string; type: 'gauge' | 'counter'; help: string; values: [Labels, number | null][] }
type HostFigure = Exclude<keyof HostSample, 'at'>

/** A family for each figure of a sample that has one name and no further label. */
const HOST_FIGURES: readonly [HostFigure, name: string, help: string][] = [
  ['cpuRatio', 'cpu_busy_ratio', 'Share of CPU time that was busy since the sample before, over all cores.'],
  ['ioWaitRatio', 'cpu_iowait_ratio', 'Share of CPU time that was idle and waited for I/O.'],
  ['load1', 'load1', 'Load average of the last minute.'],
  ['memoryTotalBytes', 'memory_size_bytes', 'Memory of the host.'],
  ['memoryAvailableBytes', 'memory_available_bytes', 'Memory that could be had without swapping.'],
  ['diskTotalBytes', 'disk_size_bytes', 'Size of the disk on which Drover keeps its files.'],
  ['diskFreeBytes', 'disk_free_bytes', 'Free space of the disk on which Drover keeps its files.'],
]
/** A family for several figures, told apart by a label. */
const HOST_GROUPS: readonly { name: string; help: string; label: string; figures: readonly [string, HostFigure][] }[] = [
  {
    name: 'pressure_ratio',
    help: 'Share of the last ten seconds in which something waited for it.',
    label: 'resource',
    figures: [
      ['cpu', 'cpuPressureRatio'],
      ['memory', 'memoryPressureRatio'],
      ['io', 'ioPressureRatio'],
    ],
  },
  {
    name: 'network_bytes_per_second',
    help: 'What went through the network cards since the sample before.',
    label: 'direction',
    figures: [
      ['in', 'networkInBytesPerS'],
      ['out', 'networkOutBytesPerS'],
    ],
  },
  {
    name: 'disk_bytes_per_second',
    help: 'What went through the disks since the sample before.',
    label: 'direction',
    figures: [
      ['read', 'diskReadBytesPerS'],
      ['write', 'diskWriteBytesPerS'],
    ],
  },
]

export function prometheusText(facts: PrometheusFacts): string {
  return [...coreFamilies(facts), ...hostFamilies(facts), ...jobFamilies(facts)].map(familyText).join('')
}

function coreFamilies({ version, startedAt }: PrometheusFacts): Family[] {
  return [
    { name: 'drover_build_info', type: 'gauge', help: 'Always 1; the version of the core.', values: [[{ version }, 1]] },
    {
      name: 'drover_core_start_time_seconds',
      type: 'gauge',
      help: 'When the core began, in seconds since 1970.',
      values: [[{}, startedAt / 1000]],
    },
  ]
}

function hostFamilies({ hosts }: PrometheusFacts): Family[] {
  const gauge = (name: string, help: string, valuesOf: (host: PrometheusFacts['hosts'][number]) => Family['values']): Family => ({
    name: `drover_host_${name}`,
    type: 'gauge',
    help,
    values: hosts.flatMap(valuesOf),
  })
  const labels = ({ name: host }: { name: string }) => ({ host })
  return [
    gauge('up', '1 for a host that is connected, 0 for any other.', host => [[labels(host), host.isConnected ? 1 : 0]]),
    gauge('cpus', 'CPUs of the host.', host => [[labels(host), host.cpus]]),
    gauge('jobs', 'Jobs of this computer there that have not ended.', host => [[labels(host), host.runningJobs]]),
    ...HOST_FIGURES.map(([figure, name, help]) => gauge(name, help, host => [[labels(host), host.sample?.[figure] ?? null]])),
    ...HOST_GROUPS.map(({ name, help, label, figures }) =>
      gauge(name, help, host =>
        figures.map(([value, figure]) => [{ ...labels(host), [label]: value }, host.sample?.[figure] ?? null]),
      ),
    ),
  ]
}

function jobFamilies({ jobs }: PrometheusFacts): Family[] {
  const labelled = jobs.map(job => ({ ...job, labels: { job_id: job.id, host: job.host ?? '', kind: job.kind } }))
  return [
    {
      name: 'drover_job_info',
      type: 'gauge',
      help: 'Always 1 for a job that has not ended; its state.',
      values: labelled.map(({ labels, state }) => [{ ...labels, state }, 1]),
    },
    {
      name: 'drover_job_memory_bytes',
      type: 'gauge',
      help: 'Memory of the whole process tree of a job.',
      values: labelled.map(({ labels, memoryBytes }) => [labels, memoryBytes]),
    },
    {
      name: 'drover_job_cpu_seconds_total',
      type: 'counter',
      help: 'CPU time that the whole process tree of a job has used.',
      values: labelled.map(({ labels, cpuMs }) => [labels, cpuMs === null ? null : cpuMs / 1000]),
    },
  ]
}

/** Nothing of a family of which nothing is known. */
function familyText({ name, type, help, values }: Family): string {
  const lines = values.flatMap(([labels, value]) => (value === null ? [] : [`${name}${labelsText(labels)} ${value}\n`]))
  return lines.length === 0 ? '' : `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
}

function labelsText(labels: Labels): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return parts.length === 0 ? '' : `{${parts.join(',')}}`
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
