import { hostname } from 'node:os'
import { expect, test } from 'vitest'
import { isThisMachine, leadsToThisMachine } from './this-machine.ts'

const ME = { hostname: 'Desk.example.org', addresses: ['192.168.1.7', 'fe80::1'] }

test.each([
  'localhost',
  'LOCALHOST',
  'localhost.',
  'app.localhost',
  '127.0.0.1',
  '127.1.2.3',
  '127.1',
  '::1',
  '[::1]',
  '::ffff:127.0.0.1',
  'desk',
  'desk.example.org',
  'desk.local',
  '192.168.1.7',
  'FE80::1',
])('%s is this machine', host => {
  expect(isThisMachine(host, ME)).toBe(true)
  expect(leadsToThisMachine(`me@${host}`, ME)).toBe(true)
})

test.each([
  'box',
  'desk2',
  'desk.other.org',
  'example.org',
  '128.0.0.1',
  '127.example.org',
  '1.127.0.0',
  '::2',
  '192.168.1.70',
  '',
])('%s is not', host => {
  expect(isThisMachine(host, ME)).toBe(false)
})

test('a port of its own leads elsewhere, the usual one does not', () => {
  for (const connection of ['localhost:22', 'me@127.0.0.1:22', 'me@[::1]:22', '::1', 'a@b@localhost']) {
    expect(leadsToThisMachine(connection, ME), connection).toBe(true)
  }
  for (const connection of ['localhost:2222', 'me@127.0.0.1:34567', '[::1]:2222', 'desk:2200']) {
    expect(leadsToThisMachine(connection, ME), connection).toBe(false)
  }
})

test('a machine without a name is not every machine without one', () => {
  expect(isThisMachine('', { hostname: '', addresses: [] })).toBe(false)
})

test('by itself it knows where it runs', () => {
  expect(isThisMachine(hostname())).toBe(true)
})
