import { describe, expect, test } from 'vitest'
import { parseFormation } from './formation.ts'

const NAMES = ['web', 'worker', 'db']

function counted(text: string, names: readonly string[] = NAMES): Record<string, number> {
  const formation = parseFormation(text, names)
  if ('message' in formation) throw new Error(formation.message)
  return Object.fromEntries(formation.counts)
}

test.each([
  ['', { web: 1, worker: 1, db: 1 }],
  ['  ', { web: 1, worker: 1, db: 1 }],
  ['web=2', { web: 2, worker: 1, db: 1 }],
  ['web=2,worker=0', { web: 2, worker: 0, db: 1 }],
  [' web = 2 ,\tdb=03', { web: 2, worker: 1, db: 3 }],
  ['all=0,web=100', { web: 100, worker: 0, db: 0 }],
  ['web=3,all=2', { web: 3, worker: 2, db: 2 }],
])('%j', (text, expected) => {
  expect(counted(text)).toEqual(expected)
})

describe('is refused with its place', () => {
  test.each([
    ['wbe=2', 1, 'the Procfile has no process named wbe; did you mean web?'],
    ['web=1, zzzz=2', 8, 'the Procfile has no process named zzzz'],
    ['web=1,web=2', 7, 'web is counted twice'],
    ['web=101', 1, 'web can run 0 to 100 times, not 101'],
    ['web=-1', 1, 'web can run 0 to 100 times, not -1'],
    ['web=1e2', 1, '"web=1e2" is no NAME=COUNT, as web=2'],
    ['web', 1, '"web" is no NAME=COUNT, as web=2'],
    ['web=1,', 7, '"" is no NAME=COUNT, as web=2'],
    ['web=2;worker=1', 1, '"web=2;worker=1" is no NAME=COUNT, as web=2'],
    [`web=${'9'.repeat(400)}`, 1, `web can run 0 to 100 times, not ${'9'.repeat(400)}`],
  ])('%j', (text, column, message) => {
    expect(parseFormation(text, NAMES)).toEqual({ column, message })
  })

  test('when it makes too many', () => {
    const names = Array.from({ length: 11 }, (_, index) => `p${index}`)
    expect(parseFormation('all=91', names)).toEqual({ column: 1, message: 'makes 1001 processes, at most 1000 are run' })
    expect(counted('all=91,p0=90', names)).toMatchObject({ p0: 90, p10: 91 })
  })
})

test('a process named all is not reached by its name, and others named as JavaScript names things are', () => {
  expect(counted('all=2', ['all', 'web'])).toEqual({ all: 2, web: 2 })
  expect(counted('constructor=2', ['constructor'])).toEqual({ constructor: 2 })
})
