import { afterEach, expect, test } from 'vitest'
import { dismissToast, showToast, useToasts } from './toasts.ts'

afterEach(() => {
  for (const { id } of useToasts.getState().toasts) dismissToast(id)
})

const texts = () => useToasts.getState().toasts.map(({ text }) => text)

test('what is said again stands once, as the newest', () => {
  for (const text of ['box is away', 'rack is away', 'box is away']) showToast({ kind: 'problem', text })
  expect(texts()).toEqual(['rack is away', 'box is away'])
})

test('four at most, the newest', () => {
  for (const text of ['a', 'b', 'c', 'd', 'e']) showToast({ kind: 'problem', text })
  expect(texts()).toEqual(['b', 'c', 'd', 'e'])
})
