import fc from 'fast-check'
import { expect, test } from 'vitest'
import { safeJson, visible, visibleLines } from './visible.ts'

test.each([
  ['plain text', 'plain text'],
  ['a\nb\tc\rd', 'a\\nb\\tc\\rd'],
  ['\x1b[31mred\x07', '\\e[31mred\\x07'],
  ['\x9b2J\x7f', '\\x9b2J\\x7f'],
  ['right\u202eot-left', 'right\\u{202e}ot-left'],
  ['\u2066isolate\u2069', '\\u{2066}isolate\\u{2069}'],
  ['zero\u200bwidth\ufeff', 'zero\\u{200b}width\\u{feff}'],
  ['tag\u{e0041}', 'tag\\u{e0041}'],
  ['\ud800', '\\u{d800}'],
  ['日本語 é 👨‍👩‍👧 नी', '日本語 é 👨‍👩‍👧 नी'],
])('%j is shown as %j', (text, shown) => {
  expect(visible(text)).toBe(shown)
})

test('messages keep their lines and nothing else', () => {
  expect(visibleLines('one\r\ntwo\x1b]0;title\x07')).toBe('one\ntwo\\e]0;title\\x07')
})

const hostile = fc.string({
  unit: fc.oneof(fc.constantFrom('\x1b', '\n', '\x9b', '\u202e', '\u{e0001}', 'a'), fc.string({ unit: 'binary' })),
})

test('nothing that acts on a terminal is left, whatever the text', () => {
  fc.assert(fc.property(hostile, text => !/[\0-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/.test(visible(text))))
})

test('safe JSON is the same value, and safe', () => {
  fc.assert(
    fc.property(hostile, text => {
      const json = safeJson({ text })
      expect(JSON.parse(json)).toEqual({ text })
      expect(json).not.toMatch(/[\0-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/)
    }),
  )
})

test('JSON for people keeps its line breaks', () => {
  expect(safeJson({ a: 1 }, 2)).toBe('{\n  "a": 1\n}')
})
