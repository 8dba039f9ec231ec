import { expect, test } from 'vitest'
import { ageText, bytesText, commandText, countText, durationText, jobDurationText, pullText, statusText } from './format.ts'

const NOW = 1_000_000_000
const RUNNING = { state: 'running', outcome: null, exitCode: null, signal: null, unknownSince: null } as const
const ENDED = { ...RUNNING, state: 'ended' } as const

test.each([
  [0, '0:00:00'],
  [134_000, '0:02:14'],
  [999, '0:00:00'],
  [3_600_000 * 51 + 61_000, '51:01:01'],
  [-5, '0:00:00'],
])('%i ms last %s', (ms, text) => {
  expect(durationText(ms)).toBe(text)
})

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [9_949, '9.9 kB'],
  [9_950, '10 kB'],
  [999_499, '999 kB'],
  [999_500, '1.0 MB'],
  [52_428_800, '52 MB'],
  [5e12, '5.0 TB'],
])('%i bytes are %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text)
})

test('ages and counts', () => {
  expect([5_000, 125_000, 7_300_000, 3 * 86_400_000].map(ageText)).toEqual(['5 s', '2 min', '2 h', '3 d'])
  expect([0, 999, 1000, 1_234_567].map(countText)).toEqual(['0', '999', '1,000', '1,234,567'])
})

test.each([
  ['running', RUNNING],
  ['syncing', { ...RUNNING, state: 'syncing' }],
  ['done [0]', { ...ENDED, outcome: 'exited', exitCode: 0 }],
  ['done [3]', { ...ENDED, outcome: 'exited', exitCode: 3 }],
  ['done [SIGKILL]', { ...ENDED, outcome: 'signalled', signal: 'KILL' }],
  ['stopped', { ...ENDED, outcome: 'stopped', signal: 'TERM' }],
  ['failed', { ...ENDED, outcome: 'failed' }],
  ['cancelled', { ...ENDED, outcome: 'cancelled' }],
  ['lost', { ...ENDED, outcome: 'lost' }],
  ['link lost', { ...ENDED, outcome: 'link-lost' }],
  ['unknown (2 min)', { ...RUNNING, unknownSince: NOW - 125_000 }],
  ['done [0]', { ...ENDED, outcome: 'exited', exitCode: 0, unknownSince: NOW - 125_000 }],
] as const)('a job is shown as %s', (text, job) => {
  expect(statusText(job, NOW)).toBe(text)
})

test('of files that a job was to bring back it is said when they are not here', () => {
  const job = { state: 'ended', host: 'box', folder: '/f', startedAt: 1, pull: ['x', 'y'] } as const
  const came = ['x', 'y'].map(pattern => ({ pattern, files: 1, error: null }))
  const failed = { pattern: 'y', files: 0, error: { code: 'CONFLICT', message: '', details: {} } } as const
  expect(pullText({ ...job, pullResults: came })).toBe('')
  expect(pullText({ ...job, pullResults: came.slice(1) })).toBe('pulling')
  expect(pullText({ ...job, pullResults: [failed] })).toBe('not pulled')
  expect(pullText({ ...job, state: 'running', pullResults: [] })).toBe('')
  expect(pullText({ ...job, startedAt: null, pullResults: [] })).toBe('')
})

test('a job that cannot be asked about has run up to when it was last known to', () => {
  const job = { startedAt: NOW - 60_000, endedAt: null, unknownSince: NOW - 50_000 }
  expect(jobDurationText(job, NOW)).toBe('0:00:10')
  expect(jobDurationText({ ...job, unknownSince: null }, NOW)).toBe('0:01:00')
  expect(jobDurationText({ ...job, startedAt: null }, NOW)).toBe('')
})

test('a command is shown as one would type it', () => {
  expect(commandText({ line: 'make && ./run' })).toBe('make && ./run')
  expect(commandText({ argv: ['grep', '-rf', 'a b', "it's"] })).toBe("grep -rf 'a b' 'it'\\''s'")
})
