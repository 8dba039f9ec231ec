import { expect, test } from 'vitest'
import { parseConnection } from './connection-string.ts'

test.each([
  ['box', { host: 'box', user: null, port: null }],
  ['me@box', { host: 'box', user: 'me', port: null }],
  ['me@box:2222', { host: 'box', user: 'me', port: 2222 }],
  ['box:22', { host: 'box', user: null, port: 22 }],
  ['me@[::1]:2222', { host: '::1', user: 'me', port: 2222 }],
  ['[fe80::1%eth0]', { host: 'fe80::1%eth0', user: null, port: null }],
  ['::1', { host: '::1', user: null, port: null }],
  ['me@corp@box', { host: 'box', user: 'me@corp', port: null }],
  ['ssh://me@box:22/', { host: 'box', user: 'me', port: 22 }],
])('%s', (text, parts) => {
  expect(parseConnection(text)).toEqual(parts)
})

test.each(['', '@box', 'me@', '-oProxyCommand=x', 'me@-box', '-me@box', 'box:', 'box:0', 'box:65536', 'box:22x', '[::1]:'])(
  'refuses "%s"',
  text => {
    expect(() => parseConnection(text)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }))
  },
)
