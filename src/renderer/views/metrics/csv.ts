/** What is shown, as a file for other programs: one row for each host and moment, a column for each figure. Pure. */
import type { HostSeries, MetricsSeries } from '../../../shared/contract.ts'
import type { Span } from '../../charts/span.ts'
import { PANELS } from './panels.ts'

/** `names`: the hosts that are compared. A moment at which nothing of a host was measured has no row. */
export function metricsCsv({ at, hosts }: MetricsSeries, names: readonly string[]): string {
  const kinds = PANELS.flatMap(panel => panel.kinds)
  const rows = [['time', 'host', 'connection', ...kinds.map(kind => kind.csv)]]
  for (const host of names.flatMap(name => hosts.filter(one => one.name === name))) {
    const columns = kinds.map(kind => kind.column(host))
    for (const [index, moment] of at.entries()) {
      const values = columns.map(column => column[index] ?? null)
      if (values.every(value => value === null)) continue
      rows.push([new Date(moment).toISOString(), ...cells(host), ...values.map(value => (value === null ? '' : plain(value)))])
    }
  }
  return `${rows.map(row => row.join(',')).join('\r\n')}\r\n`
}

export function csvName({ from, to }: Span): string {
  const stamp = (at: number) => new Date(at).toISOString().slice(0, 16).replaceAll(':', '')
  return `drover-metrics-${stamp(from)}-${stamp(to)}.csv`
}

function cells({ name, connection }: HostSeries): string[] {
  return [name, connection].map(quoted)
}

/** A table program would take what begins so for a formula. */
function quoted(text: string): string {
  const harmless = /^[=+\-@\t]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

function plain(value: number): string {
  return String(Math.round(value * 1e6) / 1e6)
}
