import { expect, test } from 'vitest'
import { KEYS, NOTHING_TYPED, typeKey } from './key-sequences.ts'

function type(...keys: [key: string, at: number][]) {
  let typed = NOTHING_TYPED
  return keys.map(([key, at]) => {
    const next = typeKey(typed, key, at)
    typed = next.typed
    return next.action
  })
}

test('every entry is reached by its own keys', () => {
  for (const { keys, action } of KEYS) {
    const actions = type(...keys.map((key, index): [string, number] => [key, index]))
    expect(actions.at(-1)).toBe(action)
    expect(actions.slice(0, -1).every(one => one === null)).toBe(true)
  }
})

test('a key that fits nothing ends a sequence; one that begins another begins it', () => {
  expect(type(['g', 0], ['x', 1], ['h', 2])).toEqual([null, null, null])
  expect(type(['g', 0], ['n', 1])).toEqual([null, 'push'])
  expect(type(['g', 0], ['g', 1], ['j', 2])).toEqual([null, null, 'jobs'])
})

test('what was begun long ago is forgotten', () => {
  expect(type(['g', 0], ['h', 60_000])).toEqual([null, null])
})
