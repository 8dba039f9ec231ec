import { expect, test } from 'vitest'
import { busyRow } from '../../../test/helpers/metric-row.ts'
import { temporaryStore } from '../../../test/helpers/temporary-store.ts'
import type { Methods } from '../../shared/contract.ts'
import { HostTops } from '../metrics/host-top.ts'
import { metricsMethods } from './metrics-methods.ts'

const START = 1_759_968_000_000
const HOUR_MS = 3_600_000
const RANGE = { from: START, to: START + HOUR_MS }

function methodsOver(machines: number, has: () => boolean = () => false): Pick<Methods, 'metrics.series'> {
  const store = temporaryStore()
  store.metrics.append(Array.from({ length: machines }, (_, index) => busyRow(START, 100, { name: `h${index}` })))
  const nobody = (): never => {
    throw new TypeError('Not asked for')
  }
  const clock = { now: () => START + HOUR_MS }
  return metricsMethods({
    store,
    hosts: { has, get: nobody },
    jobs: { resolve: nobody },
    tops: new HostTops({ clock, steady: clock }),
    now: clock.now,
  })
}

test('of many hosts a series has fewer points, whatever was asked for, and of few as many', async () => {
  const methods = methodsOver(1_000)
  const ask = (hosts: string[] | null) => methods['metrics.series']({ hosts, ...RANGE, points: 2_000 }, { role: 'readonly' })
  const all = await ask(null)
  expect(all.hosts).toHaveLength(1_000)
  expect(all.at.length).toBeLessThanOrEqual(250)
  expect(all.at.length).toBeGreaterThan(100)
  const few = await ask(['h1', 'h2'])
  expect(few.at).toHaveLength(360)
  expect(few.hosts.map(({ name, cpuPermille }) => [name, cpuPermille[0]])).toEqual([
    ['h1', 100],
    ['h2', 100],
  ])
})

test('one that fails does not keep the next from its turn', async () => {
  let calls = 0
  const methods = methodsOver(1, () => {
    if (calls++ === 0) throw new TypeError('A mistake')
    return false
  })
  const ask = () => methods['metrics.series']({ hosts: null, ...RANGE, points: 10 }, { role: 'owner' })
  const [broken, next] = await Promise.allSettled([ask(), ask()])
  expect([broken.status, next.status]).toEqual(['rejected', 'fulfilled'])
})
