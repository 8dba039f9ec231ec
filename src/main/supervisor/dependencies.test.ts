import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { processRow } from '../../../test/helpers/process-row.ts'
import type { DependencyCondition } from '../../shared/project.ts'
import type { ProcessRow } from '../store/project-table.ts'
import { startBarrier, stopBarrier, withDependencies } from './dependencies.ts'

const process = (name: string, change: Partial<ProcessRow> = {}, needs: Record<string, DependencyCondition> = {}) =>
  processRow(
    { id: name, isWanted: true, ...change },
    {
      name,
      label: `${name}.1`,
      options: { dependsOn: Object.entries(needs).map(([other, condition]) => ({ process: other, condition })) },
    },
  )
const PROBE = { probe: { kind: 'tcp', port: 1 }, timeoutMs: 1, intervalMs: 1 } as const

describe('a process begins', () => {
  const web = (condition: DependencyCondition) => process('web', { state: 'waiting' }, { db: condition })
  const probed = (change: Partial<ProcessRow>) => {
    const db = process('db', change)
    return { ...db, definition: { ...db.definition, options: { ...db.definition.options, readiness: PROBE } } }
  }

  test.each<[DependencyCondition, ProcessRow, string | null]>([
    ['started', process('db', { state: 'starting' }), 'waits for db.1 to start'],
    ['started', process('db', { state: 'running' }), null],
    ['ready', process('db', { state: 'running' }), null],
    ['ready', probed({ state: 'running' }), 'waits for db.1 to be ready'],
    ['ready', probed({ state: 'ready' }), null],
    ['ready', process('db', { state: 'done' }), null],
    ['done', process('db', { state: 'running' }), 'waits for db.1 to be done'],
    ['done', process('db', { state: 'done' }), null],
    ['ready', process('db', { state: 'dead' }), 'waits for db.1 to be ready, which is dead'],
    [
      'ready',
      process('db', { state: 'dead', hostRestart: 'always' }),
      'waits for db.1 to be ready, which is dead and is started again',
    ],
    ['ready', process('db', { state: 'dead', retryAt: 5 }), 'waits for db.1 to be ready, which is dead and is started again'],
    ['ready', process('db', { state: 'broken', isWanted: false }), 'waits for db.1 to be ready, which is broken'],
    ['ready', process('db', { state: 'stopped', isWanted: false }), 'waits for db.1 to be ready, which is stopped'],
    ['ready', process('db', { state: 'running', unknownSince: 5 }), 'waits for db.1 to be ready, whose host cannot be asked'],
    ['ready', process('cache', { state: 'running' }), 'waits for db, of which there is no instance'],
  ])('when another is %s: %#', (condition, other, barrier) => {
    const row = web(condition)
    expect(startBarrier(row, [row, other])?.reason ?? null).toBe(barrier)
  })

  test('when all instances of what it depends on are', () => {
    const row = web('started')
    const first = process('db', { id: 'db1', state: 'running' })
    const second = process('db', { id: 'db2', state: 'starting' })
    expect(startBarrier(row, [row, first, second])?.reason).toBe('waits for db.1 to start')
    expect(startBarrier(row, [row, first, { ...second, state: 'ready' }])).toBeNull()
  })
})

test.each<[boolean, string, Partial<ProcessRow>]>([
  [true, 'is dead', { state: 'dead' }],
  [true, 'is broken', { state: 'broken', isWanted: false }],
  [true, 'is stopped', { state: 'stopped', isWanted: false }],
  [true, 'waits in vain itself', { state: 'waiting', isStuck: true }],
  [false, 'is run again by its host', { state: 'dead', hostRestart: 'on-failure' }],
  [false, 'waits as well', { state: 'waiting' }],
  [false, 'is being stopped, and may be started anew', { state: 'stopping' }],
  [false, 'is on a host that is away', { state: 'dead', unknownSince: 5 }],
])('a process waits in vain (%s) for one that %s', (isStuck, _what, change) => {
  const row = process('web', { state: 'waiting' }, { db: 'ready' })
  expect(startBarrier(row, [row, process('db', change)])).toMatchObject({ isStuck })
})

test('of several instances that in vain waited for is told of', () => {
  const row = process('web', { state: 'waiting' }, { db: 'started' })
  const second = { ...process('db', { id: 'db2', state: 'dead' }) }
  second.definition = { ...second.definition, label: 'db.2' }
  const barrier = startBarrier(row, [row, process('db', { state: 'starting' }), second])
  expect(barrier).toEqual({ reason: 'waits for db.2 to start, which is dead', isStuck: true })
})

describe('a process ends', () => {
  const db = process('db', { state: 'running', isWanted: false })
  const web = (change: Partial<ProcessRow>) => process('web', { state: 'stopping', isWanted: false, ...change }, { db: 'ready' })

  test.each<[string, ProcessRow, string | null]>([
    ['after what depends on it and is to end too', web({}), 'waits for web.1 to end'],
    ['when that has ended', web({ state: 'stopped' }), null],
    ['at once when that is to go on', web({ isWanted: true, state: 'running' }), null],
    ['at once when nobody can say whether that runs', web({ unknownSince: 1 }), null],
  ])('%s', (_what, other, barrier) => {
    expect(stopBarrier(db, [db, other])).toBe(barrier)
  })
})

test('with a process comes all that it depends on, and nothing else', () => {
  const rows = [process('a', {}, { b: 'ready' }), process('b', {}, { c: 'done' }), process('c'), process('d', {}, { a: 'ready' })]
  expect(withDependencies(rows.slice(0, 1), rows).map(({ id }) => id)).toEqual(['a', 'b', 'c'])
  expect(withDependencies(rows.slice(2, 3), rows).map(({ id }) => id)).toEqual(['c'])
})

test('whatever depends on what, without a circle: all can begin one after another, and all can end', () => {
  const edges = fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 30 })
  fc.assert(
    fc.property(edges, pairs => {
      const needs = (index: number) =>
        pairs.filter(([from, to]) => from === index && to < index).map(([, to]) => [`p${to}`, 'ready'])
      let rows = Array.from({ length: 10 }, (_, index) =>
        process(`p${index}`, { state: 'waiting' }, Object.fromEntries(needs(index))),
      )
      for (let round = 0; round < 10; round++) {
        const free = new Set(rows.filter(row => row.state === 'waiting' && startBarrier(row, rows) === null))
        rows = rows.map(row => (free.has(row) ? { ...row, state: 'running' } : row))
      }
      expect(rows.every(({ state }) => state === 'running')).toBe(true)
      rows = rows.map(row => ({ ...row, isWanted: false }))
      for (let round = 0; round < 10; round++) {
        const free = new Set(rows.filter(row => row.state === 'running' && stopBarrier(row, rows) === null))
        rows = rows.map(row => (free.has(row) ? { ...row, state: 'stopped' } : row))
      }
      expect(rows.every(({ state }) => state === 'stopped')).toBe(true)
    }),
  )
})
