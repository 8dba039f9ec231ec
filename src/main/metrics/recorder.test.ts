import { expect, onTestFinished, test } from 'vitest'
import { hostSample } from '../../../test/helpers/host-sample.ts'
import { jobPoints } from '../../../test/helpers/job-points.ts'
import { columnsOf } from '../../../test/helpers/metric-columns.ts'
import { temporaryStore } from '../../../test/helpers/temporary-store.ts'
import { waitFor } from '../../../test/helpers/wait.ts'
import type { HostTop } from '../../shared/contract.ts'
import type { HostSample } from '../../shared/domain.ts'
import type { HostLink } from '../hosts/host-link.ts'
import { RAW } from '../store/metric-levels.ts'
import { MetricRecorder } from './recorder.ts'

const START = 1_759_968_000_000
const LINK = { name: 'box', connection: 'me@box' } as HostLink

function recording(options: { top?: () => Promise<HostTop>; hostOf?: (id: string) => string | null; mayForget?: boolean } = {}) {
  const store = temporaryStore()
  const clock = { at: START, steady: 0, now: () => clock.at }
  const logged: string[] = []
  const log = (message: string) => logged.push(message)
  const recorder = new MetricRecorder({
    store,
    clock,
    steady: { now: () => clock.steady },
    top: options.top ?? (() => Promise.reject(new Error('not asked'))),
    hostOf: options.hostOf ?? (() => LINK.name),
    mayForget: () => options.mayForget ?? true,
    log: { debug: log, info: log, warning: log, error: log },
  })
  onTestFinished(() => recorder.close())
  const pass = (ms: number) => {
    clock.at += ms
    clock.steady += ms
  }
  const sample = (change: Partial<HostSample> = {}, link = LINK) => recorder.sampled(link, hostSample(clock.at, change))
  const cpu = (count: number, firstAt = START) =>
    columnsOf(store.metrics, { level: RAW, firstAt, stepMs: RAW.stepMs, count })?.cpuPermille
  return { store, clock, recorder, logged, pass, sample, cpu }
}

test('five samples become a row when their ten seconds are over', () => {
  const { recorder, pass, sample, cpu } = recording()
  for (const cpuRatio of [0.1, 0.2, 0.3, 0.4, 0.5]) {
    sample({ cpuRatio })
    recorder.tick()
    pass(2_000)
  }
  expect(cpu(1)).toBeUndefined()
  sample({ cpuRatio: 0.9 })
  recorder.tick()
  expect(cpu(2)).toEqual([300, null])
  recorder.close()
  expect(cpu(2)).toEqual([300, 900])
})

test('a host that is silent leaves a gap, and one that was moved begins a machine of its own', () => {
  const { store, recorder, pass, sample, cpu } = recording()
  sample()
  pass(20_000)
  sample()
  sample({ cpuRatio: 1 }, { ...LINK, connection: 'me@other' } as HostLink)
  recorder.close()
  expect(cpu(3)).toEqual([500, null, 500])
  expect(store.metrics.hosts()).toHaveLength(2)
})

test('a clock that was set moves what waits, and is no reason to wait longer', () => {
  const { clock, recorder, sample, cpu } = recording()
  sample({ cpuRatio: 0.7 })
  clock.at -= 3_600_000
  recorder.clockSet(-3_600_000)
  clock.at += 10_000
  sample({ cpuRatio: 0.1 })
  recorder.tick()
  expect(cpu(2, START - 3_600_000)).toEqual([700, null])
})

test('what bears a time yet to come, since nobody told of the clock, is written all the same', () => {
  const { clock, recorder, sample, cpu } = recording()
  sample({ cpuRatio: 0.7 })
  clock.at -= 3_600_000
  recorder.tick()
  expect(cpu(1)).toEqual([700])
})

/** What a host answers of its jobs. */
const reading = (id: string, cpuMs: number, memoryBytes = 2048) =>
  ({ id, cpuMs, memoryBytes, memoryKind: 'pss', processes: 1 }) as const
const TEN_S = { firstAt: START, stepMs: 10_000, count: 10 }

test('jobs of ours that run are measured by their host alone, none after its end, and the CPU from the second reading on', () => {
  const running = new Map([
    ['aa', 'box'],
    ['elsewhere', 'den'],
  ])
  const { store, recorder, pass } = recording({ hostOf: id => running.get(id) ?? null })
  const read = (cpuMs: number) => {
    recorder.jobsSampled(
      LINK,
      ['aa', 'theirs', 'elsewhere'].map(id => reading(id, cpuMs)),
    )
    pass(10_000)
  }
  read(1_000)
  read(16_000)
  running.clear()
  read(17_000)
  expect(jobPoints(store.jobMetrics, 'aa', TEN_S)).toMatchObject([
    { index: 0, cpuPermille: null, memoryKib: 2 },
    { index: 1, cpuPermille: 1500, memoryKib: 2 },
  ])
  for (const id of ['theirs', 'elsewhere']) expect(store.jobMetrics.span(id)).toBeNull()
})

test('readings drift, and leave no gap; a host that was away does', () => {
  const { store, recorder, pass } = recording()
  pass(9_900)
  const read = (cpuMs: number, afterMs: number) => {
    pass(afterMs)
    recorder.jobsSampled(LINK, [reading('aa', cpuMs)])
  }
  read(0, 0)
  read(10_150, 10_150)
  read(10_150, 30_000)
  const points = jobPoints(store.jobMetrics, 'aa', TEN_S)
  expect(points.map(({ index, cpuPermille }) => [index, cpuPermille])).toEqual([
    [0, null],
    [1, 1000],
    [2, 1000],
    [5, 0],
  ])
})

test('CPU time that went back is counted anew, and one beyond all measure is kept as the most there is', () => {
  const { store, recorder, logged, pass } = recording()
  for (const cpuMs of [5_000, 1_000, 9e18]) {
    recorder.jobsSampled(LINK, [reading('aa', cpuMs, 9e18)])
    pass(10_000)
  }
  const points = jobPoints(store.jobMetrics, 'aa', TEN_S)
  expect(points.map(({ cpuPermille }) => cpuPermille)).toEqual([null, null, Number.MAX_SAFE_INTEGER])
  expect(logged).toEqual([])
})

test('at its limit a host is asked what runs there, and that is kept', async () => {
  const top: HostTop = {
    at: START + 7,
    byCpu: [{ pid: 1, user: 'me', command: 'cc1', cpuRatio: 1, memoryBytes: 9 }],
    byMemory: [],
  }
  const { store, sample } = recording({ top: async () => top })
  for (const _ of [1, 2, 3]) sample({ cpuRatio: 1 })
  const [spike] = await waitFor(() => {
    const spikes = store.metrics.spikes({ from: START, to: START + 10 }, 10)
    return spikes.length > 0 && spikes
  })
  expect(spike).toEqual({ name: 'box', at: START + 7, reached: 'cpu', processes: { byCpu: top.byCpu, byMemory: [] } })
})

test('a full disk loses samples, and says it once', () => {
  const { store, recorder, logged, pass, sample, cpu } = recording()
  sample()
  recorder.close()
  const pages = Number(store.database.sqlite.pragma('page_count', { simple: true }))
  store.database.sqlite.pragma(`max_page_count = ${pages}`)
  for (let host = 0; host < 2_000; host++) sample({}, { name: `h${host}`, connection: 'x'.repeat(100) } as HostLink)
  for (const _ of [1, 2]) recorder.close()
  expect(logged.filter(message => message.includes('no room'))).toHaveLength(1)
  store.database.sqlite.pragma('max_page_count = 1000000')
  pass(10_000)
  sample({ cpuRatio: 0.25 })
  recorder.close()
  expect(cpu(2)).toEqual([500, 250])
})

test('while ages are in doubt nothing is forgotten', async () => {
  const far = 40 * 24 * 3_600_000
  for (const mayForget of [false, true]) {
    const { store, recorder, pass, sample, cpu } = recording({ mayForget })
    sample()
    pass(far)
    recorder.tick()
    const isGone = () => cpu(1) === undefined
    if (mayForget) await waitFor(isGone)
    else {
      await waitFor(() => !store.metrics.rollUp(START + far))
      expect(isGone()).toBe(false)
    }
    recorder.close()
  }
})
