import { expect, test } from 'vitest'
import { type Flag, groupFlags, groupNear } from './flags.ts'
import { PLOT } from './span.ts'

const span = { from: 0, to: 1000 }
const width = 1000 + PLOT.left + PLOT.right
const flag = (at: number, kind: Flag['kind'] = 'start') => ({ id: `${at} ${kind}`, at, kind })

test('marks upon each other are one group, which looks like its gravest', () => {
  const groups = groupFlags([flag(500), flag(100), flag(104, 'failure'), flag(507, 'end'), flag(900)], span, width)
  expect(groups.map(({ x, kind, flags }) => [x - PLOT.left, kind, flags.length])).toEqual([
    [100, 'failure', 2],
    [500, 'end', 2],
    [900, 'start', 1],
  ])
})

test('beside a group there is room for its number', () => {
  const groups = groupFlags([flag(100), flag(104), flag(114), flag(127), flag(300), flag(314)], span, width)
  expect(groups.map(({ flags }) => flags.length)).toEqual([3, 1, 1, 1])
})

test('a thousand marks in one place are one group; what is outside of the chart is in none', () => {
  const groups = groupFlags([...Array.from({ length: 1000 }, () => flag(1)), flag(-5), flag(1005)], span, width)
  expect(groups.map(({ flags }) => flags.length)).toEqual([1000])
})

test('the nearest group, if it is near', () => {
  const groups = groupFlags([flag(100), flag(120)], span, width)
  expect(groupNear(groups, PLOT.left + 112)?.flags[0]?.at).toBe(120)
  expect(groupNear(groups, PLOT.left + 140)).toBeNull()
  expect(groupNear([], 5)).toBeNull()
})
