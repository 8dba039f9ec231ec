/** The last minutes as they go on: what was kept, and what is heard after it. */
import { expect, test } from 'vitest'
import { hostSample } from '../../../../test/helpers/host-sample.ts'
import type { HostSeries, MetricsSeries } from '../../../shared/contract.ts'
import { liveSeries } from './live-series.ts'
import { panelLines } from './panel-lines.ts'
import { PANELS } from './panels.ts'

/** A multiple of ten seconds. */
const AT = 1_759_968_000_000
const BOX = { name: 'box', connection: 'me@box' }
const EMPTY: MetricsSeries = { stepMs: 10_000, at: [AT, AT + 10_000, AT + 20_000], hosts: [] }
const none = [null, null, null]

function keptHost(cpu: HostSeries['cpuPermille'], more: Partial<HostSeries> = {}): HostSeries {
  return {
    ...BOX,
    isPresent: true,
    cpuMinPermille: cpu,
    cpuPermille: cpu,
    cpuMaxPermille: cpu,
    ioWaitPermille: none,
    load1: none,
    memoryTotalKib: none,
    memoryAvailableKib: none,
    cpuPressurePermille: none,
    memoryPressurePermille: none,
    ioPressurePermille: none,
    networkInBytesPerS: none,
    networkOutBytesPerS: none,
    diskReadBytesPerS: none,
    diskWriteBytesPerS: none,
    diskTotalKib: none,
    diskFreeKib: none,
    ...more,
  }
}

/** The CPU of a host, and when after AT, of those points that are known. */
function known(kept: MetricsSeries, samples: ReturnType<typeof hostSample>[], span: { from: number; to: number }, name = 'box') {
  const { at, hosts } = liveSeries(kept, [{ ...BOX, samples }], span)
  const host = hosts.find(one => one.name === name)
  return host?.cpuPermille.flatMap((value, index) => (value === null ? [] : [[(at[index] ?? 0) - AT, value]]))
}

test('rows of ten seconds stand in their middle, and samples follow from where they end', () => {
  const kept = { ...EMPTY, hosts: [keptHost([100, 200, null])] }
  const samples = [17_000, 19_100, 21_100, 23_200].map(after => hostSample(AT + after, { cpuRatio: after / 1e5 }))
  expect(known(kept, samples, { from: AT, to: AT + 24_000 })).toEqual([
    [4_000, 100],
    [14_000, 200],
    [20_000, 211],
    [22_000, 232],
  ])
})

test('the stretch moves on, and with it goes what is older: it never grows', () => {
  const kept = { ...EMPTY, hosts: [keptHost([100, 200, 300])] }
  const samples = Array.from({ length: 400 }, (_, index) => hostSample(AT + 30_000 + index * 2_000))
  const spans = [60_000, 200_000, 900_000].map(after => ({ from: AT + after - 60_000, to: AT + after }))
  expect(spans.map(span => liveSeries(kept, [{ ...BOX, samples }], span).at.length)).toEqual([31, 31, 31])
  expect(spans.map(span => known(kept, samples, span)?.length)).toEqual([3 + 16, 31, 0])
})

test('a host that nothing was kept of is drawn from what is heard, and one that is gone from what was kept', () => {
  const gone = { ...keptHost([100, null, null]), name: 'gone', isPresent: false }
  const kept = { ...EMPTY, hosts: [gone] }
  const series = liveSeries(kept, [{ ...BOX, samples: [hostSample(AT + 2_000)] }], { from: AT, to: AT + 10_000 })
  expect(series.hosts.map(({ name, isPresent }) => [name, isPresent])).toEqual([
    ['gone', false],
    ['box', true],
  ])
  // Another machine of the same name is another host.
  const moved = liveSeries({ ...EMPTY, hosts: [{ ...keptHost([1, 2, 3]), connection: 'old' }] }, [{ ...BOX, samples: [] }], {
    from: AT,
    to: AT + 1,
  })
  expect(moved.hosts).toHaveLength(2)
})

test('a sample is in the units of what is kept, and what it does not tell is not measured', () => {
  const sample = hostSample(AT, { load1: 1.5, memoryTotalBytes: 2048, cpuPressureRatio: 0.25, networkInBytesPerS: 7 })
  const [host] = liveSeries(EMPTY, [{ ...BOX, samples: [sample] }], { from: AT, to: AT }).hosts
  expect(host).toMatchObject({
    cpuMinPermille: [500],
    cpuMaxPermille: [500],
    load1: [1.5],
    memoryTotalKib: [2],
    cpuPressurePermille: [250],
    memoryPressurePermille: [null],
    networkInBytesPerS: [7],
    diskTotalKib: [null],
  })
})

test('its lines say how far a reading reaches', () => {
  const kept = { ...EMPTY, hosts: [keptHost([100, 200, 300])] }
  const [cpu] = PANELS.flatMap(({ kinds: [kind] }) => kind)
  if (!cpu) throw new TypeError('There are panels')
  const lines = panelLines(liveSeries(kept, [], { from: AT, to: AT + 30_000 }), ['box'], cpu)
  expect([lines.stepMs, lines.readingMs]).toEqual([2_000, 10_000])
})
