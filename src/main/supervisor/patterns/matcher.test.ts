import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Matcher, PatternSet } from './matcher.ts'
import type { PatternText } from './program.ts'

const plain = (pattern: string): PatternText => ({ pattern, isRegex: false })
const regex = (pattern: string): PatternText => ({ pattern, isRegex: true })

/** `pattern@line` for each line that has it, in order. */
function found(patterns: readonly PatternText[], chunks: readonly Uint8Array[]): string[] {
  const matcher = new Matcher(new PatternSet(patterns))
  const seen = new Set<string>()
  let line = 0
  for (const chunk of chunks) {
    let counted = 0
    matcher.scan(chunk, (pattern, at) => {
      for (; counted < at; counted++) if (isLineEnd(chunk[counted])) line += 1
      seen.add(`${pattern}@${line}`)
    })
    for (; counted < chunk.length; counted++) if (isLineEnd(chunk[counted])) line += 1
  }
  matcher.finish(pattern => seen.add(`${pattern}@${line}`))
  return [...seen].sort()
}

const isLineEnd = (byte: number | undefined) => byte === 0x0a || byte === 0x0d
const has = (pattern: PatternText, text: string) => found([pattern], [Buffer.from(text)]).length > 0

/** What JavaScript's own engine says, line by line. */
function expected(sources: readonly string[], text: string): string[] {
  const lines = text.split(/\r|\n/)
  return sources
    .flatMap((source, pattern) =>
      lines.flatMap((line, index) => (new RegExp(source, 'iu').test(line) ? [`${pattern}@${index}`] : [])),
    )
    .sort()
}

function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const at = [0, ...places.map(place => place % (bytes.length + 1)), bytes.length].sort((one, other) => one - other)
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end))
}

const letter = fc.constantFrom('a', 'B', 'b', 'é', 'É', '中', '𝒳', '_', '-', ' ', '1')
const text = fc.array(fc.oneof({ weight: 8, arbitrary: letter }, fc.constantFrom('\n', '\r', '\r\n')), { maxLength: 60 })
const places = fc.array(fc.nat(), { maxLength: 12 })
const atom = fc.oneof(
  letter,
  fc.constantFrom('.', '[ab]', '[^a]', '[a-c]', '[^é]', '\\d', '\\w', '\\s', '\\S', '[É-ë]', '\\b', '^', '$'),
)
const { expression } = fc.letrec<{ expression: string }>(tie => ({
  expression: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    atom,
    fc.tuple(tie('expression'), tie('expression')).map(([one, other]) => `${one}${other}`),
    fc.tuple(tie('expression'), tie('expression')).map(([one, other]) => `(?:${one}|${other})`),
    fc
      .tuple(tie('expression'), fc.constantFrom('*', '+', '?', '{2}', '{1,3}', '{2,}'))
      .map(([one, times]) => `(?:${one})${times}`),
  ),
}))

test('whatever way output is cut, the same is found in the same lines, and it is what a line by line search finds', () => {
  const sources = fc.array(expression, { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(sources, text, places, (all, characters, cuts) => {
      // One that matches nothing at all is refused.
      const wanted = all.filter(source => !canBeEmpty(source))
      const whole = characters.join('')
      expect(found(wanted.map(regex), cut(Buffer.from(whole), cuts))).toEqual(expected(wanted, whole))
    }),
    { numRuns: 300 },
  )
})

/** Refused by us: it can be found where there is no character. */
function canBeEmpty(source: string): boolean {
  try {
    new PatternSet([regex(source)])
    return false
  } catch {
    return true
  }
}

test('plain text is itself, in any case, however it is cut', () => {
  const patterns = fc.array(fc.array(letter, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(patterns, text, places, (all, characters, cuts) => {
      const words = all.map(one => one.join(''))
      const whole = characters.join('')
      expect(found(words.map(plain), cut(Buffer.from(whole), cuts))).toEqual(expected(words, whole))
    }),
    { numRuns: 500 },
  )
})

test('bytes that are no UTF-8 break nothing, and what stands beside them is found the same in any pieces', () => {
  const patterns = [plain('panic:'), regex('é+$'), regex('[^x]y'), regex('a.b')]
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), places, (bytes, cuts) => {
      const whole = Buffer.concat([bytes, Buffer.from('\npaNic: a'), bytes, Buffer.from('b\néÉ\n')])
      const all = found(patterns, [whole])
      expect(all.some(one => one.startsWith('0@')) && all.some(one => one.startsWith('1@'))).toBe(true)
      expect(found(patterns, cut(whole, cuts))).toEqual(all)
    }),
  )
})

test('characters that mean something in an expression mean themselves in plain text', () => {
  expect(has(plain('a.*[b]$(c)|\\'), 'x A.*[B]$(C)|\\ y')).toBe(true)
  expect(has(plain('a.c'), 'abc')).toBe(false)
})

test('what an expression is', () => {
  for (const [source, yes, no] of [
    ['[[:digit:]]+ errors?', 'had 12 Errors', 'had errors'],
    ['[^[:alpha:] ]', 'a1', 'a b'],
    ['[]a]x', ']x', 'bx'],
    ['[a-]x', '-x', 'bx'],
    ['[\\d.]+$', 'v 1.2', '1.2 '],
    ['a{,2}', 'A{,2}', 'aa'],
    ['x{2,3}y', 'xxy', 'xy'],
    ['a+?b', 'aab', 'b'],
    ['\\x41\\.', 'a.', 'ab'],
    ['[\\x41-\\x43]', 'b', 'd'],
    ['\\bERR\\b', 'an err, here', 'terror'],
    ['\\Bing', 'going', 'ing'],
    ['^from', 'b\r\nfrom', 'x from'],
    ['done$', 'done\r\n', 'done.'],
    ['(?:a|bc)d', 'bcd', 'bd'],
  ] as const) {
    expect({ source, yes: has(regex(source), yes), no: has(regex(source), no) }).toEqual({ source, yes: true, no: false })
  }
})

test('an expression that is none, would be found everywhere or cannot be found in one pass is refused, and it is said why', () => {
  for (const [source, why] of [
    ['(a', "'(' without ')'"],
    ['a)', "')' without '('"],
    ['[a', "'[' without ']'"],
    ['*a', 'nothing stands before'],
    ['a{3,2}', 'goes backwards'],
    ['a{1001}', 'more than 1000'],
    ['[z-a]', 'goes backwards'],
    ['[[:nope:]]', 'no class'],
    ['(?=a)', "'(?'"],
    ['(a)\\1', "'\\1' is not understood"],
    ['a\\nb', 'within one line'],
    ['a\\', 'a backslash ends it'],
    ['a*', 'every line'],
    ['^$', 'every line'],
    ['a||b', 'every line'],
    ['((a{500}){500}){500}', 'too big'],
    ['((((((b|c){0,900}){0,900}){0,900}){0,900}){0,900})x', 'too big'],
    ['('.repeat(500), 'brackets within'],
  ] as const) {
    expect(() => new PatternSet([regex(source)]), source).toThrow(
      expect.objectContaining({ code: 'BAD_INPUT', message: expect.stringContaining(why) }),
    )
  }
})

test('a text that was coloured in its midst is found, and an escape sequence that never ends hides nothing but its line', () => {
  expect(has(plain('Error: EADDRINUSE'), '\x1b[31;1mError:\x1b[0m EADDR\x1b]8;;http://x\x07INUSE')).toBe(true)
  expect(has(plain('\x1b[31mred\x1b[0m ink'), 'red ink')).toBe(true)
  expect(has(plain('panic'), '\x1b]0;title\npanic')).toBe(true)
  expect(has(regex('^a$'), '\x1b(Ba\x1b[K\r\n')).toBe(true)
})

test('no expression takes longer for output that was made to take long', () => {
  // Each of these doubles with every byte where an engine tries all ways; the second has more sets of states than a table may hold.
  const patterns = [regex('(a+)+$'), regex('(a|b)*a(a|b){20}x'), regex('(.*a){20}x')]
  const bytes = Buffer.alloc(200_000)
  for (let at = 0; at < bytes.length; at++) bytes[at] = 97 + (((at * at) >> 3) % 2)
  expect(found(patterns, [bytes, Buffer.from('!')])).toEqual([])
  expect(found(patterns, [bytes, Buffer.from('a')])).toEqual(['0@0'])
})

test('a search can be left after so many new steps and goes on where it stood', () => {
  const matcher = new Matcher(new PatternSet([plain('needle')]))
  const bytes = Buffer.from('hay hay needle hay')
  const hits: number[] = []
  let at = 0
  let calls = 0
  while (at < bytes.length) {
    at = matcher.scan(bytes, (_, place) => hits.push(place), at, 1)
    calls += 1
  }
  expect(hits).toEqual([13])
  expect(calls).toBeGreaterThan(3)
})
