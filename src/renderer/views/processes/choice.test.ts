import { expect, test } from 'vitest'
import { ALL, chosenLabels, isChosen, NONE, parseChoice, toggled } from './choice.ts'

const LABELS = ['web.1', 'web.2', 'worker.1']

test('all, and those that come', () => {
  expect(chosenLabels(ALL, LABELS)).toBeNull()
  expect(isChosen(ALL, 'new.1')).toBe(true)
})

test('all but some: those that come are shown, and a second toggle brings one back', () => {
  const choice = toggled(ALL, 'web.2')
  expect(chosenLabels(choice, LABELS)).toEqual(['web.1', 'worker.1'])
  expect(isChosen(choice, 'new.1')).toBe(true)
  expect(toggled(choice, 'web.2')).toEqual(ALL)
})

test('none, then some: no other joins them', () => {
  expect(chosenLabels(NONE, LABELS)).toEqual([])
  const choice = toggled(toggled(NONE, 'worker.1'), 'web.1')
  expect(chosenLabels(choice, LABELS)).toEqual(['web.1', 'worker.1'])
  expect(isChosen(choice, 'new.1')).toBe(false)
})

test('a process that is gone is no choice', () => {
  expect(chosenLabels(toggled(ALL, 'gone.1'), LABELS)).toBeNull()
  expect(chosenLabels(toggled(NONE, 'gone.1'), LABELS)).toEqual([])
})

test.each([null, 7, 'x', {}, { kind: 'all', labels: [] }, { kind: 'only' }])('what is not understood is all: %j', value => {
  expect(parseChoice(value)).toEqual(ALL)
})

test('what was kept is read again', () => {
  expect(parseChoice({ kind: 'only', labels: ['web.1', 7] })).toEqual({ kind: 'only', labels: ['web.1'] })
})
