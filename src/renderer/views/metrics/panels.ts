/** The charts of the view: what each can show, and how that is had from a host's columns. Pure. */
import type { Column, HostSeries } from '../../../shared/contract.ts'
import { bytesText, percentText } from '../../../shared/format.ts'

export type Kind = {
  id: string
  name: string
  /** In the exported file; the unit stands in its name. */
  csv: string
  /** The top of the axis; null for what is needed, and `least` at least. */
  most: number | null
  least: number
  text(value: number): string
  column(host: HostSeries): Column
  band?(host: HostSeries): { low: Column; high: Column }
}
export type Panel = { id: string; title: string; kinds: readonly [Kind, ...Kind[]] }

const KIB = 1024
const whole = { most: 1, least: 1, text: shareText }
const share = { most: null, least: 0.1, text: shareText }
const speed = { most: null, least: 10_000, text: (value: number) => `${bytesText(value)}/s` }
const perThousand = (column: Column): Column => column.map(value => (value === null ? null : value / 1000))

export const PANELS: readonly Panel[] = [
  {
    id: 'cpu',
    title: 'CPU',
    kinds: [
      {
        ...whole,
        id: 'use',
        name: 'In use',
        csv: 'cpu_ratio',
        column: host => perThousand(host.cpuPermille),
        band: host => ({ low: perThousand(host.cpuMinPermille), high: perThousand(host.cpuMaxPermille) }),
      },
      {
        id: 'load',
        name: 'Load',
        csv: 'load1',
        most: null,
        least: 1,
        text: value => value.toFixed(value < 10 ? 1 : 0),
        column: host => host.load1,
      },
    ],
  },
  {
    id: 'memory',
    title: 'Memory',
    kinds: [
      {
        ...whole,
        id: 'share',
        name: 'In use',
        csv: 'memory_used_ratio',
        column: host => usedShare(host.memoryTotalKib, host.memoryAvailableKib),
      },
      {
        id: 'bytes',
        name: 'Bytes',
        csv: 'memory_used_bytes',
        most: null,
        least: 1e9,
        text: bytesText,
        column: host =>
          both(host.memoryTotalKib, host.memoryAvailableKib, (total, available) => Math.max(0, total - available) * KIB),
      },
    ],
  },
  {
    id: 'io-wait',
    title: 'I/O wait',
    kinds: [{ ...share, id: 'share', name: 'Share', csv: 'io_wait_ratio', column: host => perThousand(host.ioWaitPermille) }],
  },
  {
    id: 'pressure',
    title: 'Pressure',
    kinds: [
      { ...share, id: 'cpu', name: 'CPU', csv: 'cpu_pressure_ratio', column: host => perThousand(host.cpuPressurePermille) },
      {
        ...share,
        id: 'memory',
        name: 'Memory',
        csv: 'memory_pressure_ratio',
        column: host => perThousand(host.memoryPressurePermille),
      },
      { ...share, id: 'io', name: 'I/O', csv: 'io_pressure_ratio', column: host => perThousand(host.ioPressurePermille) },
    ],
  },
  {
    id: 'network',
    title: 'Network',
    kinds: [
      { ...speed, id: 'in', name: 'In', csv: 'network_in_bytes_per_s', column: host => host.networkInBytesPerS },
      { ...speed, id: 'out', name: 'Out', csv: 'network_out_bytes_per_s', column: host => host.networkOutBytesPerS },
    ],
  },
  {
    id: 'disk',
    title: 'Disk',
    kinds: [
      { ...speed, id: 'read', name: 'Read', csv: 'disk_read_bytes_per_s', column: host => host.diskReadBytesPerS },
      { ...speed, id: 'write', name: 'Written', csv: 'disk_written_bytes_per_s', column: host => host.diskWriteBytesPerS },
      {
        ...whole,
        id: 'full',
        name: 'Full',
        csv: 'disk_used_ratio',
        column: host => usedShare(host.diskTotalKib, host.diskFreeKib),
      },
    ],
  },
]

/** One that is not there is the first. */
export function kindOf({ kinds }: Panel, id: string | undefined): Kind {
  return kinds.find(kind => kind.id === id) ?? kinds[0]
}

/** Of a small share a figure more. */
export function shareText(ratio: number): string {
  const percent = Math.round(ratio * 1000) / 10
  return percent < 10 && !Number.isInteger(percent) ? `${percent} %` : percentText(ratio)
}

function usedShare(total: Column, free: Column): Column {
  return both(total, free, (all, left) => (all > 0 ? Math.max(0, all - left) / all : null))
}

function both(one: Column, other: Column, made: (one: number, other: number) => number | null): Column {
  return one.map((value, index) => {
    const second = other[index] ?? null
    return value === null || second === null ? null : made(value, second)
  })
}
