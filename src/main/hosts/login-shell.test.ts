import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { shellQuote } from '../../shared/shell-quote.ts'
import { throughLoginShell } from './login-shell.ts'

const AWKWARD = [
  'plain words',
  "it's",
  'back\\slash',
  'two\\\\of them',
  "quote\\'mix",
  'line\nbreak',
  '!history',
  '$HOME `id` %s %%',
  '"double"',
  'ü€\u{1F411}',
  '\\0101',
]

test.each(['sh', 'bash'])('%s hands any command to sh as it stands', shell => {
  const word = fc.string({ unit: fc.constantFrom(...'\'"\\!$`%\n ;&|ab01ü') })
  fc.assert(
    fc.property(word, text => {
      expect(echoThrough(shell, text)).toBe(text)
    }),
    { numRuns: 60, examples: AWKWARD.map(text => [text]) },
  )
})

test('refuses a NUL', () => {
  expect(() => throughLoginShell('a\0b')).toThrow(TypeError)
})

function echoThrough(shell: string, text: string): string {
  return spawnSync(shell, ['-c', throughLoginShell(`printf %s ${shellQuote(text)}`)], { encoding: 'utf8' }).stdout
}
