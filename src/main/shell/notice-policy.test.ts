import fc from 'fast-check'
import { expect, test } from 'vitest'
import { heldOf, heldText } from './held-notices.ts'
import { type EndedJob, fileNotice, type Notice, summaryOf } from './notice.ts'
import { AWAY_MS, BACK_MS, GATHER_MS, NoticePolicy, type PolicyRules } from './notice-policy.ts'

const RULES: PolicyRules = { failed: true, longJobMs: 300_000, hostAway: true, quiet: null, mutedHosts: [] }
const NIGHT = { fromMinute: 22 * 60, toMinute: 7 * 60 }
const NOON = 12 * 60

/** A person whose clock goes as the test says, and who is shown what the policy says. */
class Person {
  readonly policy: NoticePolicy
  readonly shown: string[] = []
  readonly told: { atMs: number; failed: number }[] = []
  rules: PolicyRules
  atMs = 0
  minute = NOON
  hasDesktop = true

  constructor(rules: Partial<PolicyRules> = {}, held: readonly Notice[] = []) {
    this.policy = new NoticePolicy(held)
    this.rules = { ...RULES, ...rules }
  }

  get now() {
    return { atMs: this.atMs, minute: this.minute, hasDesktop: this.hasDesktop }
  }

  fails(id: string, more: Partial<EndedJob> = {}): void {
    const job: EndedJob = {
      id,
      command: { line: `job ${id}` },
      host: 'box',
      state: 'ended',
      outcome: 'exited',
      exitCode: 1,
      signal: null,
      reason: null,
      unknownSince: null,
      startedAt: 0,
      endedAt: 2_000,
      ...more,
    }
    this.policy.jobEnded(job, { isWatched: false, rules: this.rules, now: this.now })
    this.#look()
  }

  host(isConnected: boolean, name = 'box'): void {
    this.policy.hostChanged({ name, isConnected, why: isConnected ? null : 'it does not answer' }, this.now)
    this.#look()
  }

  /** Time goes by as the policy asks for it, and no faster. */
  wait(ms: number): Notice[] {
    const until = this.atMs + ms
    const got: Notice[] = []
    for (;;) {
      const waitMs = this.policy.waitMs(this.rules, this.now)
      if (waitMs === null || this.atMs + waitMs > until) break
      this.atMs += waitMs
      got.push(...this.#look())
      if (waitMs === 0 && this.policy.waitMs(this.rules, this.now) === 0) throw new Error('It asks again and again')
    }
    this.atMs = until
    return got
  }

  #look(): Notice[] {
    const due = this.policy.due(this.rules, this.now)
    this.shown.push(...due.map(notice => notice.title))
    this.told.push(...due.map(({ counts }) => ({ atMs: this.atMs, failed: counts.failed })))
    return due
  }
}

test('a job is told once, a moment later', () => {
  const person = new Person()
  person.fails('1')
  person.fails('1')
  expect(person.shown).toEqual([])
  person.wait(GATHER_MS)
  person.fails('1')
  person.wait(100_000)
  expect(person.shown).toEqual(['job 1 failed'])
})

test('three at once are three, more are one; what is too much for a minute is one at its end', () => {
  const person = new Person()
  for (const id of ['1', '2', '3']) person.fails(id)
  person.wait(GATHER_MS)
  expect(person.shown).toHaveLength(3)
  for (const id of ['4', '5', '6', '7']) person.fails(id)
  person.wait(GATHER_MS)
  expect(person.shown.at(-1)).toBe('4 jobs failed')
  person.fails('8')
  person.wait(10_000)
  expect(person.shown).toHaveLength(4)
  person.wait(60_000)
  expect(person.shown.slice(4)).toEqual(['job 8 failed'])
})

test('200 within a minute, at once or one by one, are a few, and none is lost in the count', () => {
  for (const everyMs of [0, 300]) {
    const person = new Person()
    const got: Notice[] = []
    for (let count = 0; count < 200; count++) {
      person.fails(String(count))
      got.push(...person.wait(everyMs))
    }
    got.push(...person.wait(120_000))
    expect(got.length).toBeLessThanOrEqual(everyMs === 0 ? 1 : 7)
    expect(got.reduce((sum, notice) => sum + notice.counts.failed, 0)).toBe(200)
  }
})

test('a host that is away is told after two minutes, once, with what it took along; and once when it is back', () => {
  const person = new Person()
  person.host(true)
  person.host(false)
  person.fails('1', { outcome: 'link-lost', exitCode: null })
  person.wait(AWAY_MS - 1)
  expect(person.shown).toEqual([])
  expect(person.wait(GATHER_MS + 1)).toMatchObject([
    { title: 'box is away', body: 'it does not answer\n1 job failed', route: '/hosts/box', isUrgent: false },
  ])
  person.wait(3_600_000)
  person.host(false)
  person.host(true)
  for (let count = 0; count < 50; count++) person.fails(`lost ${count}`, { outcome: 'lost', exitCode: null })
  expect(person.wait(BACK_MS + GATHER_MS)).toMatchObject([
    { title: 'box is back', body: 'It was away for 1 h\n50 jobs failed', counts: { failed: 50, back: 1 } },
  ])
  person.fails('after')
  person.wait(60_000)
  expect(person.shown.at(-1)).toBe('job after failed')
})

test('a host that comes back soon is not told; what was kept for it is', () => {
  const person = new Person()
  person.host(true)
  person.host(false)
  person.fails('1')
  person.wait(AWAY_MS / 2)
  person.host(true)
  person.wait(600_000)
  expect(person.shown).toEqual(['job 1 failed'])
})

test('a host that flaps is not told again and again; one that was never there is not away; all at once are one', () => {
  const person = new Person()
  person.host(true)
  person.host(false)
  person.wait(AWAY_MS + GATHER_MS)
  for (let count = 0; count < 20; count++) {
    person.host(true)
    person.wait(BACK_MS / 2)
    person.host(false)
    person.wait(AWAY_MS)
  }
  expect(person.shown).toEqual(['box is away'])
  person.host(false, 'never')
  for (let count = 0; count < 5; count++) person.host(true, `h${count}`)
  for (let count = 0; count < 5; count++) person.host(false, `h${count}`)
  person.wait(AWAY_MS + 60_000)
  expect(person.shown.slice(1)).toEqual(['5 hosts away'])
})

test('what one wants to hear nothing of: hosts that are muted, and hosts that are away', () => {
  const muted = new Person({ mutedHosts: ['box'] })
  muted.host(true)
  muted.fails('1')
  muted.host(false)
  muted.wait(AWAY_MS * 2)
  muted.host(true)
  muted.wait(AWAY_MS)
  expect(muted.shown).toEqual([])
  const jobsOnly = new Person({ hostAway: false })
  jobsOnly.host(true)
  jobsOnly.host(false)
  jobsOnly.fails('1')
  jobsOnly.wait(AWAY_MS * 2)
  expect(jobsOnly.shown).toEqual(['job 1 failed'])
})

test('in quiet hours nothing is told; at their end what was urgent, in one, and nothing else', () => {
  const person = new Person({ quiet: NIGHT })
  person.minute = 23 * 60
  person.fails('1')
  person.fails('2')
  person.fails('long', { exitCode: 0, endedAt: 1_000_000 })
  person.wait(600_000)
  person.minute = 3 * 60
  person.wait(600_000)
  expect(person.shown).toEqual([])
  person.minute = NIGHT.toMinute
  expect(person.wait(60_000)).toMatchObject([{ title: 'While it was quiet: 2 jobs failed', body: 'job 1 failed\njob 2 failed' }])
  person.wait(600_000)
  expect(person.shown).toHaveLength(1)
})

test('at the end what waits is told, but not in quiet hours', () => {
  const person = new Person()
  person.fails('1')
  expect(person.policy.last(RULES, person.now).map(notice => notice.title)).toEqual(['job 1 failed'])
  const asleep = new Person({ quiet: NIGHT })
  asleep.minute = 0
  asleep.fails('1')
  expect(asleep.policy.last(asleep.rules, asleep.now)).toEqual([])
})

test('what was held in quiet hours, or while there was no desktop, is told by the next core', () => {
  const asleep = new Person({ quiet: NIGHT })
  asleep.minute = 0
  asleep.fails('1')
  asleep.wait(GATHER_MS)
  asleep.fails('2')
  asleep.fails('long', { exitCode: 0, endedAt: 1_000_000 })
  expect(asleep.policy.last(asleep.rules, asleep.now)).toEqual([])
  const next = new Person({ quiet: NIGHT }, heldOf(heldText(asleep.policy.held)))
  next.minute = 0
  expect(next.wait(600_000)).toEqual([])
  next.minute = NIGHT.toMinute
  next.hasDesktop = false
  next.fails('3')
  expect(next.wait(600_000)).toEqual([])
  next.hasDesktop = true
  expect(next.wait(60_000)).toMatchObject([{ title: 'While it was quiet: 3 jobs failed' }])
  expect(next.policy.held).toEqual([])
  expect([heldOf('[{"title":"of another version"}]'), heldOf('{')]).toEqual([[], []])
})

test('what waits for its host is told at the end', () => {
  const person = new Person()
  person.host(true)
  person.host(false)
  person.fails('1')
  expect(person.wait(GATHER_MS)).toEqual([])
  expect(person.policy.last(RULES, person.now).map(notice => notice.title)).toEqual(['job 1 failed'])
})

test('a file that was changed on both sides is news, but not of a host that is muted; with others it is a number', () => {
  const notice = fileNotice({ host: 'box', path: '/home/me/a letter.odt', keptAs: '/home/me/a letter (box).odt' })
  expect(notice).toMatchObject({ title: 'a letter.odt was changed here and on box', isUrgent: true })
  const person = new Person()
  const how = { rules: person.rules, now: person.now }
  person.policy.happened(notice, { host: 'box', ...how })
  expect(person.wait(GATHER_MS)).toEqual([notice])
  person.policy.happened(notice, { host: 'box', ...how, rules: { ...RULES, mutedHosts: ['box'] } })
  expect(person.wait(600_000)).toEqual([])
  const stuck = fileNotice({ host: 'box', path: '/x/y.txt', why: 'It is too big' })
  expect(summaryOf([notice, stuck]).title).toBe('2 files need you')
})

test('whatever happens, no failure is told twice or lost, and no minute has more than six', () => {
  const step = fc.oneof(
    fc.record({ type: fc.constant('fail' as const), host: fc.constantFrom('a', 'b', null) }),
    fc.record({ type: fc.constant('host' as const), host: fc.constantFrom('a', 'b'), isConnected: fc.boolean() }),
    fc.record({ type: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 200_000 }) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const person = new Person()
      let failed = 0
      for (const one of steps) {
        if (one.type === 'wait') person.wait(one.ms)
        else if (one.type === 'host') person.host(one.isConnected, one.host)
        else person.fails(String(++failed), { host: one.host })
      }
      for (const name of ['a', 'b']) person.host(true, name)
      person.wait(600_000)
      const { told } = person
      expect(told.reduce((sum, notice) => sum + notice.failed, 0)).toBe(failed)
      for (const { atMs } of told)
        expect(told.filter(one => one.atMs >= atMs && one.atMs < atMs + 60_000).length).toBeLessThanOrEqual(6)
    }),
    { numRuns: 200 },
  )
})
