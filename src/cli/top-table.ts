/** The tables of `drover top`: hosts with what they have to do, and the processes of one. Which columns fit, and in which order rows stand. */
import type { HostTop, TopProcess } from '../shared/contract.ts'
import type { HostView } from '../shared/domain.ts'
import { bytesText, percentText } from '../shared/format.ts'
import type { Output } from './output.ts'
import type { Column } from './table.ts'
import type { HostOrder } from './top-order.ts'
import { displayWidth } from './width.ts'

export type ProcessOrder = 'cpu' | 'memory'

type Sample = NonNullable<HostView['sample']>
type HostColumn = {
  title: string
  cell(sample: Sample, host: HostView): string
  /** Those with the highest leave first where a terminal is narrow. */
  leaves: number
  /** 0..1: from where on it is worth a look. */
  alarm?(sample: Sample): number
}

const HOST_COLUMNS: readonly HostColumn[] = [
  { title: 'CPU', cell: ({ cpuRatio }) => percentText(cpuRatio), leaves: 0, alarm: ({ cpuRatio }) => cpuRatio },
  {
    title: 'I/O WAIT',
    cell: ({ ioWaitRatio }) => percentText(ioWaitRatio),
    leaves: 2,
    alarm: ({ ioWaitRatio }) => ioWaitRatio * 4,
  },
  { title: 'LOAD', cell: ({ load1 }) => load1.toFixed(2), leaves: 4 },
  { title: 'MEMORY', cell: sample => percentText(usedRatio(sample)), leaves: 0, alarm: usedRatio },
  { title: 'OF', cell: ({ memoryTotalBytes }) => bytesText(memoryTotalBytes), leaves: 6 },
  { title: 'PSI CPU', cell: ({ cpuPressureRatio }) => optional(cpuPressureRatio, percentText), leaves: 8 },
  { title: 'MEM', cell: ({ memoryPressureRatio }) => optional(memoryPressureRatio, percentText), leaves: 8 },
  { title: 'I/O', cell: ({ ioPressureRatio }) => optional(ioPressureRatio, percentText), leaves: 8 },
  { title: 'NET IN', cell: ({ networkInBytesPerS }) => optional(networkInBytesPerS, rateText), leaves: 5 },
  { title: 'OUT', cell: ({ networkOutBytesPerS }) => optional(networkOutBytesPerS, rateText), leaves: 5 },
  { title: 'READ', cell: ({ diskReadBytesPerS }) => optional(diskReadBytesPerS, rateText), leaves: 7 },
  { title: 'WRITE', cell: ({ diskWriteBytesPerS }) => optional(diskWriteBytesPerS, rateText), leaves: 7 },
  { title: 'DISK FREE', cell: ({ diskFreeBytes }) => optional(diskFreeBytes, bytesText), leaves: 3, alarm: fullRatio },
]
const ALARM_RATIO = 0.9
const WARN_RATIO = 0.75

/** As wide as the terminal takes; all of it in a pipe. */
export function hostLines(out: Output, hosts: readonly HostView[], order: { by: HostOrder; isReversed: boolean }): string[] {
  const sorted = sortedHosts(hosts, order)
  const cells = HOST_COLUMNS.map(column => sorted.map(host => (host.sample === null ? '-' : column.cell(host.sample, host))))
  const names = sorted.map(({ name, state }) => (state === 'connected' ? name : `${name} (${state})`))
  const widths = HOST_COLUMNS.map(({ title }, index) => widest([title, ...(cells[index] ?? [])]))
  const fixed = Math.min(widest(['HOST', ...names]), NAME_WIDTH) + GAP + widest(['JOBS'])
  const shown = out.isTerminal ? fitting(widths, out.columns - fixed) : HOST_COLUMNS.map((_, index) => index)
  const columns = shown.flatMap((index): Column[] => {
    const column = HOST_COLUMNS[index]
    if (!column) return []
    const { title, alarm } = column
    return [{ title, align: 'right', ...(alarm && { paint: (cell, row) => alarmed(out, cell, sorted[row]?.sample, alarm) }) }]
  })
  const rows = sorted.map((host, row) => [
    names[row] ?? '',
    ...shown.map(index => cells[index]?.[row] ?? ''),
    String(host.runningJobs),
  ])
  return out.tableLines([{ title: 'HOST', minWidth: NAME_WIDTH }, ...columns, { title: 'JOBS', align: 'right' }], rows)
}

export function processLines(out: Output, top: HostTop, by: ProcessOrder): string[] {
  const figure = by === 'cpu' ? ({ cpuRatio }: TopProcess) => cpuRatio : ({ memoryBytes }: TopProcess) => memoryBytes
  const processes = [...new Map([...top.byCpu, ...top.byMemory].map(process => [process.pid, process])).values()]
  const columns: Column[] = [
    { title: 'PID', align: 'right' },
    { title: 'USER', minWidth: 6 },
    { title: 'CPU', align: 'right' },
    { title: 'MEMORY', align: 'right' },
    { title: 'COMMAND', minWidth: 6 },
  ]
  const rows = processes
    .sort((one, other) => figure(other) - figure(one) || one.pid - other.pid)
    .map(({ pid, user, cpuRatio, memoryBytes, command }) => [
      String(pid),
      user,
      percentText(cpuRatio),
      bytesText(memoryBytes),
      command,
    ])
  return out.tableLines(columns, rows)
}

const NAME_WIDTH = 12
const GAP = 2

/** Of hosts that cannot be asked nothing is known: they stand last, whatever the order. */
function sortedHosts(hosts: readonly HostView[], { by, isReversed }: { by: HostOrder; isReversed: boolean }): HostView[] {
  const sign = isReversed ? -1 : 1
  return hosts.toSorted((one, other) => {
    if ((one.sample === null) !== (other.sample === null)) return one.sample === null ? 1 : -1
    const figures = by === 'name' ? 0 : figureOf(other, by) - figureOf(one, by)
    return sign * (figures || (one.name < other.name ? -1 : 1))
  })
}

function figureOf({ sample, runningJobs }: HostView, by: Exclude<HostOrder, 'name'>): number {
  if (by === 'jobs') return runningJobs
  if (sample === null) return 0
  const { cpuPressureRatio, memoryPressureRatio, ioPressureRatio } = sample
  switch (by) {
    case 'cpu':
      return sample.cpuRatio
    case 'memory':
      return usedRatio(sample)
    case 'io-wait':
      return sample.ioWaitRatio
    case 'pressure':
      return Math.max(cpuPressureRatio ?? 0, memoryPressureRatio ?? 0, ioPressureRatio ?? 0)
    case 'network':
      return (sample.networkInBytesPerS ?? 0) + (sample.networkOutBytesPerS ?? 0)
    case 'disk':
      return (sample.diskReadBytesPerS ?? 0) + (sample.diskWriteBytesPerS ?? 0)
  }
}

/** Which columns there is room for, by their index. */
function fitting(widths: readonly number[], room: number): number[] {
  let shown = [...widths.keys()]
  const taken = () => shown.reduce((sum, index) => sum + (widths[index] ?? 0) + GAP, 0)
  while (taken() > room) {
    const next = Math.max(...shown.map(index => HOST_COLUMNS[index]?.leaves ?? 0))
    if (next === 0) break
    shown = shown.filter(index => HOST_COLUMNS[index]?.leaves !== next)
  }
  return shown
}

function alarmed(out: Output, cell: string, sample: Sample | null | undefined, alarm: (sample: Sample) => number): string {
  const ratio = sample ? alarm(sample) : 0
  if (ratio < WARN_RATIO) return cell
  return out.paint(ratio < ALARM_RATIO ? 'yellow' : 'red', cell)
}

function usedRatio({ memoryTotalBytes, memoryAvailableBytes }: Sample): number {
  return memoryTotalBytes === 0 ? 0 : 1 - memoryAvailableBytes / memoryTotalBytes
}

function fullRatio({ diskTotalBytes, diskFreeBytes }: Sample): number {
  return diskTotalBytes === null || diskFreeBytes === null || diskTotalBytes === 0 ? 0 : 1 - diskFreeBytes / diskTotalBytes
}

function rateText(bytesPerS: number): string {
  return `${bytesText(bytesPerS)}/s`
}

function optional(value: number | null, text: (value: number) => string): string {
  return value === null ? '-' : text(value)
}

function widest(texts: readonly string[]): number {
  return Math.max(...texts.map(displayWidth))
}
