import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseProcfile } from './procfile.ts'

const parse = (text: string) => parseProcfile(Buffer.from(text))
const told = (text: string | Uint8Array) =>
  parseProcfile(Buffer.from(text)).problems.map(
    ({ severity, line, column, message }) => `${severity} ${line}:${column} ${message}`,
  )
const names = (text: string) => parse(text).processes.map(({ name }) => name)

test('processes come in their order, each with its command as it is written and its line', () => {
  const { processes, problems } = parse(
    '# what runs\n\nweb: bundle exec "puma" -p $PORT  # not a comment\n  # worker\nDB_2-b:\tpg  \n',
  )
  expect(problems).toEqual([])
  expect(processes).toEqual([
    { name: 'web', command: 'bundle exec "puma" -p $PORT  # not a comment', line: 3 },
    { name: 'DB_2-b', command: 'pg  ', line: 5 },
  ])
})

test('the line ends of Windows are line ends, and the last line needs none', () => {
  expect(parse('web: a\r\n\r\nworker: b').processes).toEqual([
    { name: 'web', command: 'a', line: 1 },
    { name: 'worker', command: 'b', line: 3 },
  ])
})

describe('what foreman runs and overmind does not', () => {
  test('is run, and told', () => {
    expect(parse('web:cmd').processes).toEqual([{ name: 'web', command: 'cmd', line: 1 }])
    expect(told('web:cmd')).toEqual([
      'warning 1:5 foreman runs this, overmind passes over a line with no space after the colon: write web: cmd',
    ])
  })
})

test.each([
  ['', ['error 1:1 no process in it: write one a line, as web: npm start']],
  ['\n\n# only a comment\n', ['error 1:1 no process in it: write one a line, as web: npm start']],
  ['web', ['error 1:4 no colon after "web": write NAME: COMMAND, or # before a comment']],
  ['web a: b', ['error 1:4 is no process: write NAME: COMMAND, or # before a comment']],
  ['web : a', ['error 1:4 blanks before the colon: write NAME: COMMAND']],
  [': a', ['error 1:1 no name before the colon: write NAME: COMMAND']],
  [' web: a', ['error 1:1 a process begins in the first column: take the blanks before it away']],
  ['\tweb: a', ['error 1:1 a process begins in the first column: take the blanks before it away']],
  ['web.1: a', ['error 1:4 "." in a name: it is letters, digits, dashes and underscores of ASCII']],
  ['wéb: a', ['error 1:2 "é" in a name: it is letters, digits, dashes and underscores of ASCII']],
  ['we\u001b[2Jb: a', ['error 1:3 "?" in a name: it is letters, digits, dashes and underscores of ASCII']],
  ['web:', ['error 1:5 web has no command: write what it runs after the colon']],
  ['web:  \t', ['error 1:8 web has no command: write what it runs after the colon']],
  ['export A=b', ['error 1:7 is no process: write NAME: COMMAND, or # before a comment']],
  ['__proto__: a', ['error 1:1 __proto__ is a word of JavaScript and no name: give it another one']],
  ['web: a\nx: b\nweb: c', ['error 3:1 a second process named web: the first is in line 1; give one of them another name']],
  ['web: a\nWeb: b', ['warning 2:1 Web differs from the name in line 1 by case alone']],
  ['all: a', ['warning 1:1 in a formation all means every process, so this one cannot be named there']],
  ['-f: a', ['warning 1:1 -f looks like an option: on a command line it has to stand after --']],
  ['web: a\rb: c', ['warning 1:7 a carriage return within the command: it ends no line here']],
  [
    '\uFEFFweb: a',
    ['warning 1:1 begins with a byte order mark, for which foreman and overmind pass over line 1: save it without'],
  ],
  ['web: a\nb: \0', ['error 2:4 a NUL byte, which no command and no variable can hold']],
  ['web: a\nb: ü\uFFFD', ['error 2:5 the byte 0xef is not part of UTF-8 text: save the file as UTF-8']],
])('%j is told as it should be', (text, problems) => {
  expect(told(text)).toEqual(problems)
})

test('what is too long is told at the first character too many, or where it begins', () => {
  expect(told(`${'n'.repeat(64)}: a`)).toEqual(['error 1:64 the name has 64 characters, at most 63 are taken'])
  expect(told(`web: ${'c'.repeat(131_072)}`)).toEqual([
    'error 1:6 the command has 131072 characters, at most 131071 are taken: put it into a script in the folder',
  ])
  expect(told(`${'n'.repeat(63)}: ${'c'.repeat(131_071)}`)).toEqual([])
})

test('bytes that are not UTF-8 are named with their place', () => {
  expect(told(Buffer.from('web: ü\nb: caf\xe9 x', 'latin1'))).toEqual([
    'error 1:6 the byte 0xfc is not part of UTF-8 text: save the file as UTF-8',
  ])
  expect(told(Buffer.concat([Buffer.from('web: ü\nb: '), Buffer.from([0xe2, 0x82])]))).toEqual([
    'error 2:4 the byte 0xe2 is not part of UTF-8 text: save the file as UTF-8',
  ])
  expect(told(Buffer.from('\uFEFFweb: a', 'utf16le'))).toEqual(['error 1:1 is UTF-16 text: save it as UTF-8'])
})

test('a byte order mark does not hide the first process, nor move its columns', () => {
  expect(names('\uFEFFweb: a\nb: c')).toEqual(['web', 'b'])
  expect(told('\uFEFFweb:a')[1]).toMatch(/^warning 1:5 /)
})

test('names that JavaScript knows are names as any other', () => {
  expect(names('constructor: a\ntoString: b\nhasOwnProperty: c')).toEqual(['constructor', 'toString', 'hasOwnProperty'])
  expect(told('constructor: a\ntoString: b')).toEqual([])
})

test('every bad line of a long file is told, and every good one is read', () => {
  const lines = Array.from({ length: 10_000 }, (_, index) => (index % 10 === 9 ? `bad ${index}` : `p${index}: run ${index}`))
  const { processes, problems } = parse(lines.join('\n'))
  expect(processes).toHaveLength(9_000)
  expect(processes.at(-1)).toEqual({ name: 'p9998', command: 'run 9998', line: 9_999 })
  expect(problems.map(({ line }) => line)).toEqual(Array.from({ length: 1_000 }, (_, index) => index * 10 + 10))
})

test('whatever the bytes, nothing is thrown, and each problem stands within the file', () => {
  const scrap = fc.constantFrom('web', 'a-b_', ':', ': ', '\n', '\r\n', '\r', ' ', '\t', '#', 'é', '\uFEFF', '\0', '🦊', 'x=1')
  const texts = fc.array(scrap, { maxLength: 40 }).map(parts => Buffer.from(parts.join('')))
  fc.assert(
    fc.property(fc.oneof(texts, fc.uint8Array({ maxLength: 60 })), bytes => {
      const lines = Buffer.from(bytes).toString('utf8').split(/\r?\n/)
      const { processes, problems } = parseProcfile(bytes)
      for (const { line, column } of problems) {
        expect(line).toBeGreaterThan(0)
        expect(column).toBeGreaterThan(0)
        expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1)
      }
      for (const { name, command, line } of processes) {
        expect(lines[line - 1]?.replace(/^\uFEFF/, '')).toMatch(name)
        expect(lines[line - 1]?.endsWith(command)).toBe(true)
      }
      // Nothing is passed over in silence: no error means that each line that says something is a process.
      if (problems.every(({ severity }) => severity === 'warning')) {
        expect(processes).toHaveLength(lines.filter(line => !/^\s*(#|$)/.test(line)).length)
      }
    }),
  )
})
