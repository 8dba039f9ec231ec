import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { Duration, Pattern, PlainText, Size } from './written-values.ts'

function read(schema: z.ZodType, value: unknown): unknown {
  const parsed = schema.safeParse(value)
  return parsed.success ? parsed.data : parsed.error.issues.map(({ message }) => message).join('; ')
}

const DURATION = 'must be a length of time with its unit, as 500ms, 10s, 2m or 1h'
test.each([
  ['500ms', 500],
  ['10s', 10_000],
  ['1.5 s', 1500],
  ['2m', 120_000],
  ['2min', 120_000],
  ['1h', 3_600_000],
  ['10', DURATION],
  ['ten s', DURATION],
  ['-1s', DURATION],
  ['1s2ms', DURATION],
  ['99ms', 'must be from 100 ms to 3600 s'],
  ['61m', 'must be from 100 ms to 3600 s'],
  [10, 'must be a length of time with its unit, as 10s'],
])('of a time %j is %j', (text, expected) => {
  expect(read(Duration(100, 3_600_000), text)).toBe(expected)
})

const SIZE = 'must be a size with its unit, as 500kB, 100MB or 2GB'
test.each([
  ['100MB', 100_000_000],
  ['1.5 kB', 1500],
  ['1MiB', 1_048_576],
  ['2GB', 2e9],
  ['100', SIZE],
  ['100mb', SIZE],
  ['1B', SIZE],
  ['0.1kB', 'must be from 1 kB to 3 GB'],
  ['4GB', 'must be from 1 kB to 3 GB'],
  [100, 'must be a size with its unit, as 100MB'],
])('of a size %j is %j', (text, expected) => {
  expect(read(Size(1000, 3e9), text)).toBe(expected)
})

describe('a pattern', () => {
  test.each([
    ['panic:', { kind: 'text', source: 'panic:' }],
    ['/', { kind: 'text', source: '/' }],
    ['//', { kind: 'text', source: '//' }],
    ['/usr/bin', { kind: 'text', source: '/usr/bin' }],
    ['/out of (memory|disk)/', { kind: 'regex', source: 'out of (memory|disk)' }],
    ['/a\\/b/i', { kind: 'regex', source: 'a\\/b' }],
    ['/.*/', 'The pattern would be found in every line'],
    ['/(/', `The pattern is not understood: '(' without ')' (at character 1)`],
    ['', 'must not be empty'],
    ['x'.repeat(1001), 'is longer than 1000 characters'],
  ])('%j', (text, expected) => {
    expect(read(Pattern, text)).toEqual(expected)
  })

  test('that can be text alone is text', () => {
    expect(read(PlainText, '/(/')).toBe('/(/')
  })
})
