import { expect, test } from 'vitest'
import { systemdArgument, systemdWord } from './systemd-text.ts'

test('what means something to systemd is escaped', () => {
  expect(systemdWord('a"b\\c\nd\t%\x1b\x7f')).toBe('"a\\"b\\\\c\\nd\\t%%\\x1b\\x7f"')
  expect(systemdArgument('$HOME $A $$')).toBe('"$$HOME $$A $$$$"')
})
