import { expect, test } from 'vitest'
import type { OutputEntry } from '../../shared/process.ts'
import { SeenOutput } from './follow-output.ts'

const line = (jobId: string, byte: number, at: number | null = null): OutputEntry => ({
  type: 'line',
  process: 'web.1',
  jobId,
  byte,
  at,
  text: '',
})
const run = (jobId: string): OutputEntry => ({ type: 'run', process: 'web.1', jobId, run: 1, at: null })
const ended = (jobId: string): OutputEntry => ({
  type: 'ended',
  process: 'web.1',
  jobId,
  run: 1,
  at: null,
  exitCode: 0,
  signal: null,
})

test('what is read again after a loss is left out, and what is new is not', () => {
  const seen = new SeenOutput()
  const first = [run('a'), line('a', 0, 5), line('a', 10, 7), ended('a'), { type: 'now' } as const, run('b'), line('b', 0)]
  expect(first.filter(entry => seen.isNew(entry))).toEqual(first)
  const again = [...first, line('b', 4, 6), ended('b')]
  expect(again.filter(entry => seen.isNew(entry))).toEqual([line('b', 4, 6), ended('b')])
  expect(seen.lastAt).toBe(7)
})

test('a gap at the byte where a line stood is none', () => {
  const seen = new SeenOutput()
  expect(seen.isNew(line('a', 0))).toBe(true)
  expect(seen.isNew({ type: 'skipped', process: 'web.1', jobId: 'a', byte: 5, bytes: 100 })).toBe(true)
  expect(seen.isNew(line('a', 5))).toBe(false)
  expect(seen.isNew(line('a', 105))).toBe(true)
})
