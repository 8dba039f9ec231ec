import { expect, test } from 'vitest'
import type { Call, Input } from '../../../../shared/contract.ts'
import { AppError } from '../../../../shared/errors.ts'
import type { ProcessMatch } from '../../../../shared/process.ts'
import { type ProcessSearch, searchProcesses, searchText } from './process-search.ts'

const QUERY = { pattern: 'x', isRegex: false, ignoreCase: true }
const match = (byte: number): ProcessMatch => ({ process: 'web.1', jobId: 'j', run: 1, byte, at: null, text: 'x' })

/** Answers each call with the next of these. */
function search(answer: (input: Input<'process.search'>) => unknown, signal = new AbortController().signal) {
  const states: ProcessSearch[] = []
  const call = (async (_method: string, input: Input<'process.search'>) => await answer(input)) as unknown as Call
  const wish = { project: 'p', processes: ['web.1'], query: QUERY, signal }
  return { states, done: searchProcesses(call, wish, state => states.push(state)) }
}

test('it goes on where a part has ended, and tells how far it is', async () => {
  const inputs: Input<'process.search'>[] = []
  const { states, done } = search(input => {
    inputs.push(input)
    return input.cursor === 'next'
      ? { matches: [match(2)], cursor: null, share: 1, silentHosts: ['box'] }
      : { matches: [match(1)], cursor: 'next', share: 0.5, silentHosts: ['box'] }
  })
  await done
  expect(inputs.map(({ cursor }) => cursor)).toEqual([null, 'next'])
  expect(inputs[0]).toMatchObject({ project: 'p', processes: ['web.1'], ...QUERY })
  expect(states.map(state => searchText(state, -1))).toEqual(['0, 0 % searched…', '1, 50 % searched…', '2, without box'])
  expect(states.at(-1)?.matches).toEqual([match(1), match(2)])
})

test('one that is left says so at once, and what comes later is not taken', async () => {
  const abort = new AbortController()
  const { states, done } = search(() => {
    abort.abort()
    return { matches: [match(1)], cursor: 'next', share: 0.5, silentHosts: ['box'] }
  }, abort.signal)
  await done
  expect(states.map(({ phase, matches }) => [phase, matches.length])).toEqual([
    ['searching', 0],
    ['left', 0],
  ])
})

test('nobody steps through endless matches', async () => {
  const many = Array.from({ length: 1_000 }, (_, byte) => match(byte))
  const { states, done } = search(() => ({ matches: many, cursor: 'next', share: 0.1, silentHosts: [] }))
  await done
  expect(states.at(-1)).toMatchObject({ phase: 'full' })
  expect(searchText(states.at(-1) as ProcessSearch, 0)).toBe('1 of 5,000+')
})

test('what the core refuses is told', async () => {
  const { states, done } = search(() => {
    throw new AppError('BAD_INPUT', 'The pattern is not understood')
  })
  await done
  expect(searchText(states.at(-1) as ProcessSearch, -1)).toBe('The pattern is not understood')
})
