import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type JobNews, type JobStatus, nextStatus } from './job-state.ts'

const QUEUED: JobStatus = {
  state: 'queued',
  outcome: null,
  exitCode: null,
  signal: null,
  reason: null,
  unknownSince: null,
  startedAt: null,
  endedAt: null,
  logBytes: null,
  stopRequestedAt: null,
}
const TOLD = {
  state: 'running',
  startedAt: -5_000,
  endedAt: null,
  exitCode: null,
  signal: null,
  isStopped: false,
  reason: null,
  logBytes: 0,
} as const
const running: JobNews = { type: 'told', job: TOLD }
const exited = (exitCode: number): JobNews => ({
  type: 'told',
  job: { ...TOLD, state: 'ended', exitCode, endedAt: -4_910, logBytes: 7 },
})

function play(...news: JobNews[]): JobStatus {
  return news.reduce((status, one, index) => nextStatus(status, one, 100 + index), QUEUED)
}

describe('a job', () => {
  test('goes its ordinary way and keeps the times its host told', () => {
    const end = play({ type: 'syncing' }, { type: 'starting' }, running, exited(3))
    expect(end).toMatchObject({ state: 'ended', outcome: 'exited', exitCode: 3, startedAt: -5_000, endedAt: -4_910, logBytes: 7 })
  })

  test('that is told at once has the time at which it was told, since hosts tell whole seconds', () => {
    const job = { ...TOLD, startedAt: 2_000 }
    expect(nextStatus(QUEUED, { type: 'told', job }, 2_400).startedAt).toBe(2_400)
    expect(nextStatus(QUEUED, { type: 'told', job }, 3_400).startedAt).toBe(2_000)
  })

  test('that is told by a clock that was set has not ended in time to come, nor before it started', () => {
    const started = nextStatus(QUEUED, { type: 'told', job: { ...TOLD, startedAt: 10_000 } }, 20_000)
    const ended = (endedAt: number) =>
      nextStatus(started, { type: 'told', job: { ...TOLD, state: 'ended', exitCode: 0, startedAt: 10_000, endedAt } }, 30_000)
    expect(ended(90_000_000).endedAt).toBe(30_000)
    expect(ended(-90_000_000).endedAt).toBe(10_000)
  })

  test('that was asked to stop is stopped, whatever it ended with', () => {
    const asked = play({ type: 'starting' }, running, { type: 'stop-requested' })
    expect(asked.state).toBe('stopping')
    const end = nextStatus(
      asked,
      { type: 'told', job: { ...TOLD, state: 'ended', signal: 'TERM', isStopped: true, endedAt: 9 } },
      200,
    )
    expect(end).toMatchObject({ outcome: 'stopped', signal: 'TERM' })
  })

  test('that its host ended before it ran is cancelled where it was to stop, and has failed otherwise', () => {
    const never = { ...TOLD, state: 'ended', startedAt: null, endedAt: 9, reason: 'why' } as const
    const end = (isStopped: boolean) =>
      nextStatus(play({ type: 'starting' }), { type: 'told', job: { ...never, isStopped } }, 200)
    expect(end(true)).toMatchObject({ outcome: 'cancelled', reason: 'why', startedAt: null })
    expect(end(false)).toMatchObject({ outcome: 'failed', reason: 'why', startedAt: null })
  })

  test('whose window was taken from it is link-lost, with no code of its own, and stays so', () => {
    const lost: JobNews = { type: 'told', job: { ...TOLD, state: 'link-lost', endedAt: -4_910 } }
    const end = play({ type: 'starting' }, running, lost, exited(1))
    expect(end).toMatchObject({ state: 'ended', outcome: 'link-lost', exitCode: null, signal: null, endedAt: -4_910 })
    expect(end.reason).toContain('window')
  })

  test('that ended by itself before the stop arrived is not called stopped', () => {
    expect(play({ type: 'starting' }, running, { type: 'stop-requested' }, exited(0))).toMatchObject({
      outcome: 'exited',
      exitCode: 0,
    })
  })

  test('is cancelled when stopped before it reached a host', () => {
    expect(play({ type: 'syncing' }, { type: 'stop-requested' })).toMatchObject({ state: 'ended', outcome: 'cancelled' })
  })

  test('is unknown while its host is silent, and keeps its last state', () => {
    const silent = play({ type: 'starting' }, running, { type: 'host-lost' }, { type: 'host-lost' })
    expect(silent).toMatchObject({ state: 'running', unknownSince: 102 })
    expect(nextStatus(silent, running, 500)).toMatchObject({ state: 'running', unknownSince: null })
  })

  test('that no host has yet is never unknown', () => {
    expect(play({ type: 'syncing' }, { type: 'host-lost' }).unknownSince).toBeNull()
  })

  test('whose start may not have arrived stays to be started again; one that ran is lost', () => {
    expect(play({ type: 'starting' }, { type: 'trace-gone' }).state).toBe('starting')
    expect(play({ type: 'starting' }, running, { type: 'trace-gone' })).toMatchObject({ state: 'ended', outcome: 'lost' })
  })

  test('stays ended, whatever is told late', () => {
    const end = play({ type: 'starting' }, running, exited(1))
    for (const late of [
      running,
      exited(2),
      { type: 'host-lost' },
      { type: 'stop-requested' },
      { type: 'trace-gone' },
    ] as JobNews[]) {
      expect(nextStatus(end, late, 999)).toBe(end)
    }
  })
})

const anyNews: fc.Arbitrary<JobNews> = fc.oneof(
  fc.constantFrom<JobNews>(
    { type: 'syncing' },
    { type: 'starting' },
    { type: 'stop-requested' },
    { type: 'trace-gone' },
    { type: 'host-lost' },
    { type: 'host-asked' },
    { type: 'failed', reason: 'no' },
  ),
  fc
    .record({
      state: fc.constantFrom('starting', 'running', 'ended', 'lost', 'link-lost' as const),
      exitCode: fc.option(fc.nat(255)),
      signal: fc.option(fc.constantFrom('TERM', 'KILL')),
      isStopped: fc.boolean(),
    })
    .map((job): JobNews => ({ type: 'told', job: { ...TOLD, ...job } })),
)

test('whatever happens in whatever order: an outcome exactly when ended, never back, never unknown at the end', () => {
  const order = ['queued', 'syncing', 'starting', 'running', 'stopping', 'ended']
  fc.assert(
    fc.property(fc.array(anyNews, { maxLength: 30 }), all => {
      let status = QUEUED
      for (const news of all) {
        const next = nextStatus(status, news, 1)
        expect(next.outcome === null).toBe(next.state !== 'ended')
        if (next.state === 'ended') expect(next.unknownSince).toBeNull()
        expect(order.indexOf(next.state)).toBeGreaterThanOrEqual(order.indexOf(status.state))
        if (next.outcome === 'exited') expect(next.exitCode).not.toBeNull()
        status = next
      }
    }),
  )
})
