/** A stored row of a machine's load, for tests: all of it unknown but for what is named. */
import { MEASURES, type Measures, type MetricRow } from '../../src/main/store/metric-measures.ts'

export function metricRow(
  at: number,
  values: Partial<Measures> = {},
  machine: { name?: string; connection?: string } = {},
): MetricRow {
  const none = Object.fromEntries(MEASURES.map(({ field }) => [field, null])) as Measures
  return { name: 'box', connection: 'me@box', at, ...machine, values: { ...none, ...values } }
}

/** One whose CPU was so all the time. */
export function busyRow(at: number, permille: number, machine?: { name?: string; connection?: string }): MetricRow {
  return metricRow(at, { cpuMinPermille: permille, cpuPermille: permille, cpuMaxPermille: permille }, machine)
}
