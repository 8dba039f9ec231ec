import { describe, expect, test } from 'vitest'
import { parseLine, plainText } from './sgr.ts'

const look = (line: string) =>
  parseLine(line).map(({ text, style }) => {
    const set = Object.entries(style).filter(([, value]) => value !== null && value !== false)
    return [text, Object.fromEntries(set)]
  })

describe('colours', () => {
  test('the sixteen, the 256, any; bold and the like; and their ends', () => {
    expect(look('a\x1b[31mb\x1b[1;92mc\x1b[0md')).toEqual([
      ['a', {}],
      ['b', { fg: 1 }],
      ['c', { fg: 10, isBold: true }],
      ['d', {}],
    ])
    expect(look('\x1b[38;5;208mx\x1b[48;5;7;4my\x1b[39;49;24mz')).toEqual([
      ['x', { fg: 'rgb(255, 135, 0)' }],
      ['y', { fg: 'rgb(255, 135, 0)', bg: 7, isUnderlined: true }],
      ['z', {}],
    ])
    expect(look('\x1b[38;2;1;2;300;3mx')).toEqual([['x', { fg: 'rgb(1, 2, 255)', isItalic: true }]])
    expect(look('\x1b[38;5;244mx')).toEqual([['x', { fg: 'rgb(128, 128, 128)' }]])
    expect(look('\x1b[mx\x1b[7my\x1b[27;2mz')).toEqual([
      ['x', {}],
      ['y', { isInverse: true }],
      ['z', { isDim: true }],
    ])
  })

  test('what no colour is changes nothing', () => {
    expect(look('\x1b[38;5;999mx\x1b[38;9my\x1b[500mz')).toEqual([
      ['x', {}],
      ['y', {}],
      ['z', {}],
    ])
  })
})

describe('what is not for a log', () => {
  test('other sequences are left out: movements, titles, the clipboard, links', () => {
    expect(plainText('a\x1b[2K\x1b[10;20Hb\x1b[?25lc')).toBe('abc')
    expect(plainText('\x1b]0;evil title\x07a\x1b]52;c;ZXZpbA==\x1b\\b\x1b]8;;http://evil\x1b\\text\x1b]8;;\x1b\\')).toBe('abtext')
    expect(plainText('a\x1bPq#0\x1b\\b\x1b(Bc\x1b=d\x1bMe')).toBe('abcde')
    expect(plainText('cut \x1b]0;never ends')).toBe('cut ')
  })

  test('what could turn or hide the text is shown as what it is', () => {
    expect(plainText('a\u202Eb\0c\bd\u009be')).toBe('a\\u{202e}b\\x00c\\x08d\\x9be')
    expect(plainText('<img src=x onerror=alert(1)>')).toBe('<img src=x onerror=alert(1)>')
    expect(plainText('tab\tstays 👩‍💻 𝒳')).toBe('tab\tstays 👩‍💻 𝒳')
  })
})

test('of a line that was written over, what stood last is shown', () => {
  expect(plainText(' 1 %\r50 %\r99 %')).toBe('99 %')
  expect(plainText('done\r')).toBe('done')
  expect(plainText('\r\r')).toBe('')
})
