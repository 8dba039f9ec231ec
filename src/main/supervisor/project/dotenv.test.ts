// biome-ignore-all lint/suspicious/noTemplateCurlyInString: .env files hold them.
import { parse as dotenv } from 'dotenv'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseEnvFile } from './dotenv.ts'

const parse = (text: string) => parseEnvFile(Buffer.from(text))
const values = (text: string) => Object.fromEntries(parse(text).variables.map(({ name, value }) => [name, value]))
const told = (text: string) =>
  parse(text).problems.map(({ severity, line, column, message }) => `${severity} ${line}:${column} ${message}`)

/** What dotenv gives, less the names that no shell can set. */
function byDotenv(text: string): Record<string, string> {
  const settable = Object.entries(dotenv(text)).filter(([name]) => /^[A-Za-z_]\w*$/.test(name) && name !== '__proto__')
  return Object.fromEntries(settable)
}

describe('is read as dotenv reads it', () => {
  test.each([
    ['', {}],
    ['A=1', { A: '1' }],
    ['A=1\r\nB=2\r\n', { A: '1', B: '2' }],
    ['A=1\rB=2', { A: '1', B: '2' }],
    ['\uFEFFA=1', { A: '1' }],
    ['  A  =  b c  ', { A: 'b c' }],
    ['export A=1\nexport\tB = 2', { A: '1', B: '2' }],
    ['export=1', { export: '1' }],
    ['A: yaml', { A: 'yaml' }],
    ['A:not', {}],
    ['A', {}],
    ['A=\nB=', { A: '', B: '' }],
    ['A=b # comment\nB=c#d\nC="e#f" # g', { A: 'b', B: 'c', C: 'e#f' }],
    ['# A=1\n  # B=2\n', {}],
    [`A='it''s'`, { A: `it''s` }],
    [String.raw`A="x\ny\\n\r\tz"`, { A: 'x\ny\\\n\r\\tz' }],
    [String.raw`A='x\ny'`, { A: String.raw`x\ny` }],
    [String.raw`A=x\ny`, { A: String.raw`x\ny` }],
    ['A=`"both" \'kinds\'`', { A: `"both" 'kinds'` }],
    [String.raw`A="say \"hi\""`, { A: String.raw`say \"hi\"` }],
    [String.raw`A='C:\'`, { A: 'C:\\' }],
    [
      'KEY="-----BEGIN-----\nab=cd\n#not a comment\n-----END-----"\nB=1',
      { KEY: '-----BEGIN-----\nab=cd\n#not a comment\n-----END-----', B: '1' },
    ],
    ['A="open\nB=2', { A: '"open', B: '2' }],
    ['A="x" y\nB=2', { A: '"x" y', B: '2' }],
    [`A='x' 'y'`, { A: `x' 'y` }],
    ['A=\n"on the next line"', { A: 'on the next line' }],
    ['A\n=b', { A: 'b' }],
    ['A:\nb c', { A: 'b c' }],
    ['A=1\nA=2', { A: '2' }],
    ['A={"json": true}', { A: '{"json": true}' }],
    ['A=$B ${C}', { A: '$B ${C}' }],
  ])('%j', (text, expected) => {
    expect(values(text)).toEqual(expected)
    expect(byDotenv(text)).toEqual(expected)
  })

  test('whatever is written', () => {
    const scrap = fc.constantFrom(
      ...['A', 'B', 'export', 'a.b', '-', '=', ':', ' ', '\t', '\n', '\r\n', '\r', '\n\n'],
      ...["'", '"', '`', '\\', '\\n', '\\r', '#', '$', '{', '\u2028', '\uFEFF', 'é', "='x'", '="x"\n', 'A=1\n'],
    )
    fc.assert(
      fc.property(fc.array(scrap, { maxLength: 30 }), parts => {
        const text = parts.join('')
        expect(values(text)).toEqual(byDotenv(text))
      }),
      { numRuns: 500 },
    )
  })
})

describe('what dotenv does in silence is told', () => {
  test.each([
    [
      'A=1\nexport B\n  c d\n',
      ['warning 2:1 sets nothing: dotenv passes over this line', 'warning 3:3 sets nothing: dotenv passes over this line'],
    ],
    ['A:1', ['warning 1:1 sets nothing: dotenv passes over this line']],
    ['\n a.b=1', ['warning 2:2 "a.b" is no name that a shell can set: it is left out']],
    ['__proto__=1', ['warning 1:1 "__proto__" is no name that a shell can set: it is left out']],
    ['1A=1', ['warning 1:1 "1A" is no name that a shell can set: it is left out']],
    ['A="secret\nB=2', ['warning 1:1 the value of A begins with a quote and does not end with it: it is part of the value']],
    ['A=1\nB=2\nA=3', ['warning 3:1 A is set in line 1 too: the last one holds']],
    ['A="1\n2\n3"\n?', ['warning 4:1 sets nothing: dotenv passes over this line']],
    ['A=1\0', ['error 1:4 a NUL byte, which no command and no variable can hold']],
  ])('%j', (text, problems) => {
    expect(told(text)).toEqual(problems)
  })

  test('and a value that no variable can hold is an error', () => {
    expect(told(`A=${'x'.repeat(131_072)}`)).toEqual(['error 1:1 the value of A has 131072 characters, at most 131071 are taken'])
    expect(told(`A=${'x'.repeat(131_071)}`)).toEqual([])
  })

  test('without a word of what stands there: it may be the rest of a key', () => {
    const text = 'KEY=-----BEGIN\nhunter2hunter2\nA="hunter2\nB=\'hunter2\nB=hunter2\nhunter2: x'
    expect(told(text)).not.toEqual([])
    expect(JSON.stringify(told(text.replace(/^hunter2: x$/m, '')))).not.toContain('hunter2')
  })

  test('and nothing else: a line that is told to set nothing can be left out', () => {
    const line = fc.constantFrom(
      'A=1',
      'B="x',
      'y"',
      "C='z'",
      '# note',
      '',
      'bare',
      'D:no',
      '? =',
      'export E',
      'F: yes',
      'G=`a',
      'b`',
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), lines => {
        const { problems } = parse(lines.join('\n'))
        const silent = new Set(problems.filter(({ message }) => message.startsWith('sets nothing')).map(problem => problem.line))
        const rest = lines.map((text, index) => (silent.has(index + 1) ? '' : text)).join('\n')
        expect(byDotenv(rest)).toEqual(byDotenv(lines.join('\n')))
      }),
    )
  })
})

test('single quotes and backticks say that nothing is expanded', () => {
  const literal = Object.fromEntries(
    parse("A=$\nB=\"$\"\nC='$'\nD=`$`\nE='$").variables.map(({ name, isLiteral }) => [name, isLiteral]),
  )
  expect(literal).toEqual({ A: false, B: false, C: true, D: true, E: false })
})

test('a variable has the place of its name', () => {
  expect(parse('A="1\n2"\n  export B=3').variables).toMatchObject([
    { name: 'A', line: 1, column: 1 },
    { name: 'B', line: 3, column: 3 },
  ])
})

test.each([
  ['blank lines', '\n'],
  ['open quotes', 'A="x\n'],
  ['escaped quotes', String.raw`\'`],
  ['values with something behind', 'A="x"y\n'],
  ['names without a value', 'A\n'],
])('a megabyte of %s is read in one go', (_, piece) => {
  const text = `A='${piece.repeat(Math.floor(1_000_000 / piece.length))}`
  expect(parse(text).problems.length).toBeGreaterThan(0)
})
