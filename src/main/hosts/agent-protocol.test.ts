import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeField, encodeField, encodeRequest, LineReader, parseAgentLine } from './agent-protocol.ts'

describe('fields', () => {
  test('give back any text without NUL, in words that no shell would touch', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), text => {
        fc.pre(!text.includes('\0') && text.isWellFormed())
        const field = encodeField(text)
        expect(field).toMatch(/^=[A-Za-z0-9_./:@%+,\\-]*$/)
        expect(decodeField(field)).toBe(text)
      }),
    )
  })

  test('are three octal digits a byte, so that a digit may follow', () => {
    expect(encodeField("it's\n1é")).toBe('=it\\0047s\\00121\\0303\\0251')
    expect(encodeField('/a-b_c.D:1@2%3+4,')).toBe('=/a-b_c.D:1@2%3+4,')
  })

  test('cannot hold a NUL', () => {
    expect(() => encodeField('a\0b')).toThrow(TypeError)
  })

  test.each(['', 'text', '=a b', '=\\0400', '=\\012', '=\\x41', '=é', '==', "='"])('refuse %j', field => {
    expect(() => decodeField(field)).toThrowError(expect.objectContaining({ code: 'PROTOCOL' }))
  })
})

test('a request is one line; null is a dash', () => {
  expect(encodeRequest(7, 'start', ['a b', null, ''])).toBe('7 start =a\\0040b - =\n')
})

describe('lines', () => {
  test('are an answer or a notice', () => {
    expect(parseAgentLine('n1', 'n1 12 row =a =b')).toEqual({ kind: 'row', request: 12, rest: '=a =b' })
    expect(parseAgentLine('n1', 'n1 12 ok')).toEqual({ kind: 'ok', request: 12, rest: '' })
    expect(parseAgentLine('n1', 'n1 - event 1:2 job =a')).toEqual({ kind: 'event', rest: '1:2 job =a' })
    // What follows `more` is a part of a row and may begin or end with a space.
    expect(parseAgentLine('n1', 'n1 1 more  a ')).toEqual({ kind: 'more', request: 1, rest: ' a ' })
  })

  test.each([
    '',
    'n2 1 ok',
    'n1',
    'n1 x ok',
    'n1 1 job',
    'n1 - ok',
    'n1 1 event',
    ' n1 1 ok',
    'n1 1 ok\rx',
    'n1 9999999999999999 ok',
  ])('of nothing else: %j', line => {
    expect(() => parseAgentLine('n1', line)).toThrowError(expect.objectContaining({ code: 'PROTOCOL' }))
  })

  test('show no more than 200 characters of what came', () => {
    const message = () => parseAgentLine('n1', `x${'y'.repeat(5000)}`)
    expect(message).toThrowError(/^.{200,300}$/)
  })
})

describe('a line reader', () => {
  test('gives the same lines however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z ]{0,20}$/)), fc.integer({ min: 1, max: 7 }), (lines, size) => {
        const got: string[] = []
        const reader = new LineReader(line => got.push(line))
        const stream = Buffer.from(lines.map(line => `${line}\n`).join(''))
        for (let at = 0; at < stream.length; at += size) reader.push(stream.subarray(at, at + size))
        expect(got).toEqual(lines)
      }),
    )
  })

  test('keeps no more than a line of ours of what never ends', () => {
    const got: string[] = []
    const reader = new LineReader(line => got.push(line))
    for (let count = 0; count < 1000; count++) reader.push(Buffer.alloc(10_000, 'x'))
    reader.push(Buffer.from('\nnext\n'))
    expect(got.map(line => line.length)).toEqual([8192, 4])
  })
})
