import { expect, test } from 'vitest'
import { tabAfter } from './tab-after.ts'
import { whatHappened } from './what-happened.ts'

const JOB = { state: 'ended', outcome: 'exited', exitCode: 0, signal: null, unknownSince: null, startedAt: 1 } as const

test('what ended well, was stopped or runs needs no word', () => {
  expect(whatHappened(JOB)).toBeNull()
  expect(whatHappened({ ...JOB, outcome: 'stopped', exitCode: 143 })).toBeNull()
  expect(whatHappened({ ...JOB, outcome: 'cancelled', startedAt: null })).toBeNull()
  expect(whatHappened({ ...JOB, state: 'running', outcome: null })).toBeNull()
})

test('each bad end says what it was, and whether there is a log', () => {
  expect(whatHappened({ ...JOB, exitCode: 3 })).toMatchObject({ text: 'Ended with exit code 3', hasLog: true })
  expect(whatHappened({ ...JOB, outcome: 'signalled', exitCode: null, signal: 'KILL' })?.text).toBe('Ended by signal KILL')
  expect(whatHappened({ ...JOB, outcome: 'failed', startedAt: null })).toMatchObject({ text: 'Could not start', hasLog: false })
  expect(whatHappened({ ...JOB, outcome: 'lost' })?.text).toContain('Lost')
  expect(whatHappened({ ...JOB, state: 'running', outcome: null, unknownSince: 5 })).toMatchObject({ isUnknown: true })
})

test('arrow keys go round the tabs, Home and End to their ends', () => {
  const tabs = ['log', 'files', 'why'] as const
  expect(tabAfter(tabs, 'why', 'ArrowRight')).toBe('log')
  expect(tabAfter(tabs, 'log', 'ArrowLeft')).toBe('why')
  expect(tabAfter(tabs, 'files', 'End')).toBe('why')
  expect(tabAfter(tabs, 'files', 'Home')).toBe('log')
  expect(tabAfter(tabs, 'files', 'x')).toBeNull()
})
