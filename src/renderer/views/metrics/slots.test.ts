import { expect, test } from 'vitest'
import { chosenOf, firstSlots, isFull, parseSlots, toggled } from './slots.ts'

test('a host keeps its slot, and with it its colour, when another goes', () => {
  const slots = toggled(firstSlots(['a', 'b', 'c']), 'a')
  expect(slots).toEqual([null, 'b', 'c'])
  expect(toggled(slots, 'd')).toEqual(['d', 'b', 'c'])
})

test('twelve at most', () => {
  const names = Array.from({ length: 300 }, (_, index) => `h${index}`)
  const slots = firstSlots(names)
  expect(chosenOf(slots)).toHaveLength(12)
  expect(isFull(slots)).toBe(true)
  expect(toggled(slots, 'h200')).toBe(slots)
  expect(toggled(toggled(slots, 'h3'), 'h200').indexOf('h200')).toBe(3)
})

test('what was written down is read with care', () => {
  expect(parseSlots(['a', null])).toEqual(['a', null])
  for (const wrong of [undefined, null, {}, [1], Array(13).fill('a')]) expect(parseSlots(wrong)).toBeNull()
})
