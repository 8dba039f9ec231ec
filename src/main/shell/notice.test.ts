import { expect, test } from 'vitest'
import { type EndedJob, NOTHING_TOLD, noticeOf, summaryOf } from './notice.ts'

const MINUTE = 60_000
const RULES = { failed: true, longJobMs: 5 * MINUTE }

function ended(job: Partial<EndedJob> = {}): EndedJob {
  return {
    id: 'a3f2b091-0000-4000-8000-000000000000',
    command: { line: 'make -j32' },
    host: 'beefy',
    state: 'ended',
    outcome: 'exited',
    exitCode: 0,
    signal: null,
    reason: null,
    unknownSince: null,
    startedAt: 1_000,
    endedAt: 3_000,
    ...job,
  }
}

test('a job that failed is told with what, how, where and how long', () => {
  expect(noticeOf(ended({ exitCode: 2 }), { isWatched: false, rules: RULES })).toEqual({
    title: 'make -j32 failed',
    body: 'done [2] on beefy after 0:00:02 (a3f2b091)',
    isUrgent: true,
    jobId: 'a3f2b091-0000-4000-8000-000000000000',
    route: '/jobs/a3f2b091-0000-4000-8000-000000000000',
    counts: { failed: 1, done: 0, away: 0, back: 0, files: 0 },
  })
  const lost = ended({ outcome: 'lost', exitCode: null, reason: 'its host was restarted' })
  expect(noticeOf(lost, { isWatched: false, rules: RULES })?.body).toContain('its host was restarted')
})

test('who saw it fail in a moment is not told again; after a long while he is', () => {
  const failed = ended({ exitCode: 1 })
  expect(noticeOf(failed, { isWatched: true, rules: RULES })).toBeNull()
  expect(noticeOf({ ...failed, endedAt: 6 * MINUTE }, { isWatched: true, rules: RULES })?.title).toBe('make -j32 failed')
})

test('a good end is told after a long while only', () => {
  expect(noticeOf(ended(), { isWatched: false, rules: RULES })).toBeNull()
  const long = ended({ endedAt: 1_000 + 5 * MINUTE })
  expect(noticeOf(long, { isWatched: false, rules: RULES })?.title).toBe('make -j32 is done')
  expect(noticeOf(long, { isWatched: false, rules: { ...RULES, longJobMs: 0 } })).toBeNull()
})

test('what the person did himself, or wants to hear nothing of, is not told', () => {
  for (const outcome of ['stopped', 'cancelled'] as const)
    expect(noticeOf(ended({ outcome, exitCode: null }), { isWatched: false, rules: RULES })).toBeNull()
  expect(noticeOf(ended({ exitCode: 1 }), { isWatched: false, rules: { ...RULES, failed: false } })).toBeNull()
})

test('a command of others does nothing in a notification', () => {
  const notice = noticeOf(ended({ exitCode: 1, command: { line: `\x1b[31m\u202e${'x'.repeat(200)}\n` } }), {
    isWatched: false,
    rules: RULES,
  })
  expect(notice?.title).toMatch(/^\\e\[31m\\u\{202e\}x+… failed$/)
  expect(notice?.title.length).toBeLessThan(100)
})

test('many at once are one', () => {
  const failed = noticeOf(ended({ exitCode: 1 }), { isWatched: false, rules: RULES })
  if (!failed) throw new Error('It was not told')
  expect(summaryOf([failed, failed, { ...failed, isUrgent: false, counts: { ...NOTHING_TOLD, done: 1 } }, failed])).toMatchObject(
    {
      title: '3 jobs failed, 1 job done',
      isUrgent: true,
      jobId: null,
    },
  )
})
