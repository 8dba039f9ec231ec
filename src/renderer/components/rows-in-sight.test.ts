import { expect, test } from 'vitest'
import { rowsIn } from './rows-in-sight.ts'

test.each([
  ['at the top', { top: 0, height: 100, count: 1000 }, { first: 0, end: 12 }],
  ['in the midst', { top: 1000, height: 105, count: 1000 }, { first: 98, end: 113 }],
  ['at the end', { top: 9_900, height: 100, count: 1000 }, { first: 988, end: 1000 }],
  ['a list that became shorter', { top: 9_900, height: 100, count: 5 }, { first: 5, end: 5 }],
  ['none', { top: 0, height: 100, count: 0 }, { first: 0, end: 0 }],
])('%s', (_name, list, rows) => {
  expect(rowsIn({ ...list, rowPx: 10, margin: 2 })).toEqual(rows)
})
