import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { lineTest } from './line-test.ts'

const LINES = ['GET /index 200', 'get /x 500', 'Error: a[0] is undefined', 'tab\there', 'x1y', '---', 'über', '']

test.each([
  ['GET', false],
  ['GET', true],
  ['^[[:upper:]]+ ', false],
  [' (4|5)[[:digit:]]{2}$', false],
  ['error|x[0-9]y', true],
  ['a\\[0\\]', false],
  ['[[:punct:]]{3}', false],
  ['[[:blank:]]here', false],
  ['^$', false],
])('grep -E finds the same lines: %s', (pattern, ignoreCase) => {
  const args = ['-E', ...(ignoreCase ? ['-i'] : []), '-e', pattern]
  const found = execFileSync('grep', args, { input: `${LINES.join('\n')}\n`, env: { ...process.env, LC_ALL: 'C.UTF-8' } })
  const matches = lineTest({ pattern, ignoreCase })
  expect(`${LINES.filter(matches).join('\n')}\n`).toBe(String(found))
})

test('what is no expression is said', () => {
  expect(() => lineTest({ pattern: 'a(', ignoreCase: false })).toThrow('is no regular expression')
})
