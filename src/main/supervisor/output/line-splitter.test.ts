import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LineSplitter } from './line-splitter.ts'

function split(bytes: Buffer, cuts: readonly number[] = []) {
  const splitter = new LineSplitter()
  const places = [0, ...cuts.map(cut => cut % (bytes.length + 1)), bytes.length].sort((one, other) => one - other)
  const lines = places.slice(1).flatMap((end, index) => splitter.push(places[index] ?? 0, bytes.subarray(places[index], end)))
  return [...lines, ...splitter.end()]
}

test('whatever way output is cut, its lines are the same', () => {
  const bytes = fc
    .array(
      fc.oneof(
        fc.constantFrom('a', 'é', '中', '\n', '\r\n', '\r').map(text => Buffer.from(text)),
        fc.uint8Array({ maxLength: 3 }),
      ),
    )
    .map(parts => Buffer.concat(parts))
  fc.assert(
    fc.property(bytes, fc.array(fc.nat()), (whole, cuts) => {
      expect(split(whole, cuts)).toEqual(split(whole))
    }),
  )
})

test('a line is what stands before a line feed, without the carriage return there; any other stays', () => {
  expect(split(Buffer.from('one\r\n10%\r20%\n\nlast')).map(({ byte, text }) => [byte, text])).toEqual([
    [0, 'one'],
    [5, '10%\r20%'],
    [13, ''],
    [14, 'last'],
  ])
})

test('a line that is too long is cut, never within a character', () => {
  const lines = split(Buffer.from(`x${'é'.repeat(40_000)}\nnext`))
  expect(lines.map(({ byte, isCut, text }) => [byte, isCut, text.length])).toEqual([
    [0, true, 32_768],
    [65_535, false, 7_233],
    [80_002, false, 4],
  ])
})

test('what has no end is shown as a beginning, less a character that has only begun', () => {
  const splitter = new LineSplitter()
  const text = Buffer.from('name? é')
  expect(splitter.push(0, text.subarray(0, -1))).toEqual([])
  expect(splitter.flush()).toEqual([{ byte: 0, text: 'name? ', isCut: true }])
  expect(splitter.flush()).toEqual([])
  expect(splitter.push(text.length - 1, Buffer.concat([text.subarray(-1), Buffer.from('!\n')]))).toEqual([
    { byte: 6, text: 'é!', isCut: false },
  ])
})

test('bytes that are no UTF-8 are shown as what they are not', () => {
  expect(split(Buffer.from([0x61, 0xff, 0x62, 0x0a]))[0]?.text).toBe('a\ufffdb')
})
