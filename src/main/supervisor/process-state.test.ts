import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  hasEndedForGood,
  isAlive,
  isRestartDue,
  isToBegin,
  nextProcessStatus,
  type ProcessNews,
  type ProcessStatus,
  type RunStatus,
} from './process-state.ts'

const STOPPED: ProcessStatus = {
  isWanted: false,
  jobId: null,
  run: 0,
  failures: 0,
  state: 'stopped',
  reason: null,
  isStuck: false,
  since: 0,
  unknownSince: null,
  hostRestart: 'never',
  retryAt: null,
  brokenBy: null,
  stopOwed: null,
}
const JOB: RunStatus = {
  id: 'a',
  state: 'running',
  outcome: null,
  exitCode: null,
  signal: null,
  reason: null,
  unknownSince: null,
  startedAt: 7,
}
const run = (jobId: string, number = 1): ProcessNews => ({ type: 'run', jobId, run: number })
const told = (change: Partial<RunStatus> = {}): ProcessNews => ({ type: 'job', job: { ...JOB, ...change } })
const exited = (exitCode: number, id = 'a'): ProcessNews => told({ id, state: 'ended', outcome: 'exited', exitCode })
const stoppedJob = (id = 'a'): ProcessNews => told({ id, state: 'ended', outcome: 'stopped', signal: 'TERM' })
const planned = (at = 500, failures = 1): ProcessNews => ({ type: 'restart-planned', jobId: 'a', at, failures })
const wanted: ProcessNews = { type: 'wanted' }
const unwanted: ProcessNews = { type: 'unwanted' }
const hit: ProcessNews = {
  type: 'broken',
  by: { patternId: 'p', pattern: 'panic:', jobId: 'a', at: 1, byte: 0, line: 'panic: x', lines: ['panic: x'] },
}
const UP = [wanted, run('a'), told()]

function play(...news: ProcessNews[]): ProcessStatus {
  return playOn(STOPPED, ...news)
}
function playOn(from: ProcessStatus, ...news: ProcessNews[]): ProcessStatus {
  return news.reduce((status, one, index) => nextProcessStatus(status, one, 100 + index), from)
}
/** One whose host is to run it again by this policy. */
const kept = (hostRestart: ProcessStatus['hostRestart'], ...news: ProcessNews[]) =>
  playOn({ ...play(...UP), hostRestart }, ...news)

/** The machine as docs/processes.md has it: how it came to stand so, what happens, and how it stands then. */
const TABLE: [from: string, way: ProcessNews[], what: string, news: ProcessNews, to: string, more?: Partial<ProcessStatus>][] = [
  ['stopped', [], 'is started', wanted, 'waiting', { isWanted: true }],
  ['stopped', [], 'is stopped', unwanted, 'stopped'],
  ['waiting', [wanted], 'is stopped', unwanted, 'stopped', { isWanted: false }],
  ['waiting', [wanted], 'cannot be started', { type: 'cannot-start', reason: 'no host' }, 'dead', { reason: 'no host' }],
  [
    'waiting',
    [...UP, exited(1), wanted],
    'cannot be started',
    { type: 'cannot-start', reason: 'no host' },
    'dead',
    { reason: 'no host', jobId: null, run: 1 },
  ],
  ['waiting', [wanted], 'begins', run('a'), 'starting', { jobId: 'a', run: 1 }],
  ['starting', [wanted, run('a')], 'runs', told(), 'running'],
  ['starting', [wanted, run('a')], 'is stopped', unwanted, 'stopping'],
  [
    'starting',
    [wanted, run('a')],
    'fails',
    told({ state: 'ended', outcome: 'failed', reason: 'no disk' }),
    'dead',
    { reason: 'no disk' },
  ],
  ['running', UP, 'is started', wanted, 'running'],
  ['running', UP, 'is ready', { type: 'ready', jobId: 'a' }, 'ready'],
  ['running', UP, 'is late', { type: 'not-ready', jobId: 'a', reason: 'late' }, 'running', { reason: 'late' }],
  ['running', UP, 'is stopped', unwanted, 'stopping', { isWanted: false }],
  ['running', UP, 'is restarted', { type: 'restart' }, 'stopping', { isWanted: true }],
  ['running', UP, 'breaks', hit, 'stopping', { isWanted: false }],
  ['running', UP, 'ends well', exited(0), 'done', { isWanted: true }],
  ['running', UP, 'ends badly', exited(3), 'dead', { reason: 'it ended with exit code 3' }],
  ['running', UP, 'is lost', told({ state: 'ended', outcome: 'lost', reason: 'restarted' }), 'dead', { reason: 'restarted' }],
  ['running', UP, 'is stopped by another', stoppedJob(), 'stopped', { isWanted: false }],
  ['running', UP, 'has a plan', planned(), 'running', { retryAt: 500 }],
  ['ready', [...UP, { type: 'ready', jobId: 'a' }], 'is told again', told(), 'ready'],
  ['ready', [...UP, { type: 'ready', jobId: 'a' }], 'ends badly', exited(1), 'dead'],
  ['stopping', [...UP, unwanted], 'ends', stoppedJob(), 'stopped'],
  ['stopping', [...UP, unwanted], 'ends by itself', exited(0), 'stopped'],
  ['stopping', [...UP, unwanted], 'is told again', told(), 'stopping'],
  ['stopping', [...UP, unwanted], 'is started', wanted, 'stopping', { isWanted: true }],
  ['stopping', [...UP, unwanted, wanted], 'ends', stoppedJob(), 'waiting', { isWanted: true }],
  ['stopping', [...UP, { type: 'restart' }], 'ends', stoppedJob(), 'waiting', { isWanted: true }],
  ['stopping', [...UP, hit], 'ends', stoppedJob(), 'broken', { isWanted: false, reason: '"panic:" was found in its output' }],
  ['stopping', [...UP, hit], 'another run goes on', { type: 'not-broken' }, 'stopping', { isWanted: true, brokenBy: null }],
  ['dead', [...UP, exited(1)], 'is to be run again', planned(), 'dead', { retryAt: 500, failures: 1 }],
  ['dead', [...UP, exited(1), planned()], 'runs again', run('b', 2), 'starting', { retryAt: null, jobId: 'b', run: 2 }],
  ['dead', [...UP, exited(1), planned()], 'is started', wanted, 'dead', { retryAt: 500 }],
  ['dead', [...UP, exited(1), planned()], 'is stopped', unwanted, 'stopped', { retryAt: null }],
  ['dead', [...UP, exited(1), planned()], 'is restarted', { type: 'restart' }, 'waiting', { retryAt: null }],
  ['dead', [...UP, exited(1)], 'is started', wanted, 'waiting'],
  ['waiting', [...UP, exited(1), wanted], 'hears late of a plan', planned(), 'waiting', { retryAt: null }],
  ['done', [...UP, exited(0)], 'is to be run again', planned(), 'waiting', { retryAt: 500 }],
  ['done', [...UP, exited(0)], 'is started', wanted, 'waiting'],
  ['done', [...UP, exited(0)], 'is stopped', unwanted, 'done'],
  ['broken', [...UP, hit, stoppedJob()], 'is started', wanted, 'waiting', { brokenBy: null }],
  ['broken', [...UP, hit, stoppedJob()], 'is stopped', unwanted, 'broken'],
  ['broken', [...UP, hit, stoppedJob()], 'is told again', stoppedJob(), 'broken'],
]

test.each(TABLE)('%s: %# %s → %s', (from, way, _what, news, to, more = {}) => {
  const before = play(...way)
  expect(before.state).toBe(from)
  expect(nextProcessStatus(before, news, 900)).toMatchObject({ state: to, ...more })
})

describe('a process', () => {
  test('is unknown since its host cannot be asked, and stands then as its host says', () => {
    const away = play(...UP, told({ unknownSince: 77 }))
    expect(away).toMatchObject({ state: 'running', unknownSince: 77 })
    expect(nextProcessStatus(away, told(), 900)).toMatchObject({ state: 'running', unknownSince: null })
    expect(nextProcessStatus(away, exited(2), 900)).toMatchObject({ state: 'dead', unknownSince: null })
  })

  test('that is stopped while its host is away is on its way to stop, and no run of the past makes it run', () => {
    const stopping = play(...UP, told({ unknownSince: 77 }), unwanted)
    expect(stopping).toMatchObject({ state: 'stopping', unknownSince: 77, isWanted: false })
    expect(nextProcessStatus(stopping, exited(1, 'old'), 900)).toEqual(stopping)
  })

  test('keeps the time of its last change of state', () => {
    const up = play(...UP)
    expect(nextProcessStatus(up, told(), 900).since).toBe(up.since)
    expect(nextProcessStatus(up, unwanted, 900).since).toBe(900)
  })

  test('of which the plan is told before the end is dead with its reason, and has the plan', () => {
    expect(play(...UP, planned(), exited(4))).toMatchObject({ state: 'dead', reason: 'it ended with exit code 4', retryAt: 500 })
    expect(play(...UP, planned(), exited(0))).toMatchObject({ state: 'waiting', retryAt: 500 })
  })

  test('that its host runs again says so from its end on, before its host has told when', () => {
    const due = (status: ProcessStatus) => [status.state, isRestartDue(status), hasEndedForGood(status), isToBegin(status)]
    expect(due(kept('on-failure', exited(1)))).toEqual(['dead', true, false, false])
    expect(due(kept('on-failure', exited(0)))).toEqual(['done', false, true, false])
    expect(due(kept('always', exited(0)))).toEqual(['waiting', true, false, false])
    expect(due(kept('always', told({ state: 'ended', outcome: 'lost' })))).toEqual(['dead', true, false, false])
    expect(due(kept('never', exited(1)))).toEqual(['dead', false, true, false])
    // Its host has never heard of that run.
    const failed = told({ state: 'ended', outcome: 'failed', reason: 'no disk', startedAt: null })
    expect(due(kept('always', failed))).toEqual(['dead', false, true, false])
  })

  test('that is to be run again is so until it is stopped, begun anew, or its host keeps it no more', () => {
    const dead = kept('always', exited(1))
    expect(nextProcessStatus(dead, wanted, 900)).toEqual(dead)
    expect(isRestartDue(playOn(dead, unwanted))).toBe(false)
    expect(isToBegin(playOn(dead, { type: 'restart' }))).toBe(true)
    expect(hasEndedForGood(playOn(dead, { type: 'not-kept' }))).toBe(true)
    expect(playOn(kept('always', exited(0)), { type: 'not-kept' })).toMatchObject({ state: 'done', reason: null })
  })

  test('that is to be run again is unknown while its host is away, and not stopped before that has heard', () => {
    const away = kept('always', exited(1), { type: 'host-lost' })
    expect(away).toMatchObject({ state: 'dead', unknownSince: 101 })
    expect(playOn(away, unwanted)).toMatchObject({ state: 'stopped', unknownSince: 101 })
    expect(playOn(away, unwanted, { type: 'host-asked' })).toMatchObject({ state: 'stopped', unknownSince: null })
    expect(kept('never', exited(1), { type: 'host-lost' }).unknownSince).toBeNull()
  })

  test('that its host runs again while it is to begin anew is stopped, and begun anew', () => {
    const restarting: ProcessStatus = {
      ...kept('always', exited(1), { type: 'restart' }),
      stopOwed: { signal: 'TERM', graceMs: 1 },
    }
    const begun = playOn(restarting, run('b', 2), told({ id: 'b' }))
    expect(begun).toMatchObject({ state: 'stopping', reason: 'to be started anew', isWanted: true })
    expect(isToBegin(playOn({ ...begun, stopOwed: null }, stoppedJob('b')))).toBe(true)
  })

  test('that waits in vain is stuck until it does anything else', () => {
    const stuck = play(wanted, { type: 'waits', reason: 'for db.1', isStuck: true })
    expect(stuck).toMatchObject({ state: 'waiting', isStuck: true })
    expect(playOn(stuck, run('a')).isStuck).toBe(false)
    expect(playOn(stuck, { type: 'waits', reason: 'for db.1', isStuck: false }).isStuck).toBe(false)
  })

  test('that has been stable has no failures', () => {
    const again = play(...UP, exited(1), planned(500, 4), run('b', 2), told({ id: 'b' }))
    expect(again.failures).toBe(4)
    expect(nextProcessStatus(again, { type: 'stable', jobId: 'b' }, 900).failures).toBe(0)
    expect(nextProcessStatus(again, { type: 'stable', jobId: 'a' }, 900).failures).toBe(4)
  })
})

const ids = fc.constantFrom('a', 'b', 'c')
const jobs = fc.record({
  id: ids,
  state: fc.constantFrom('queued', 'syncing', 'starting', 'running', 'stopping', 'ended'),
  startedAt: fc.constantFrom(null, 7),
  outcome: fc.constantFrom('exited', 'signalled', 'stopped', 'cancelled', 'failed', 'lost'),
  exitCode: fc.constantFrom(0, 1, null),
  signal: fc.constant(null),
  reason: fc.constantFrom(null, 'why'),
  unknownSince: fc.constantFrom(null, 5),
})
const anyNews: fc.Arbitrary<ProcessNews> = fc.oneof(
  fc.constantFrom<ProcessNews>(wanted, unwanted, { type: 'restart' }, { type: 'not-broken' }),
  fc.constantFrom<ProcessNews>({ type: 'not-kept' }, { type: 'host-lost' }, { type: 'host-asked' }),
  fc.record({ type: fc.constant('run' as const), jobId: ids, run: fc.integer({ min: 1, max: 9 }) }),
  jobs.map(
    (job): ProcessNews => ({ type: 'job', job: { ...job, outcome: job.state === 'ended' ? job.outcome : null } as RunStatus }),
  ),
  fc.record({ type: fc.constant('restart-planned' as const), jobId: ids, at: fc.nat(), failures: fc.nat(9) }),
  fc.record({ type: fc.constantFrom('ready' as const, 'stable' as const), jobId: ids }),
  fc.record({ type: fc.constant('waits' as const), reason: fc.constant('for db.1'), isStuck: fc.boolean() }),
  ids.map((jobId): ProcessNews => ({ type: 'broken', by: { ...(hit as Extract<ProcessNews, { type: 'broken' }>).by, jobId } })),
)

describe('whatever happens, in any order and twice', () => {
  const some = fc.array(anyNews, { maxLength: 40 })

  test('a stop wins: no news but a start makes it wanted again', () => {
    fc.assert(
      fc.property(some, some, (before, after) => {
        const isStart = ({ type }: ProcessNews) => type === 'wanted' || type === 'restart'
        const owed = { ...play(...before), stopOwed: { signal: 'TERM', graceMs: 1 } }
        const end = playOn(owed, unwanted, ...after.filter(news => !isStart(news)))
        expect(end.isWanted).toBe(false)
        expect(isToBegin(end)).toBe(false)
      }),
      { examples: [[[run('a'), hit, run('b')], [{ type: 'not-broken' }]]] },
    )
  })

  test('it is never begun while a run of it goes on', () => {
    fc.assert(
      fc.property(some, news => {
        const end = play(...news)
        if (isToBegin(end)) expect(isAlive(end)).toBe(false)
      }),
    )
  })

  test('a start that is sent twice is one', () => {
    fc.assert(
      fc.property(some, news => {
        const once = play(...news, wanted)
        expect({ ...nextProcessStatus(once, wanted, 1_000), since: once.since }).toEqual(once)
      }),
    )
  })

  test('broken, dead and ready hold only with what makes them so', () => {
    fc.assert(
      fc.property(some, news => {
        const end = play(...news)
        if (end.state === 'broken') expect(end.brokenBy).not.toBeNull()
        if (end.state === 'ready' || end.state === 'running') expect(end.jobId).not.toBeNull()
        if (end.retryAt !== null) expect(end.isWanted).toBe(true)
      }),
      { examples: [[[run('a'), wanted, planned(0), hit]]] },
    )
  })
})
