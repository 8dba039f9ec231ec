import { expect, test } from 'vitest'
import { chooseAll, chooseNone, extendTo, moveTo, NOTHING, type Selection, toggle } from './selection.ts'

const IDS = ['a', 'b', 'c', 'd', 'e']
const shown = ({ chosen, cursor }: Selection) => `${[...chosen].join('')}@${cursor}`

test('the arrow keys move within the list and choose nothing', () => {
  expect(shown(moveTo(NOTHING, IDS, 0, false))).toBe('@a')
  expect(shown(moveTo(NOTHING, IDS, -3, false))).toBe('@a')
  expect(shown(moveTo(NOTHING, IDS, 99, false))).toBe('@e')
  expect(shown(moveTo(NOTHING, [], 0, false))).toBe('@null')
  expect(shown(moveTo(toggle(NOTHING, 'c'), IDS, 0, false))).toBe('c@a')
})

test('with Shift they choose from where one was, and give back what is left again', () => {
  let selection = moveTo(NOTHING, IDS, 1, false)
  selection = moveTo(selection, IDS, 3, true)
  expect(shown(selection)).toBe('bcd@d')
  selection = moveTo(selection, IDS, 2, true)
  expect(shown(selection)).toBe('bc@c')
  expect(shown(moveTo(selection, IDS, 0, true))).toBe('ab@a')
})

test('Ctrl adds and takes away one; Shift makes a range from there', () => {
  const two = toggle(toggle(NOTHING, 'b'), 'd')
  expect(shown(two)).toBe('bd@d')
  expect(shown(toggle(two, 'b'))).toBe('d@b')
  expect(shown(extendTo(two, IDS, 'b'))).toBe('bcd@b')
})

test('a range from a row that is gone meanwhile is the row itself', () => {
  expect(shown(extendTo(toggle(NOTHING, 'gone'), IDS, 'c'))).toBe('c@c')
})

test('all, and none', () => {
  const all = chooseAll(moveTo(NOTHING, IDS, 2, false), IDS)
  expect(shown(all)).toBe('abcde@c')
  expect(shown(chooseNone(all))).toBe('@c')
})
