import { expect, test } from 'vitest'
import { firstLineStart, LINE_BYTES, LogWindow, WINDOW_BYTES } from './log-window.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const texts = (window: LogWindow) => Array.from({ length: window.lineCount }, (_, line) => window.textOf(line))

test('lines, their places, and the line of a byte', () => {
  const window = new LogWindow(100, bytes('one\n\nthree é\nfo'))
  expect(texts(window)).toEqual(['one', '', 'three é', 'fo'])
  expect([0, 1, 2, 3].map(line => window.byteOf(line))).toEqual([100, 104, 105, 114])
  expect([0, 100, 103, 104, 106, 113, 114, 999].map(byte => window.lineAt(byte))).toEqual([0, 0, 0, 1, 2, 2, 3, 3])
  expect(window.end).toBe(116)
  expect(texts(new LogWindow(0, bytes('')))).toEqual([])
  expect(texts(new LogWindow(0, bytes('x\n')))).toEqual(['x'])
})

test('what comes behind goes on the last line; what comes before stands before', () => {
  const window = new LogWindow(10, bytes('a\nb')).append(bytes('c\nd\n'))
  expect(texts(window)).toEqual(['a', 'bc', 'd'])
  expect(texts(window.prepend(bytes('y\nz\n')))).toEqual(['y', 'z', 'a', 'bc', 'd'])
  expect(window.prepend(bytes('y\nz\n')).start).toBe(6)
})

test('it holds so much and no more, and begins with a whole line', () => {
  const line = `${'x'.repeat(99)}\n`
  let window = new LogWindow(0, bytes(''))
  for (let part = 0; part < 20; part++) window = window.append(bytes(line.repeat(1000)))
  expect(window.bytes.length).toBeLessThanOrEqual(WINDOW_BYTES)
  expect(window.bytes.length).toBeGreaterThan(WINDOW_BYTES - 200)
  expect(window.end).toBe(2_000_000)
  expect(window.start % 100).toBe(0)
  const before = window.prepend(bytes(line.repeat(1000)))
  expect(before.bytes.length).toBe(WINDOW_BYTES)
  expect(before.start).toBe(window.start - 100_000)
})

test('a line without an end is many lines, none cut in a character', () => {
  const window = new LogWindow(0, bytes('é'.repeat(LINE_BYTES + 5)))
  expect(window.lineCount).toBe(3)
  expect(texts(window).join('')).toBe('é'.repeat(LINE_BYTES + 5))
  const odd = new LogWindow(0, bytes(`a${'é'.repeat(LINE_BYTES)}`))
  expect(texts(odd).join('')).toBe(`a${'é'.repeat(LINE_BYTES)}`)
})

test('the first whole line of bytes from the midst', () => {
  expect(firstLineStart(bytes('rest\nwhole\n'))).toBe(5)
  expect(firstLineStart(bytes('no end'))).toBe(0)
  expect(firstLineStart(bytes('rest\n'))).toBe(0)
})

test('what grew piece by piece has the lines of what came at once', () => {
  const pieces = ['a\n', 'b', '\n\nc', 'é'.repeat(LINE_BYTES), 'd\n', '\n'.repeat(5_000), 'e'.repeat(9 * LINE_BYTES), 'f\ng']
  let window = new LogWindow(7, bytes(''))
  for (let round = 0; round < 100; round++) {
    window = window.append(bytes(pieces[(round * 3) % pieces.length] ?? ''))
    const whole = new LogWindow(window.start, window.bytes)
    const starts = (of: LogWindow) => Array.from({ length: of.lineCount }, (_, line) => of.byteOf(line)).join(' ')
    expect(starts(window) === starts(whole)).toBe(true)
  }
  expect(window.start).toBeGreaterThan(7)
})
