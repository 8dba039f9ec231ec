import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutStartToWidth, cutToWidth, displayWidth, padToWidth } from './width.ts'

test.each([
  ['', 0],
  ['make', 4],
  ['日本', 4],
  ['ｶﾅ', 2],
  ['e\u0301', 1],
  ['👍', 2],
  ['👍🏽', 2],
  ['👨‍👩‍👧', 2],
  ['🇩🇪', 2],
  ['❤️', 2],
  ['…', 1],
  ['한글', 4],
])('%j takes %i cells', (text, width) => {
  expect(displayWidth(text)).toBe(width)
})

test('a cut never splits a wide character or an emoji of several parts', () => {
  expect(cutToWidth('日本語', 5)).toBe('日本…')
  expect(cutToWidth('日本語', 4)).toBe('日…')
  expect(cutToWidth('a👨‍👩‍👧bcd', 4)).toBe('a👨‍👩‍👧…')
  expect(cutToWidth('abc', 3)).toBe('abc')
  expect(cutToWidth('abc', 0)).toBe('')
})

test('a path keeps its end', () => {
  expect(cutStartToWidth('/home/me/project', 8)).toBe('…project')
})

test('padding counts cells', () => {
  expect(padToWidth('日', 4)).toBe('日  ')
  expect(padToWidth('7', 3, 'right')).toBe('  7')
})

test('no cut is wider than asked, whatever the text', () => {
  const text = fc.string({
    unit: fc.oneof(fc.constantFrom('日', '👨‍👩‍👧', '🇩🇪', 'e\u0301', 'x'), fc.string({ unit: 'grapheme' })),
  })
  fc.assert(
    fc.property(text, fc.integer({ min: 0, max: 12 }), (value, width) => {
      expect(displayWidth(cutToWidth(value, width))).toBeLessThanOrEqual(width)
      expect(displayWidth(cutStartToWidth(value, width))).toBeLessThanOrEqual(width)
    }),
  )
})
