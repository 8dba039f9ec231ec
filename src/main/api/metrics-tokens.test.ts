/** Tokens for /metrics, over a real store: who has one, for how long, and what is kept of it. */
import { expect, test } from 'vitest'
import { temporaryStore } from '../../../test/helpers/temporary-store.ts'
import { MetricsTokens } from './metrics-tokens.ts'

const START = 1_760_000_000_000
const HOUR_MS = 3_600_000

function open() {
  const clock = { at: START, now: () => clock.at }
  const store = temporaryStore()
  /** As the next core would have them. */
  const again = () => new MetricsTokens({ clock, store: store.tokens })
  return { clock, store, again, tokens: again() }
}

test('a token is accepted, also by the next core, until it is revoked', () => {
  const { tokens, again } = open()
  expect(tokens.isEmpty).toBe(true)
  const [secret, other] = [tokens.add('prometheus'), tokens.add('other')]
  expect(secret).toMatch(/^[\w-]{43}$/)
  for (const core of [tokens, again()]) {
    expect([secret, other, '', `${secret}x`, 'x'.repeat(43)].map(one => core.accepts(one))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ])
  }
  tokens.remove('prometheus')
  for (const core of [tokens, again()]) expect([core.accepts(secret), core.accepts(other)]).toEqual([false, true])
  expect(() => tokens.remove('prometheus')).toThrowError(expect.objectContaining({ code: 'NOT_FOUND' }))
})

test('of a token only its hash is kept, and nobody is told it again', () => {
  const { store, tokens } = open()
  const secret = tokens.add('prometheus')
  expect(JSON.stringify([store.tokens.list(), tokens.list()])).not.toContain(secret)
  expect(tokens.list()).toEqual([{ name: 'prometheus', createdAt: START, usedAt: null }])
})

test('when it was used is written down, once an hour; what was revoked meanwhile does not come back', () => {
  const { clock, store, tokens } = open()
  const secret = tokens.add('prometheus')
  const used = () => store.tokens.list()[0]?.usedAt
  const uses = [0, 1_000, HOUR_MS, HOUR_MS + 1_000].map(after => {
    clock.at = START + after
    tokens.accepts(secret)
    return used()
  })
  expect(uses.map(at => (at ?? 0) - START)).toEqual([0, 0, HOUR_MS, HOUR_MS])
  tokens.accepts('wrong')
  expect(used()).toBe(START + HOUR_MS)
  tokens.remove('prometheus')
  store.tokens.noteUse('prometheus', START)
  expect(store.tokens.list()).toEqual([])
})

test('a name is of one token, and there are only so many', () => {
  const { tokens } = open()
  const refused = expect.objectContaining({ code: 'CONFLICT' })
  tokens.add('n0')
  expect(() => tokens.add('n0')).toThrowError(refused)
  for (let index = 1; index < 50; index++) tokens.add(`n${index}`)
  expect(() => tokens.add('n50')).toThrowError(refused)
  tokens.remove('n7')
  tokens.add('n50')
})
