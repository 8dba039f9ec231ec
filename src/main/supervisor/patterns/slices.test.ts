import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Matcher, PatternSet } from './matcher.ts'
import { Slices } from './slices.ts'

test('however many searches take long, one slice of one of them is worked off in each turn of the event loop', async () => {
  const slices = new Slices()
  const set = new PatternSet([{ pattern: '(a|b)*a(a|b){30}x', isRegex: true }])
  // Without any order, so that nearly each byte leads to another set of states.
  const bytes = Buffer.alloc(500)
  let random = 1
  for (let at = 0; at < bytes.length; at++) {
    random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0
    bytes[at] = 97 + ((random >> 16) & 1)
  }
  let isDone = false
  const all = Promise.all(
    Array.from({ length: 50 }, (_, at) => slices.scan(new Matcher(set), bytes.subarray(at), () => undefined)),
  ).then(() => {
    isDone = true
  })
  let most = 0
  for (let before = set.automaton.work; !isDone; before = set.automaton.work) {
    await nextTurn()
    most = Math.max(most, set.automaton.work - before)
  }
  await all
  expect(set.automaton.work).toBeGreaterThan(100_000)
  expect(most).toBeLessThan(30_000)
})
