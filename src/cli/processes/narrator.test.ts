import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { processView } from '../../../test/helpers/process-view.ts'
import type { OutputEntry, ProcessView } from '../../shared/process.ts'
import { Output } from '../output.ts'
import { LinePrinter } from './line-printer.ts'
import { Narrator } from './narrator.ts'

const NOW = new Date(2026, 5, 15, 12).getTime()
const JOB = '1a2b3c4d-0000-4000-8000-000000000001'

function narrator(): Narrator {
  const world = { isTerminal: false, env: {}, stdout: new PassThrough(), stderr: new PassThrough() }
  const out = new Output(world, { json: false, color: 'auto', onError: () => undefined })
  return new Narrator(new LinePrinter(out, { hasPrefix: true, now: NOW }), { now: () => NOW, since: NOW - 10_000 })
}

/** What is said, without its prefix. */
function said(text: string): string[] {
  return text
    .split('\n')
    .filter(Boolean)
    .map(line => line.replace(/^.*? \| /, ''))
}

function ended(change: Partial<ProcessView>): ProcessView {
  return processView({ startedAt: NOW - 5000, endedAt: NOW, ...change })
}

const run: OutputEntry = { type: 'run', process: 'web.1', jobId: JOB, run: 1, at: NOW }
const end = (change: Partial<Extract<OutputEntry, { type: 'ended' }>> = {}): OutputEntry => ({
  ...run,
  type: 'ended',
  exitCode: 1,
  signal: null,
  ...change,
})

test('what it waits for, where it started, that it is ready', () => {
  const tells = narrator()
  const waiting = processView({ state: 'waiting', reason: 'waits for db.1 to be ready', jobId: null, startedAt: null })
  expect(said(tells.change(waiting))).toEqual(['[waits for db.1 to be ready]'])
  expect(said(tells.change(waiting))).toEqual([])
  expect(said(tells.change(processView({ state: 'starting', host: 'box', startedAt: null })))).toEqual([])
  expect(said(tells.entry(run))).toEqual(['[started on box, job 1a2b3c4d]'])
  expect(said(tells.change(processView({ state: 'running', hasReadiness: true })))).toEqual([])
  expect(said(tells.change(processView({ state: 'ready', hasReadiness: true })))).toEqual(['[ready]'])
})

test('an end that is heard of before its last output is told after that', () => {
  const tells = narrator()
  tells.change(processView({}))
  expect(tells.change(ended({ state: 'dead', exitCode: 1 }))).toBe('')
  expect(tells.change(ended({ state: 'dead', exitCode: 1, retryAt: NOW + 2000 }))).toBe('')
  expect(said(tells.entry({ ...run, type: 'line', byte: 0, text: 'last words' }))).toEqual(['last words'])
  expect(said(tells.entry(end()))).toEqual(['[exited 1, starts again in 2 s]'])
  expect(tells.rest()).toBe('')
})

test('an end whose output is here before we hear of it', () => {
  const tells = narrator()
  tells.change(processView({}))
  expect(said(tells.entry(end({ exitCode: null, signal: 'KILL' })))).toEqual(['[was ended by SIGKILL]'])
  expect(tells.change(ended({ state: 'dead', signal: 'KILL' }))).toBe('')
  expect(said(tells.change(ended({ state: 'dead', signal: 'KILL', retryAt: NOW + 500 })))).toEqual(['[starts again at once]'])
})

test('the end of a run whose output never comes is told with the next run, or at the end', () => {
  const tells = narrator()
  tells.change(processView({}))
  tells.change(ended({ state: 'dead', exitCode: 7, isFlapping: true }))
  expect(said(tells.change(processView({ jobId: 'another', state: 'starting' })))).toEqual(['[exited 7, and keeps ending]'])
  tells.change(ended({ jobId: 'another', state: 'stopped', signal: 'TERM' }))
  expect(said(tells.rest())).toEqual(['[stopped]'])
})

test('what broke it, what kept it from starting, and a host that is away', () => {
  const tells = narrator()
  tells.change(processView({}))
  const reason = '"panic:" was found in its output'
  expect(said(tells.change(processView({ state: 'stopping', reason })))).toEqual([`[stopping: ${reason}]`])
  tells.change(ended({ state: 'broken', reason, signal: 'TERM' }))
  expect(said(tells.entry(end()))).toEqual([`[was ended by SIGTERM, broken: ${reason}]`])
  const worker = { label: 'worker.1', host: 'box', jobId: null, startedAt: null }
  expect(said(tells.change(processView({ ...worker, state: 'dead', reason: 'no host \x1b[2J' })))).toEqual([
    '[could not start: no host \\e[2J]',
  ])
  tells.change(processView({ label: 'db.1', host: 'box' }))
  const away = processView({ label: 'db.1', host: 'box', state: 'unknown', unknownSince: NOW })
  expect(said(tells.change(away))).toEqual(['[box cannot be reached; what runs there goes on]'])
  expect(said(tells.change(away))).toEqual([])
  expect(said(tells.change(processView({ label: 'db.1', host: 'box' })))).toEqual(['[box is back]'])
})

test('of what ended before, nothing is said; of what cannot begin again, why', () => {
  const tells = narrator()
  const old = ended({ state: 'stopped', endedAt: NOW - 20_000 })
  expect(tells.change(old)).toBe('')
  expect(said(tells.change({ ...old, state: 'waiting', reason: 'waits for db.1 to be ready' }))).toEqual([
    '[waits for db.1 to be ready]',
  ])
  const never = { jobId: null, startedAt: null, endedAt: null }
  expect(said(tells.change({ ...old, ...never, state: 'dead', reason: 'there is no host box' }))).toEqual([
    '[could not start: there is no host box]',
  ])
  expect(tells.rest()).toBe('')
})

test('what is always run again says when', () => {
  const tells = narrator()
  tells.change(processView({}))
  expect(tells.change(ended({ state: 'done', exitCode: 0 }))).toBe('')
  expect(tells.change(ended({ state: 'waiting', exitCode: 0, retryAt: NOW + 3000 }))).toBe('')
  expect(said(tells.entry(end({ exitCode: 0 })))).toEqual(['[exited 0, starts again in 3 s]'])
})
