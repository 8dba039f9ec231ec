import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { jobRow } from '../../../test/helpers/job-row.ts'
import { temporaryStore } from '../../../test/helpers/temporary-store.ts'
import type { EventBody } from '../../shared/domain.ts'
import type { Agent, AgentJob } from '../hosts/agent.ts'
import type { HostLink, Live } from '../hosts/host-link.ts'
import type { JobRow } from '../store/job-table.ts'
import { Jobs } from './jobs.ts'

const link = { name: 'h1' } as HostLink

/** The job room with one job in it, and a host whose answers the test gives. */
function room(status: Partial<JobRow>, answers: Partial<Agent>) {
  const table = temporaryStore().jobs
  const events: EventBody[] = []
  const jobs = new Jobs({ table, link: () => link, emit: event => events.push(event), now: () => 1_000, ended: () => undefined })
  const id = randomUUID()
  jobs.add(jobRow({ id, host: 'h1', ...status }))
  return { jobs, id, events, reconcile: () => jobs.reconcile(link, { agent: answers as Agent } as Live) }
}

function told(id: string, change: Partial<AgentJob> = {}): AgentJob {
  const job = { id, state: 'running', startedAt: 1, endedAt: null, exitCode: null, signal: null, isStopped: false, reason: null }
  return { ...job, pid: null, appPid: null, logBytes: 0, workdir: '/w', ...change } as AgentJob
}

test('a job whose start is told of while its host makes a list without it is not lost', async () => {
  const { jobs, id, reconcile } = room(
    { state: 'starting' },
    {
      list: async () => [],
      stat: async () => {
        jobs.told(told(id))
        return null
      },
    },
  )
  await reconcile()
  expect(jobs.get(id)).toMatchObject({ state: 'running', outcome: null, unknownSince: null })
})

test('a job that is not in the list is asked for by itself', async () => {
  const { jobs, id, reconcile } = room(
    { state: 'running', startedAt: 1, unknownSince: 5 },
    { list: async () => [], stat: async asked => told(asked, { state: 'ended', exitCode: 3, endedAt: 7 }) },
  )
  await reconcile()
  expect(jobs.get(id)).toMatchObject({ state: 'ended', outcome: 'exited', exitCode: 3 })
})

test('a job that ran and that its host knows nothing of is lost; one that may not have been sent is not', async () => {
  const nothing: Partial<Agent> = { list: async () => [], stat: async () => null }
  const ran = room({ state: 'running', startedAt: 1, unknownSince: 5 }, nothing)
  await ran.reconcile()
  expect(ran.jobs.get(ran.id)).toMatchObject({ state: 'ended', outcome: 'lost', reason: 'its trace on the host is gone' })
  const unsent = room({ state: 'starting', unknownSince: 5 }, nothing)
  await unsent.reconcile()
  expect(unsent.jobs.get(unsent.id)).toMatchObject({ state: 'starting', unknownSince: null })
})

test('how a pull ended is noted once, and told; of a job that was removed nothing is', () => {
  const { jobs, id } = room({ state: 'ended', outcome: 'exited', startedAt: 1, pull: ['x'] }, {})
  const came = { pattern: 'x', files: 2, error: null }
  jobs.pulled(id, came)
  jobs.pulled(id, { ...came, files: 3 })
  expect(jobs.get(id).pullResults).toEqual([came])
  jobs.remove(id)
  jobs.pulled(id, came)
  expect(jobs.find(id)).toBeUndefined()
})

test('when our clock is set, what goes on keeps its age; what ended, or was noted by an earlier core, keeps its times', () => {
  const step = { byMs: -86_400_000, from: 1_000, to: 9_000 }
  const at = { createdAt: 2_000, startedAt: 3_000 }
  const { jobs, id } = room({ state: 'running', ...at, unknownSince: 8_000 }, {})
  const others = {
    ended: { state: 'ended', outcome: 'exited', exitCode: 0, ...at, endedAt: 4_000 },
    older: { state: 'running', createdAt: 500, startedAt: 600 },
    'by a clock that was ahead': { state: 'running', createdAt: 10_000, startedAt: 11_000 },
    queued: { state: 'queued', createdAt: 2_000 },
  } as const
  const ids = Object.entries(others).map(([, status]) => {
    const other = randomUUID()
    jobs.add(jobRow({ id: other, host: 'h1', ...status }))
    return other
  })
  jobs.clockSet(step)
  expect(jobs.get(id)).toMatchObject({ createdAt: -86_398_000, startedAt: -86_397_000, unknownSince: -86_392_000 })
  const [ended = '', older = '', ahead = '', queued = ''] = ids
  expect(jobs.get(ended)).toMatchObject(others.ended)
  expect(jobs.get(older)).toMatchObject(others.older)
  expect(jobs.get(ahead)).toMatchObject(others['by a clock that was ahead'])
  expect(jobs.get(queued)).toMatchObject({ createdAt: -86_398_000, startedAt: null, unknownSince: null })
})

test('what an earlier core noted goes along if its host confirms it by the clock as it is', async () => {
  const step = { byMs: 86_400_000, from: 1_000, to: 9_000 }
  for (const { toldAt, after } of [
    { toldAt: 602, after: 86_400_600 },
    { toldAt: 86_400_600, after: 600 },
  ]) {
    const { jobs, id } = room({ state: 'running', createdAt: 500, startedAt: 600 }, {})
    jobs.told(told(id, { startedAt: toldAt }))
    jobs.clockSet(step)
    expect(jobs.get(id)).toMatchObject({ createdAt: after - 100, startedAt: after })
  }
})

test('what a host cannot say leaves its jobs unknown', async () => {
  const failing: Partial<Agent> = {
    list: async () => [],
    stat: async () => Promise.reject(new Error('Cannot read job')),
  }
  const { jobs, id, reconcile } = room({ state: 'running', startedAt: 1, unknownSince: 5 }, failing)
  await expect(reconcile()).rejects.toThrow('Cannot read job')
  expect(jobs.get(id)).toMatchObject({ state: 'running', unknownSince: 5 })
})

test('a host is not believed about a job of another one', () => {
  const { jobs, id } = room({ state: 'running', startedAt: 1 }, {})
  const end = told(id, { state: 'ended', exitCode: 0, endedAt: 7 })
  const sample = { id, cpuMs: 5, memoryBytes: 9, memoryKind: 'rss', processes: 1 } as const
  jobs.toldBy('h2', end)
  jobs.sampled('h2', [sample])
  expect(jobs.get(id)).toMatchObject({ state: 'running', memoryBytes: null, cpuMs: null })
  jobs.sampled('h1', [sample])
  expect(jobs.get(id)).toMatchObject({ memoryBytes: 9, cpuMs: 5 })
  jobs.toldBy('h1', end)
  expect(jobs.get(id)).toMatchObject({ state: 'ended', outcome: 'exited' })
})

test('the PID is the job’s own, of an app that is drawn the app’s; with its end it is forgotten', () => {
  const plain = room({ state: 'starting' }, {})
  plain.jobs.told(told(plain.id, { pid: 7, appPid: null }))
  expect(plain.jobs.get(plain.id)).toMatchObject({ state: 'running', pid: 7 })
  plain.jobs.hostLost('h1')
  expect(plain.jobs.get(plain.id)).toMatchObject({ unknownSince: 1_000, pid: 7 })

  const app = { way: 'waypipe', desktop: {}, link: null, startFolder: null } as const
  const drawn = room({ kind: 'app', state: 'starting', app }, {})
  const tellsOf = (change: Partial<AgentJob>) => {
    const before = drawn.events.length
    drawn.jobs.told(told(drawn.id, change))
    return drawn.events.slice(before)
  }
  tellsOf({ pid: 7, appPid: null })
  expect(drawn.jobs.get(drawn.id)).toMatchObject({ state: 'running', pid: null })
  expect(tellsOf({ pid: 7, appPid: 9 })).toMatchObject([{ type: 'job.changed', job: { pid: 9 } }])
  expect(tellsOf({ pid: 7, appPid: 9 })).toEqual([])
  expect(tellsOf({ state: 'ended', pid: 7, exitCode: 0, endedAt: 7 })).toMatchObject([{ job: { state: 'ended', pid: null } }])
})

test('the answer to a start that comes after the news that it runs takes nothing from that', () => {
  const { jobs, id } = room({ state: 'starting' }, {})
  jobs.told(told(id, { pid: 7 }))
  jobs.told(told(id, { state: 'starting' }))
  expect(jobs.get(id)).toMatchObject({ state: 'running', pid: 7, startedAt: 1_000 })
})

test('of several jobs nobody is told before what goes with them is stored, too', () => {
  const { jobs, events } = room({}, {})
  const before = events.length
  const rows = [1, 2].map(() => jobRow({ id: randomUUID() }))
  const toldThen: number[] = []
  jobs.addAll(rows, () => {
    for (const { id } of rows) toldThen.push(jobs.get(id) ? events.length - before : -1)
  })
  expect(toldThen).toEqual([0, 0])
  expect(events.slice(before).map(event => event.type === 'job.changed' && event.job.id)).toEqual(rows.map(({ id }) => id))
})
