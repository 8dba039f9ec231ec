import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseDeclarations } from './failure-declarations.ts'

const NAMES = ['web', 'worker', 'constructor']
const parse = (text: string) => parseDeclarations(Buffer.from(text), NAMES)
const told = (text: string) =>
  parse(text).problems.map(({ severity, line, column, message }) => `${severity} ${line}:${column} ${message}`)

test('texts stand by the name of their process, whatever is in them', () => {
  const written = {
    web: ['Error: EADDRINUSE', '/not a (pattern/', 'ünï 🦊 "quoted" \\ \n two lines'],
    worker: [],
    constructor: ['x'],
  }
  for (const indent of [undefined, 2, '\t']) {
    const { texts, problems } = parse(JSON.stringify(written, null, indent))
    expect(problems).toEqual([])
    expect(Object.fromEntries(texts)).toEqual(written)
  }
  expect(Object.fromEntries(parse('\uFEFF{"web": ["\\ud83e\\udd8a\\/"]}\r\n').texts)).toEqual({ web: ['🦊/'] })
})

const JSON_WANTED = 'is no JSON from here on: it is {"NAME": ["TEXT", …]}'
test.each([
  ['', [`error 1:1 ${JSON_WANTED}`]],
  ['{\n  "web": ["a",]\n}', [`error 2:15 ${JSON_WANTED}`]],
  ['{"web": ["a"]', [`error 1:14 ${JSON_WANTED}`]],
  ['web: [a]', [`error 1:1 ${JSON_WANTED}`]],
  ['{}\n{}', [`error 2:1 ${JSON_WANTED}`]],
  ['[]', ['error 1:1 expected record, received array']],
  ['null', ['error 1:1 expected record, received null']],
  ['{"web": "a"}', ['error 1:9 web: expected array, received string']],
  [
    '{"web": ["a"],\n "worker": ["b", 3, ""]}',
    ['error 2:18 worker[1]: expected string, received number', 'error 2:21 worker[2]: must not be empty'],
  ],
  ['{"web": ["a"],\n "web": ["b"]}', ['error 2:2 Map keys must be unique']],
  ['{"wbe": ["a"]}', ['warning 1:2 the Procfile has no process named wbe; did you mean web?']],
  ['{"__proto__": ["a"]}', ['warning 1:2 the Procfile has no process named __proto__']],
  ['{"web": ["\0"]}', ['error 1:11 a NUL byte, which no command and no variable can hold']],
])('%j is told as it should be', (text, problems) => {
  expect(told(text)).toEqual(problems)
})

test('what is nested without end is refused, and nothing else happens', () => {
  expect(told(`{"web": ${'['.repeat(50_000)}`)).toHaveLength(1)
  expect(told(`{"web": ${'['.repeat(50_000)}${']'.repeat(50_000)}}`)).toHaveLength(1)
})

test('whatever is declared is read back, in whatever way JSON is written', () => {
  const texts = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter(text => !/[\0\uFFFD]/.test(text))
  const declarations = fc.dictionary(fc.constantFrom(...NAMES), fc.array(texts, { maxLength: 3 }))
  fc.assert(
    fc.property(declarations, fc.constantFrom(undefined, 1, '\t'), (written, indent) => {
      const { texts: read, problems } = parse(JSON.stringify(written, null, indent))
      expect(problems).toEqual([])
      expect(Object.fromEntries(read)).toEqual({ ...written })
    }),
  )
})
