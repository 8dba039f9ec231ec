import { expect, test } from 'vitest'
import { chooseCompression, isThisMachine } from './compression.ts'

const ALL = { features: ['lz4', 'zstd'] }
const MB = 1024 ** 2

test.each([
  [{ isLoopback: true, bytesPerSecond: MB }, 'none'],
  [{ isLoopback: false, bytesPerSecond: 200 * MB }, 'none'],
  [{ isLoopback: false, bytesPerSecond: 20 * MB }, 'lz4'],
  [{ isLoopback: false, bytesPerSecond: null }, 'lz4'],
  [{ isLoopback: false, bytesPerSecond: MB }, 'zstd'],
] as const)('a line as %o has %s', (line, compression) => {
  expect(chooseCompression(line, [ALL, ALL])).toBe(compression)
})

test('what one side was not built with is not used', () => {
  const slow = { isLoopback: false, bytesPerSecond: MB }
  expect(chooseCompression(slow, [ALL, { features: ['lz4'] }])).toBe('lz4')
  expect(chooseCompression(slow, [{ features: [] }, ALL])).toBe('none')
})

test('only addresses of this machine are loopback', () => {
  expect(['localhost', '::1', '127.0.0.1', '127.3.2.1'].every(isThisMachine)).toBe(true)
  expect(['127.example.org', '10.0.0.1', 'localhost.example.org'].some(isThisMachine)).toBe(false)
})
