import { expect, test } from 'vitest'
import { lastLine } from './last-line.ts'

test('the last line that has something in it', () => {
  expect(lastLine('one\ntwo\n')).toBe('two')
  expect(lastLine('one\ntwo\n\n  \t\n')).toBe('two')
  expect(lastLine('no end')).toBe('no end')
  expect(lastLine('')).toBe('')
  expect(lastLine('\n\r\n')).toBe('')
})

test('colours, titles and a redrawn line are as a terminal leaves them', () => {
  expect(lastLine('a\n\x1b[1;31merror:\x1b[0m no such file\x1b[K\r\n')).toBe('error: no such file')
  expect(lastLine('\x1b]0;title\x07done\x1b]8;;http://x\x1b\\ \n')).toBe('done')
  expect(lastLine('10 %\r50 %\r100 %\r\n')).toBe('100 %')
  expect(lastLine('\x1b(B\x1b7text\x1b8')).toBe('text')
})
