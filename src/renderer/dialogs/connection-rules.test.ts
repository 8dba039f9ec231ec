import { describe, expect, test } from 'vitest'
import { Connection, HostName } from '../../shared/contract.ts'
import { connectionProblem, hostNameProblem } from './connection-rules.ts'

describe('a connection', () => {
  test.each(['', 'gpu', 'me@build.example.org', 'me@192.0.2.1:2222', '[2001:db8::1]:22', 'me@[::1]', 'ssh://me@box/'])(
    'nothing is said of %j',
    text => expect(connectionProblem(text)).toBeNull(),
  )
  test.each([
    '-oProxyCommand=x',
    'a b',
    'a;b',
    "a'b",
    'a$b',
    'a\x07b',
    '@host',
    'me@',
    ':22',
    'box:',
    'box:0',
    'box:70000',
    'box:x',
  ])('what is wrong with %j is said', text => expect(connectionProblem(text)).not.toBeNull())
  test.each(['-x', 'a b', 'a;b', 'a"b', 'a`b', 'a\\b', 'a(b', 'a\x07b'])('%j is refused by the contract as well', text => {
    expect(Connection.safeParse(text).success).toBe(false)
    expect(connectionProblem(text)).not.toBeNull()
  })
})

test.each(['', 'box', 'a.b-c_d', '9'])('the name %j is fine', name => expect(hostNameProblem(name)).toBeNull())
test.each(['-a', '.a', 'a b', 'é', 'x'.repeat(64), 'a/b'])('the name %j is refused, as by the contract', name => {
  expect(hostNameProblem(name)).not.toBeNull()
  expect(HostName.safeParse(name).success).toBe(false)
})
test('names of Drover itself are refused', () => {
  expect(hostNameProblem('local')).not.toBeNull()
  expect(hostNameProblem('auto')).not.toBeNull()
})
