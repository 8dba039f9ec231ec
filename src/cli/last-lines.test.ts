import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LastLines } from './last-lines.ts'

function last(count: number, pieces: readonly string[]): string {
  const lines = new LastLines(count)
  for (const piece of pieces) lines.add(Buffer.from(piece))
  return Buffer.concat(lines.chunks()).toString()
}

test('a last line without its newline is a line', () => {
  expect(last(2, ['a\nb\nc'])).toBe('b\nc')
  expect(last(2, ['a\nb\nc\n'])).toBe('b\nc\n')
  expect(last(0, ['a\n'])).toBe('')
  expect(last(5, ['a\n'])).toBe('a\n')
})

test('the same as cutting the whole, wherever the pieces are cut', () => {
  const piece = fc.string({ unit: fc.constantFrom('a', '\n', 'b'), maxLength: 8 })
  fc.assert(
    fc.property(fc.array(piece), fc.integer({ min: 0, max: 6 }), (pieces, count) => {
      const whole = pieces.join('').match(/[^\n]*\n|[^\n]+$/g) ?? []
      expect(last(count, pieces)).toBe(count === 0 ? '' : whole.slice(-count).join(''))
    }),
  )
})
