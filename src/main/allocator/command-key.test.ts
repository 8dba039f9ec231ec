import { expect, test } from 'vitest'
import { commandKey } from './command-key.ts'

test('a line of plain words is the argument list it gives', () => {
  const key = commandKey({ argv: ['make', '-j4', 'all'] })
  for (const line of ['make -j4 all', '  make -j4\tall \n', 'make   -j4 all']) expect(commandKey({ line })).toBe(key)
})

test('what the shell would change is a command of its own', () => {
  const keys = [
    { argv: ['make', '*'] },
    { line: 'make *' },
    { line: "make '*'" },
    { line: 'make $X' },
    { argv: ['make', '$X'] },
    { line: 'make; x' },
    { line: 'A=1 make' },
    { argv: ['A=1', 'make'] },
    { line: '~/make' },
    { line: 'a\nb' },
    { argv: ['a', 'b'] },
    { argv: ['a b'] },
    { argv: ['a', 'b', ''] },
  ].map(commandKey)
  expect(new Set(keys).size).toBe(keys.length)
})

test('a key has a length that does not depend on the command', () => {
  expect(commandKey({ line: 'x'.repeat(100_000) })).toHaveLength(43)
})
