import { expect, test } from 'vitest'
import { jobView } from '../../../../test/helpers/job-view.ts'
import type { JobView } from '../../../shared/domain.ts'
import { matches, parseFilter, STATE_WORDS, stateWords } from './job-filter.ts'

const fits = (job: Partial<JobView>, text: string) => matches(jobView(job), parseFilter(text))

test('text is looked for in id, host, folder, command and state, whatever its case', () => {
  const job = {
    id: 'ab12cd34-0000-4000-8000-000000000000',
    host: 'Beefy',
    folder: '/home/me/Foo',
    command: { argv: ['make', '-j 4'] },
  }
  for (const text of ['', '  ', 'ab12', 'BEEFY', 'me/foo', 'make', 'running', 'bee make'])
    expect(fits(job, text), text).toBe(true)
  for (const text of ['ab13', 'other', 'make test', 'done']) expect(fits(job, text), text).toBe(false)
})

test('host: and is: look in one place only', () => {
  const job = { host: 'beefy', command: { line: 'ssh attic is:done' } }
  expect(fits(job, 'attic')).toBe(true)
  expect(fits(job, 'host:attic')).toBe(false)
  expect(fits(job, 'host:bee is:run make')).toBe(false)
  expect(fits(job, 'host:BEE is:run ssh')).toBe(true)
  expect(fits({ ...job, host: null }, 'host:b')).toBe(false)
  expect(fits(job, 'is:')).toBe(true)
})

test('quotes keep words together, also while the second one is not typed yet', () => {
  const job = { command: { line: 'echo one  two' } }
  expect(fits(job, '"one  two"')).toBe(true)
  expect(fits(job, '"one two')).toBe(false)
  expect(fits(job, '"one  t')).toBe(true)
})

test('nothing that is typed is a pattern', () => {
  expect(fits({ command: { line: 'ls *.c' } }, '*.c')).toBe(true)
  expect(fits({ command: { line: 'ls xxc' } }, '*.c')).toBe(false)
  expect(fits({ command: { line: 'a(' } }, '(')).toBe(true)
})

test('every state has the words it is looked for by', () => {
  const ended = { state: 'ended', endedAt: 9 } as const
  const words = (job: Partial<JobView>) => stateWords(jobView(job))
  expect(words({ state: 'running' })).toContain('running')
  expect(words({ state: 'syncing' })).toEqual(['waiting', 'syncing'])
  expect(words({ state: 'running', unknownSince: 5 })).toEqual(['unknown'])
  expect(words({ ...ended, outcome: 'exited', exitCode: 0 })).toEqual(['ended', 'done', 'ok'])
  expect(words({ ...ended, outcome: 'exited', exitCode: 3 })).toEqual(['ended', 'done', 'failed'])
  expect(words({ ...ended, outcome: 'signalled', signal: 'KILL' })).toContain('failed')
  expect(words({ ...ended, outcome: 'lost' })).toEqual(['ended', 'failed', 'lost'])
  expect(words({ ...ended, outcome: 'stopped' })).toEqual(['ended', 'stopped'])
  const pull = [{ pattern: 'x', files: 0, error: { code: 'CONFLICT', message: 'in the way', details: {} } }] as const
  expect(words({ ...ended, outcome: 'exited', exitCode: 0, pull: ['x'], pullResults: pull })).toContain('not pulled')
  for (const word of STATE_WORDS) expect(parseFilter(`is:${word}`)).toEqual([{ field: 'is', value: word }])
})
