import { expect, test } from 'vitest'
import { processView } from '../../../test/helpers/process-view.ts'
import type { ProcessView } from '../../shared/process.ts'
import { processStateText, uptimeMs } from '../../shared/process-text.ts'
import { failureCode, failureText, hasEnded, hasFailed, isHeldUp, isUp } from './outcome.ts'

const AWAY = { state: 'unknown', lastState: 'running', unknownSince: 0 } as const

test.each<[what: string, change: Partial<ProcessView>, is: string]>([
  ['runs', { state: 'running' }, 'up'],
  ['runs, and is not ready yet', { state: 'running', hasReadiness: true }, ''],
  ['is ready', { state: 'ready', hasReadiness: true }, 'up'],
  ['is done', { state: 'done' }, 'up ended'],
  ['begins', { state: 'starting' }, ''],
  ['is about to begin', { state: 'waiting' }, ''],
  ['waits for another', { state: 'waiting', reason: 'waits for db.1 to be ready' }, 'heldUp'],
  ['waits for its next run', { state: 'waiting', retryAt: 5, reason: 'x' }, ''],
  ['is stopping', { state: 'stopping' }, ''],
  ['was stopped', { state: 'stopped' }, 'failed ended'],
  ['is dead', { state: 'dead' }, 'failed ended'],
  ['is dead, and will be run again', { state: 'dead', retryAt: 5 }, ''],
  ['is dead, and will be run again at a time its host has yet to tell', { state: 'dead', isRestartDue: true }, ''],
  ['is dead again and again', { state: 'dead', retryAt: 5, isFlapping: true }, 'failed'],
  ['is broken', { state: 'broken' }, 'failed ended'],
  ['is on a host that is away', AWAY, 'failed'],
])('one that %s', (_, change, is) => {
  const process = processView(change)
  const found = { up: isUp, failed: hasFailed, heldUp: isHeldUp, ended: hasEnded }
  const words = Object.entries(found).flatMap(([word, test]) => (test(process) ? [word] : []))
  expect(words.join(' ')).toBe(is)
})

test('its state, with how it ended and how long nothing is known', () => {
  const text = (change: Partial<ProcessView>) => processStateText(processView(change), 180_000)
  expect(text({ state: 'running' })).toBe('running')
  expect(text({ state: 'dead', exitCode: 1, isFlapping: true })).toBe('dead [1], flapping')
  expect(text({ state: 'dead', signal: 'KILL' })).toBe('dead [SIGKILL]')
  expect(text({ state: 'stopping', isLeaving: true })).toBe('stopping, leaving')
  expect(text(AWAY)).toBe('unknown (3 min)')
})

test('how long it has run, as far as that is known', () => {
  expect(uptimeMs(processView({ startedAt: 1000 }), 5000)).toBe(4000)
  expect(uptimeMs(processView({ startedAt: 1000, ...AWAY, unknownSince: 3000 }), 5000)).toBe(2000)
  expect(uptimeMs(processView({ startedAt: 1000, endedAt: 2000 }), 5000)).toBeNull()
  expect(uptimeMs(processView({ startedAt: null }), 5000)).toBeNull()
})

test('what failed, in words and as an exit code', () => {
  const dead = processView({ state: 'dead', exitCode: 7, reason: 'it ended with exit code 7' })
  expect([failureText(dead, 0), failureCode(dead)]).toEqual(['web.1 is dead: it ended with exit code 7', 7])
  expect(failureCode(processView({ state: 'dead', signal: 'KILL' }))).toBe(137)
  expect(failureCode(processView({ state: 'dead' }))).toBe(1)
  expect(failureCode(processView({ state: 'broken', exitCode: 0 }))).toBe(1)
  expect(failureText(processView({ ...AWAY, host: 'box' }), 5000)).toBe('web.1: box cannot be reached for 5 s')
})
