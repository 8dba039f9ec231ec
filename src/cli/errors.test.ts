import { expect, test } from 'vitest'
import { AppError } from '../shared/errors.ts'
import { adviceFor, exitCodeOf, InterruptedError, UsageError } from './errors.ts'

test('a wrong command line is 2, also where the exit code would be a job’s', () => {
  expect(exitCodeOf(new UsageError('no'), { givesJobExit: true })).toBe(2)
  expect(exitCodeOf(new InterruptedError(), undefined)).toBe(130)
  expect(exitCodeOf(new AppError('HOST_UNREACHABLE', 'x'), { givesJobExit: true })).toBe(125)
  expect(exitCodeOf(new AppError('HOST_UNREACHABLE', 'x'), {})).toBe(1)
  expect(exitCodeOf(new Error('x'), undefined)).toBe(1)
})

test('an unknown host key comes with its fingerprint and the one command', () => {
  const error = new AppError('HOST_KEY_UNKNOWN', 'The key of box is not known', {
    details: { host: 'box', fingerprint: 'SHA256:abc' },
  })
  expect(adviceFor(error)).toEqual(['It shows the key SHA256:abc', 'If that is its key: drover host trust box'])
})

test('what the message names already is not said again', () => {
  const error = new AppError('HOST_KEY_UNKNOWN', 'Accept it with drover host trust box', { details: { host: 'box' } })
  expect(adviceFor(error)).toEqual([])
})

test('an ambiguous id lists what it fits, made safe', () => {
  const jobs = [
    { id: '1a2b', host: 'box', command: { line: 'make\x1b[2J' } },
    { id: '1a2c', host: null, command: { argv: ['a b'] } },
  ]
  const error = new AppError('AMBIGUOUS', '"1a" fits 2 jobs', { details: { jobs } })
  expect(adviceFor(error)).toEqual(['  1a2b  box  make\\e[2J', "  1a2c  -  'a b'"])
})
