import { expect, test } from 'vitest'
import type { OutputEntry } from '../../shared/process.ts'
import { outputEntries } from './output-entries.ts'

const ENTRIES: OutputEntry[] = [
  { type: 'line', process: 'web.1', jobId: 'a', byte: 0, at: 1, text: 'grün, 緑 \u2028 and a "quote"\\' },
  { type: 'now' },
  { type: 'line', process: 'web.1', jobId: 'a', byte: 30, at: null, text: '' },
]

async function* cut(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

test.each([1, 2, 3, 7, 1000])('entries are whole however the stream is cut: %i bytes at once', async size => {
  const bytes = Buffer.from(ENTRIES.map(entry => `${JSON.stringify(entry)}\n`).join(''))
  const read: OutputEntry[] = []
  for await (const entries of outputEntries(cut(bytes, size))) read.push(...entries)
  expect(read).toEqual(ENTRIES)
})

test('an entry that breaks off is none', async () => {
  const read: OutputEntry[] = []
  for await (const entries of outputEntries(cut(Buffer.from('{"type":"now"}\n{"type":"li'), 5))) read.push(...entries)
  expect(read).toEqual([{ type: 'now' }])
})
