import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { OutputEntry } from '../../shared/process.ts'
import { Output } from '../output.ts'
import { LinePrinter } from './line-printer.ts'

const DAY = new Date(2026, 5, 15).getTime()
const at = (hours: number, minutes = 0, seconds = 0) => DAY + ((hours * 60 + minutes) * 60 + seconds) * 1000
const KNOWN = [
  { label: 'web.1', position: 0 },
  { label: 'worker.1', position: 13 },
]

function output({ isTerminal = false, env = {} }: { isTerminal?: boolean; env?: NodeJS.ProcessEnv } = {}): Output {
  const world = { isTerminal, env, stdout: new PassThrough(), stderr: new PassThrough() }
  return new Output(world, { json: false, color: 'auto', onError: () => undefined })
}

function printer(out: Output, hasPrefix = true): LinePrinter {
  const lines = new LinePrinter(out, { hasPrefix, now: at(12) })
  lines.know(KNOWN)
  return lines
}

function line(process: string, text: string, more: Partial<Extract<OutputEntry, { type: 'line' }>> = {}): OutputEntry {
  return { type: 'line', process, jobId: '1a2b3c4d-0000', byte: 0, at: at(9, 5, 7), text, ...more }
}

describe('in a pipe', () => {
  test('aligned prefixes, the bytes of lines as they are, and no colours', () => {
    const lines = printer(output())
    expect(lines.entry(line('web.1', 'ready \x1b[31mred\x1b[m'))).toBe('09:05:07 web.1    | ready \x1b[31mred\x1b[m\n')
    expect(lines.entry(line('worker.1', '', { at: null }))).toBe('         worker.1 | \n')
  })

  test('a new day is told once', () => {
    const lines = printer(output())
    expect(lines.entry(line('web.1', 'old', { at: at(-24) }))).toBe('[2026-06-14]\n00:00:00 web.1    | old\n')
    expect(lines.entry(line('web.1', 'old', { at: at(-1) }))).toBe('23:00:00 web.1    | old\n')
    expect(lines.entry(line('web.1', 'new'))).toBe('[2026-06-15]\n09:05:07 web.1    | new\n')
  })

  test('a long line in pieces is one, until another process comes between', () => {
    const lines = printer(output())
    expect(lines.entry(line('web.1', 'one ', { isCut: true }))).toBe('09:05:07 web.1    | one ')
    expect(lines.entry(line('web.1', 'two ', { isCut: true }))).toBe('two ')
    expect(lines.entry(line('worker.1', 'x'))).toBe('\n09:05:07 worker.1 | x\n')
    expect(lines.entry(line('web.1', 'three'))).toBe('09:05:07 web.1    | three\n')
    expect(lines.end()).toBe('')
    expect(lines.entry(line('web.1', 'name? ', { isCut: true }))).toBe('09:05:07 web.1    | name? ')
    expect(lines.end()).toBe('\n')
  })

  test('what is not there is told of', () => {
    const lines = printer(output())
    const gap = { process: 'web.1', jobId: '1a2b3c4d-0000', byte: 0, bytes: 2_000_000 }
    expect(lines.entry({ type: 'skipped', ...gap })).toBe('         web.1    | [2.0 MB left out here: drover logs has them]\n')
    expect(lines.entry({ type: 'dropped', ...gap })).toContain('[2.0 MB are gone from here: the log had reached its cap]')
    const away = {
      type: 'away',
      process: 'web.1',
      error: { code: 'HOST_UNREACHABLE', message: 'box is \x1b[2Joff', details: {} },
    } as const
    expect(lines.entry(away)).toContain('[its output cannot be read now: box is \\e[2Joff]')
    expect(lines.entry({ type: 'now' })).toBe('')
  })

  test('runs and their ends', () => {
    const lines = printer(output())
    const run = { process: 'web.1', jobId: '1a2b3c4d-0000', run: 2, at: at(1) }
    expect(lines.entry({ type: 'run', ...run })).toBe('01:00:00 web.1    | [run 2 started, job 1a2b3c4d]\n')
    expect(lines.entry({ type: 'ended', ...run, exitCode: 3, signal: null })).toBe('01:00:00 web.1    | [exited 3]\n')
    expect(lines.entry({ type: 'ended', ...run, exitCode: null, signal: 'KILL' })).toContain('[was ended by SIGKILL]')
  })

  test('without prefixes nothing but the lines', () => {
    const lines = printer(output(), false)
    expect(lines.entry(line('web.1', 'as it is\x1b[2J\r'))).toBe('as it is\x1b[2J\r\n')
    expect(lines.entry({ type: 'run', process: 'web.1', jobId: 'x', run: 2, at: at(1) })).toBe('')
  })
})

describe('on a terminal', () => {
  test('a colour for each place, and nothing that disturbs the others', () => {
    const lines = printer(output({ isTerminal: true }))
    expect(lines.entry(line('web.1', '\x1b[2Jhi'))).toBe('\x1b[36m09:05:07 web.1    | \x1b[39mhi\n')
    expect(lines.entry(line('worker.1', 'hi'))).toBe('\x1b[33m09:05:07 worker.1 | \x1b[39mhi\n')
  })

  test('NO_COLOR takes ours away', () => {
    const lines = printer(output({ isTerminal: true, env: { NO_COLOR: '1' } }))
    expect(lines.entry(line('web.1', 'hi'))).toBe('09:05:07 web.1    | hi\n')
  })
})
