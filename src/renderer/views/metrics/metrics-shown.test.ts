/** What the view makes of the core's answer: lines, flags, the exported file. */
import { expect, test } from 'vitest'
import type { HostSeries, MetricsSeries } from '../../../shared/contract.ts'
import { csvName, metricsCsv } from './csv.ts'
import { flagsOf } from './flags-of.ts'
import { panelLines } from './panel-lines.ts'
import { kindOf, PANELS, shareText } from './panels.ts'
import { renewMs } from './ranges.ts'

const none = [null, null]
const host = (name: string, more: Partial<HostSeries> = {}): HostSeries => ({
  name,
  connection: `me@${name}`,
  isPresent: true,
  cpuMinPermille: [0, 10],
  cpuPermille: [100, 250],
  cpuMaxPermille: [200, 900],
  ioWaitPermille: [0, null],
  load1: [0.5, 1],
  memoryTotalKib: [1000, 1000],
  memoryAvailableKib: [750, null],
  cpuPressurePermille: none,
  memoryPressurePermille: none,
  ioPressurePermille: none,
  networkInBytesPerS: [10, 20],
  networkOutBytesPerS: none,
  diskReadBytesPerS: none,
  diskWriteBytesPerS: none,
  diskTotalKib: [0, 100],
  diskFreeKib: [0, 25],
  ...more,
})
const AT = Date.UTC(2026, 10, 22, 7)
const series = (...hosts: HostSeries[]): MetricsSeries => ({ stepMs: 10_000, at: [AT, AT + 10_000], hosts })
const shown = (panelId: string, kindId?: string) => {
  const panel = PANELS.find(({ id }) => id === panelId)
  if (!panel) throw new Error(`No panel ${panelId}`)
  return kindOf(panel, kindId)
}

test('a line for each host that is compared, in its slot, over the middles of the points', () => {
  const { at, lines } = panelLines(series(host('a'), host('b'), host('c')), ['c', null, 'a'], shown('cpu'))
  expect(at).toEqual([AT + 5_000, AT + 15_000])
  expect(lines.map(({ label, slot, values, band }) => ({ label, slot, values, band }))).toEqual([
    { label: 'c', slot: 0, values: [0.1, 0.25], band: undefined },
    { label: 'a', slot: 2, values: [0.1, 0.25], band: undefined },
  ])
})

test('one host alone has the band between its lowest and highest', () => {
  const [line] = panelLines(series(host('a'), host('b')), ['a'], shown('cpu')).lines
  expect(line?.band).toEqual({ low: [0, 0.01], high: [0.2, 0.9] })
})

test('what was not measured is no line, and never a zero', () => {
  expect(panelLines(series(host('a')), ['a'], shown('pressure')).lines).toEqual([])
  expect(panelLines(series(host('a')), ['a'], shown('memory')).lines[0]?.values).toEqual([0.25, null])
  expect(panelLines(series(host('a')), ['a'], shown('disk', 'full')).lines[0]?.values).toEqual([null, 0.75])
})

test('a name that stood for two machines gives two lines, told apart', () => {
  const old = host('a', { connection: 'me@old', isPresent: false })
  expect(panelLines(series(host('a'), old), ['a'], shown('cpu')).lines.map(({ label }) => label)).toEqual(['a', 'a, was me@old'])
})

test('jobs are marked on every chart, a limit on that of what was at it; of other hosts nothing is', () => {
  const job = (jobId: string, on: string | null) => ({ at: AT, kind: 'end' as const, jobId, host: on, command: 'make' })
  const spike = { at: AT, host: 'a', limit: 'cpu' as const, byCpu: [], byMemory: [] }
  const marks = { jobs: [job('1', 'a'), job('2', 'b'), job('3', null)], spikes: [spike], isCut: false }
  expect(flagsOf(marks, ['a'], 'cpu').map(({ id }) => id)).toEqual(['1 end', '3 end', `a cpu ${AT}`])
  expect(flagsOf(marks, ['a'], 'memory').map(({ id }) => id)).toEqual(['1 end', '3 end'])
})

test('the exported file: names with units, times for programs, nothing where nothing was measured', () => {
  const [head = '', first = '', second = '', ...rest] = metricsCsv(series(host('a'), host('b')), ['a']).split('\r\n')
  expect(head.split(',').slice(0, 5)).toEqual(['time', 'host', 'connection', 'cpu_ratio', 'load1'])
  expect(first.split(',').slice(0, 7)).toEqual(['2026-11-22T07:00:00.000Z', 'a', 'me@a', '0.1', '0.5', '0.25', '256000'])
  expect(second.split(',').slice(3, 8)).toEqual(['0.25', '1', '', '', ''])
  expect(rest).toEqual([''])
  expect(csvName({ from: AT, to: AT + 60_000 })).toBe('drover-metrics-2026-11-22T0700-2026-11-22T0701.csv')
})

test('a connection that a table program would take for a formula, or for two cells, is neither', () => {
  const [, row = ''] = metricsCsv(series(host('a', { connection: '=1,"x"' })), ['a']).split('\r\n')
  expect(row).toContain(`,"'=1,""x""",`)
})

test('figures as people read them', () => {
  expect([0, 0.004, 0.0996, 0.5, 1].map(shareText)).toEqual(['0 %', '0.4 %', '10 %', '50 %', '100 %'])
})

test('asked for anew when there is a new point, but not more often than anything is written', () => {
  expect([600_000, 86_400_000, 730 * 86_400_000].map(renewMs)).toEqual([10_000, 216_000, 900_000])
})
