import { expect, test } from 'vitest'
import { EntryLines } from './entry-lines.ts'
import { isFailure, MOST_CHARACTERS, MOST_ROWS, OutputBuffer, type OutputRow } from './output-buffer.ts'

const line = (process: string, byte: number, text = `at ${byte}`): OutputRow => ({
  ...{ type: 'line', process, jobId: `job of ${process}`, byte, at: null, text },
})
const ended = (exitCode: number | null, signal: string | null = null): OutputRow => ({
  ...{ type: 'ended', process: 'web.1', jobId: 'job of web.1', run: 1, at: null, exitCode, signal },
})
const filled = (rows: readonly OutputRow[]) => {
  const buffer = new OutputBuffer()
  for (const row of rows) buffer.append(row)
  return buffer
}

test('entries are whole, however the bytes come', () => {
  const rows = [line('web.1', 0, 'Ümläut 🐑'), line('web.2', 7), ended(3)]
  const bytes = new TextEncoder().encode(rows.map(row => `${JSON.stringify(row)}\n`).join(''))
  for (const part of [1, 2, 3, 7, 64, bytes.length]) {
    const entries = new EntryLines()
    const found = []
    for (let at = 0; at < bytes.length; at += part) found.push(...entries.push(bytes.subarray(at, at + part)))
    expect(found).toEqual(rows)
  }
})

test('what is no entry is not taken for one, and one without an end not gathered for ever', () => {
  expect(() => new EntryLines().push(new TextEncoder().encode('{\n'))).toThrow()
  const entries = new EntryLines()
  const part = new Uint8Array(1024 * 1024).fill(32)
  expect(() => {
    for (let count = 0; count < 8; count++) entries.push(part)
  }).toThrow('without an end')
})

test('of a million lines the newest are kept, under the numbers they had', () => {
  const buffer = new OutputBuffer()
  for (let byte = 0; byte < 1_000_000; byte++) buffer.append(line('web.1', byte))
  expect(buffer.end).toBe(1_000_000)
  expect(buffer.end - buffer.first).toBeLessThanOrEqual(MOST_ROWS)
  expect(buffer.end - buffer.first).toBeGreaterThan(MOST_ROWS / 2)
  expect(buffer.at(999_999)).toEqual(line('web.1', 999_999))
  expect(buffer.at(buffer.first)).toEqual(line('web.1', buffer.first))
  expect(buffer.at(buffer.first - 1)).toBeUndefined()
  expect(buffer.isCut).toBe(true)
})

test('long lines are let go earlier', () => {
  const buffer = new OutputBuffer()
  const text = 'x'.repeat(64 * 1024)
  for (let byte = 0; byte < 2_000; byte++) buffer.append(line('web.1', byte, text))
  expect((buffer.end - buffer.first) * text.length).toBeLessThanOrEqual(MOST_CHARACTERS)
  expect(buffer.at(1_999)?.type).toBe('line')
})

test('a place among bytes that were left out is not here', () => {
  const left = { process: 'web.1', jobId: 'job of web.1' }
  const buffer = filled([
    line('web.1', 0, 'abc'),
    { type: 'skipped', ...left, byte: 4, bytes: 1_000 },
    line('web.1', 1_004, 'xyz'),
  ])
  expect(buffer.find({ jobId: 'job of web.1', byte: 2 })).toBe(0)
  expect(buffer.find({ jobId: 'job of web.1', byte: 4 })).toBe(null)
  expect(buffer.find({ jobId: 'job of web.1', byte: 1_003 })).toBe(null)
  expect(buffer.find({ jobId: 'job of web.1', byte: 1_005 })).toBe(2)
})

test('a place is found by any byte of its line, and only where it is', () => {
  const buffer = filled([line('web.1', 100, 'abcdef'), line('web.2', 0), line('web.1', 107, 'xyz')])
  expect(buffer.find({ jobId: 'job of web.1', byte: 100 })).toBe(0)
  expect(buffer.find({ jobId: 'job of web.1', byte: 103 })).toBe(0)
  expect(buffer.find({ jobId: 'job of web.1', byte: 108 })).toBe(2)
  expect(buffer.find({ jobId: 'job of web.1', byte: 99 })).toBeNull()
  expect(buffer.find({ jobId: 'job of web.1', byte: 5_000 })).toBeNull()
  expect(buffer.find({ jobId: 'another', byte: 100 })).toBeNull()
})

test.each([
  ['exit 1', ended(1), true],
  ['exit 0', ended(0), false],
  ['a crash', ended(null, 'SEGV'), true],
  ['asked to end', ended(null, 'TERM'), false],
  ['nobody knows how', ended(null), false],
  ['a line', line('web.1', 0), false],
])('a failure: %s', (_name, row, is) => {
  expect(isFailure(row)).toBe(is)
})

test('from failure to failure, to both sides', () => {
  const buffer = filled([ended(1), line('web.1', 0), line('web.1', 5), ended(2)])
  expect(buffer.failureFrom(3, -1, [])).toBe(0)
  expect(buffer.failureFrom(0, 1, [])).toBe(3)
  expect(buffer.failureFrom(3, 1, [])).toBeNull()
  expect(buffer.failureFrom(0, 1, [{ jobId: 'job of web.1', byte: 5 }])).toBe(2)
})

test('what is no longer looked at goes, and numbers are used once', () => {
  const before = filled([line('web.1', 0), line('web.2', 0), line('web.1', 9)])
  const buffer = before.only(process => process === 'web.1')
  expect([...buffer.rows()]).toEqual([line('web.1', 0), line('web.1', 9)])
  expect(buffer.first).toBe(before.end)
})
