/** What signs in at the web address, and for how long. */
import { expect, test } from 'vitest'
import { temporaryStore } from '../../../test/helpers/temporary-store.ts'
import { WebAccess } from './web-access.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

function open() {
  let now = 1_760_000_000_000
  let steady = 10_000
  const store = temporaryStore()
  const ended: string[] = []
  const again = () =>
    new WebAccess({
      clock: { now: () => now },
      steady: { now: () => steady },
      store: store.web,
      onEnd: hashes => ended.push(...hashes),
    })
  return {
    store,
    ended,
    /** As the next core would have it. */
    again,
    access: again(),
    pass: (ms: number) => {
      now += ms
      steady += ms
    },
    /** Somebody sets the clock. */
    set: (byMs: number) => {
      now += byMs
    },
  }
}

/** @throws {Error} if the token is not taken */
function secretFor(access: WebAccess, token = access.issueToken('owner')): string {
  const secret = access.redeem(token)
  if (secret === null) throw new Error('The token was refused')
  return secret
}

test('a token signs in once', () => {
  const { access } = open()
  const gone: number[] = []
  const token = access.issueToken('owner', () => gone.push(1))
  expect(token).toMatch(/^[\w-]{43}$/)
  const secret = secretFor(access, token)
  expect(secret).toMatch(/^[\w-]{43}$/)
  expect(secret).not.toBe(token)
  expect(access.redeem(token)).toBeNull()
  expect(access.session(token)).toBeNull()
  expect(access.session(secret)).not.toBeNull()
  expect(gone).toEqual([1])
})

test('a token is of no use after five minutes, and it is told', () => {
  const { access, pass } = open()
  let gone = 0
  const tell = () => gone++
  const [first, second] = [access.issueToken('owner', tell), access.issueToken('owner', tell)]
  pass(5 * MINUTE - 1)
  access.expire()
  expect(gone).toBe(0)
  pass(1)
  expect(access.redeem(first)).toBeNull()
  access.expire()
  expect(gone).toBe(2)
  expect(access.redeem(second)).toBeNull()
})

test.each([DAY, -DAY])('a clock that is set by %s ms neither ends a token nor lengthens its life, and shuts nobody out', byMs => {
  const { access, pass, set } = open()
  const secret = secretFor(access)
  const [first, second] = [access.issueToken('owner'), access.issueToken('owner')]
  set(byMs)
  access.expire()
  expect(access.session(secret)).not.toBeNull()
  expect(access.redeem(first)).not.toBeNull()
  pass(5 * MINUTE)
  expect(access.redeem(second)).toBeNull()
  expect(access.session(secret)).not.toBeNull()
})

test('tokens and sessions are no words that somebody could guess', () => {
  const { access } = open()
  secretFor(access)
  for (const guess of ['', ' ', 'undefined', 'null', '__proto__', 'x'.repeat(43), '\0', '*']) {
    expect(access.redeem(guess)).toBeNull()
    expect(access.session(guess)).toBeNull()
  }
})

test('a session outlives the core, a token does not, and the store has neither', () => {
  const { access, again, store } = open()
  const secret = secretFor(access)
  const unused = access.issueToken('owner')
  const next = again()
  expect(next.hasSessions).toBe(true)
  expect(next.session(secret)).toEqual(access.session(secret))
  expect(next.redeem(unused)).toBeNull()
  expect(JSON.stringify(store.web.list())).not.toContain(secret)
  expect(store.web.list()).toMatchObject([{ hash: expect.stringMatching(/^[0-9a-f]{64}$/) }])
})

test('a session ends thirty days after its last use, also for the next core', () => {
  const { access, again, ended, pass, store } = open()
  const [used, unused] = [secretFor(access), secretFor(access)]
  const hash = access.session(unused)?.hash
  pass(20 * DAY)
  expect(again().session(used)).not.toBeNull()
  expect(access.session(used)).not.toBeNull()
  pass(10 * DAY)
  expect(access.session(unused)).toBeNull()
  access.expire()
  expect(ended).toEqual([hash])
  expect(access.session(used)).not.toBeNull()
  expect(store.web.list()).toHaveLength(1)
  pass(30 * DAY)
  expect(again().hasSessions).toBe(false)
  expect(store.web.list()).toEqual([])
})

test('one that is in use all the time is written once an hour, not at each use', () => {
  const { access, pass, store } = open()
  const hash = access.session(secretFor(access))?.hash ?? ''
  const before = store.web.list()
  for (let minute = 0; minute < 59; minute++) {
    pass(MINUTE)
    access.use(hash)
  }
  expect(store.web.list()).toEqual(before)
  pass(MINUTE)
  access.use(hash)
  expect(store.web.list()).not.toEqual(before)
})

test('of very many sessions the longest unused go, of very many tokens the oldest', () => {
  const { access, ended, pass } = open()
  const first = secretFor(access)
  const secrets = Array.from({ length: 199 }, () => {
    pass(2 * 60 * MINUTE)
    return secretFor(access)
  })
  expect(access.session(first)).not.toBeNull()
  secretFor(access)
  expect(ended).toHaveLength(1)
  expect(access.session(first)).not.toBeNull()
  expect(access.session(secrets[0] ?? '')).toBeNull()
  let gone = 0
  const tokens = Array.from({ length: 101 }, () => access.issueToken('owner', () => gone++))
  expect(gone).toBe(1)
  expect(access.redeem(tokens[0] ?? '')).toBeNull()
  expect(access.redeem(tokens[1] ?? '')).not.toBeNull()
})

test('signing out forgets every session and token', () => {
  const { access, again, ended, store } = open()
  const secrets = [secretFor(access), secretFor(access)]
  const hashes = secrets.map(secret => access.session(secret)?.hash)
  const token = access.issueToken('owner')
  access.signOut()
  expect(ended).toEqual(hashes)
  expect(secrets.map(secret => access.session(secret))).toEqual([null, null])
  expect(access.redeem(token)).toBeNull()
  expect(store.web.list()).toEqual([])
  expect(again().hasSessions).toBe(false)
})

test('who may only look is known as such, also by the next core, and can be shut out alone', () => {
  const { access, again, ended } = open()
  const owner = secretFor(access)
  const viewer = secretFor(access, access.issueToken('readonly'))
  const unused = access.issueToken('readonly')
  expect(access.session(owner)?.role).toBe('owner')
  expect(again().session(viewer)?.role).toBe('readonly')
  const hash = access.session(viewer)?.hash
  access.shutOut('readonly')
  expect(ended).toEqual([hash])
  expect([viewer, owner].map(secret => again().session(secret)?.role)).toEqual([undefined, 'owner'])
  expect(access.redeem(unused)).toBeNull()
})

test('with a full disk one can sign in and is known; who is shut out meanwhile does not come back with the room', () => {
  const { access, again, store } = open()
  const { sqlite } = store.database
  const [pages] = [Number(sqlite.pragma('page_count', { simple: true }))]
  // Until not one more row fits.
  sqlite.pragma(`max_page_count = ${pages}`)
  const secrets = Array.from({ length: 150 }, () => secretFor(access))
  expect(store.late.problem).toMatchObject({ code: 'DISK_FULL' })
  expect(secrets.every(secret => access.session(secret) !== null)).toBe(true)
  access.signOut()
  sqlite.pragma('max_page_count = 1000000')
  store.late.flush()
  expect(store.late.problem).toBeNull()
  expect(again().hasSessions).toBe(false)
})
