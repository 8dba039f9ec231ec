/**
 * The last minutes as they go on: what the core has kept, each ten seconds, and after it every sample that was heard. All on one grid as
 * fine as samples are, most of it empty where only ten seconds are known. Pure.
 */
import type { Column, HostSeries, MetricsSeries } from '../../../shared/contract.ts'
import { type HostSample, NO_READINGS } from '../../../shared/domain.ts'
import type { Span } from '../../charts/span.ts'

/** `readingMs`: where readings are further apart than the grid is fine. */
export type ShownSeries = MetricsSeries & { readonly readingMs?: number }
export type HeardHost = { readonly name: string; readonly connection: string; readonly samples: readonly HostSample[] }
type Figures = Omit<HostSeries, 'name' | 'connection' | 'isPresent'>
type Values = { readonly [Name in keyof Figures]: number | null }

/** As often as a host is asked. */
const STEP_MS = 2_000

export function liveSeries(kept: MetricsSeries, heard: readonly HeardHost[], { from, to }: Span): ShownSeries {
  const firstAt = Math.floor(from / STEP_MS) * STEP_MS
  const at = Array.from({ length: Math.floor((to - firstAt) / STEP_MS) + 1 }, (_, index) => firstAt + index * STEP_MS)
  const draw = (host: Omit<HostSeries, keyof Figures>, before: HostSeries | undefined, samples: readonly HostSample[]) => {
    const figures = emptyFigures(at.length)
    const put = (moment: number, values: Values) => {
      const index = Math.floor((moment - firstAt) / STEP_MS)
      if (index < 0 || index >= at.length) return
      for (const name of NAMES) figures[name][index] = values[name]
    }
    const keptTo = before ? putKept(kept, before, put) : from
    for (const sample of samples) if (sample.at >= keptTo) put(sample.at, valuesOf(sample))
    return { ...host, ...figures }
  }
  const drawn = kept.hosts.map(host => {
    const now = heard.find(one => isSame(one, host))
    return draw({ name: host.name, connection: host.connection, isPresent: host.isPresent }, host, now?.samples ?? [])
  })
  const fresh = heard.filter(one => kept.hosts.every(host => !isSame(one, host)))
  const added = fresh.map(({ name, connection, samples }) => draw({ name, connection, isPresent: true }, undefined, samples))
  return { stepMs: STEP_MS, readingMs: kept.stepMs, at, hosts: [...drawn, ...added] }
}

/** Each in its middle. Gives the end of the last of them. */
function putKept({ at, stepMs }: MetricsSeries, host: HostSeries, put: (moment: number, values: Values) => void): number {
  let end = at[0] ?? 0
  for (const [index, begin] of at.entries()) {
    if (host.cpuPermille[index] == null) continue
    const values = Object.fromEntries(NAMES.map(name => [name, host[name][index] ?? null])) as Values
    put(begin + stepMs / 2, values)
    end = begin + stepMs
  }
  return end
}

function valuesOf(sample: HostSample): Values {
  const cpu = permille(sample.cpuRatio)
  return {
    cpuMinPermille: cpu,
    cpuPermille: cpu,
    cpuMaxPermille: cpu,
    ioWaitPermille: permille(sample.ioWaitRatio),
    load1: sample.load1,
    memoryTotalKib: kib(sample.memoryTotalBytes),
    memoryAvailableKib: kib(sample.memoryAvailableBytes),
    cpuPressurePermille: permille(sample.cpuPressureRatio),
    memoryPressurePermille: permille(sample.memoryPressureRatio),
    ioPressurePermille: permille(sample.ioPressureRatio),
    networkInBytesPerS: sample.networkInBytesPerS,
    networkOutBytesPerS: sample.networkOutBytesPerS,
    diskReadBytesPerS: sample.diskReadBytesPerS,
    diskWriteBytesPerS: sample.diskWriteBytesPerS,
    diskTotalKib: kib(sample.diskTotalBytes),
    diskFreeKib: kib(sample.diskFreeBytes),
  }
}

const NAMES = Object.keys(
  valuesOf({
    ...{ at: 0, cpuRatio: 0, ioWaitRatio: 0, memoryTotalBytes: 0, memoryAvailableBytes: 0, load1: 0 },
    ...NO_READINGS,
  }),
) as (keyof Figures)[]

function emptyFigures(count: number): Figures {
  const column = (): Column => new Array<number | null>(count).fill(null)
  return Object.fromEntries(NAMES.map(name => [name, column()])) as Figures
}

function permille<Ratio extends number | null>(ratio: Ratio): Ratio | number {
  return ratio === null ? ratio : Math.round(ratio * 1000)
}

function kib<Bytes extends number | null>(bytes: Bytes): Bytes | number {
  return bytes === null ? bytes : Math.round(bytes / 1024)
}

function isSame(one: { name: string; connection: string }, other: { name: string; connection: string }): boolean {
  return one.name === other.name && one.connection === other.connection
}
