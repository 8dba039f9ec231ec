import { expect, test } from 'vitest'
import { tameLine } from './tame-line.ts'

test.each([
  ['plain text with a\ttab', 'plain text with a\ttab'],
  ['grün 緑', 'grün 緑'],
  ['\x1b[31mred\x1b[39m and \x1b[38;2;1;2;3mmore', '\x1b[31mred\x1b[39m and \x1b[38;2;1;2;3mmore\x1b[0m'],
  ['\x1b[38:2::1:2:3mcolons', '\x1b[38:2::1:2:3mcolons\x1b[0m'],
  ['\x1b[2J\x1b[H\x1bccleared', 'cleared'],
  ['\x1b]0;a title\x07after', 'after'],
  ['\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\', 'link'],
  ['\x1b]52;c;cm0gLXJm\x07copied', 'copied'],
  ['\x1bPq$data\x1b\\sixel', 'sixel'],
  ['\x9b2Jeight bits', 'eight bits'],
  ['\x1b[>4;2mkeys', 'keys'],
  ['\x1b(0lqk', 'lqk'],
  ['10 %\r20 %\r30 %', '30 %'],
  ['a Windows line\r', 'a Windows line'],
  ['ends in \x1b', 'ends in \\e'],
  ['bell \x07 and \u202eturned', 'bell \\x07 and \\u{202e}turned'],
])('%j', (line, tame) => {
  expect(tameLine(line)).toBe(tame)
})
