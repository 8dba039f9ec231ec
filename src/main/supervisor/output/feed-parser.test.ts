import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type FeedAnswer, FeedParser } from './feed-parser.ts'

function parse(chunks: readonly Buffer[]): FeedAnswer[] {
  const answers: FeedAnswer[] = []
  const parser = new FeedParser(answer => answers.push(answer))
  for (const chunk of chunks) parser.push(chunk)
  return answers
}

const WHOLE = Buffer.from('1 5 12 7\nab\n=\ncd\n=\n2 -\n3 12 12 0\n\n=\n4 0 9 3\nxyz\n!\n', 'latin1')

test('answers are the same, whatever way they are cut', () => {
  const expected: FeedAnswer[] = [
    { type: 'part', part: { byte: 5, bytes: Buffer.from('ab\n=\ncd'), logBytes: 12 } },
    { type: 'none' },
    { type: 'part', part: { byte: 12, bytes: Buffer.alloc(0), logBytes: 12 } },
    { type: 'gone' },
  ]
  expect(parse([WHOLE])).toEqual(expected)
  fc.assert(
    fc.property(fc.array(fc.nat({ max: WHOLE.length })), cuts => {
      const at = [0, ...cuts.toSorted((one, other) => one - other), WHOLE.length]
      expect(parse(at.slice(1).map((end, index) => WHOLE.subarray(at[index], end)))).toEqual(expected)
    }),
  )
})

test('what a host makes up is refused, and does not pile up', () => {
  for (const text of ['x\n', '1 2 3\n', '1 0 5 99999999999\n', '1 0 1 1\nab\n=\n', `${'1'.repeat(200)}`, '1 0 1 1\na\n?\n']) {
    expect(() => parse([Buffer.from(text)]), text).toThrow(expect.objectContaining({ code: 'PROTOCOL' }))
  }
})
