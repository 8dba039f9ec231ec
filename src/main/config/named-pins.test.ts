import { expect, test } from 'vitest'
import { meantPin } from './named-pins.ts'

const ME = { hostname: 'desk', addresses: [] }
const HOSTS = [
  { name: 'workstation.local', connection: 'me@workstation.local' },
  { name: 'big', connection: 'me@big.example:2222' },
  { name: 'one', connection: 'twin:1' },
  { name: 'two', connection: 'twin:2' },
]

test.each([
  ['workstation.local', 'workstation.local'],
  ['big.example', 'big'],
  ['me@big.example:2222', 'big'],
  ['twin:2', 'two'],
  ['desk', 'local'],
  ['localhost', 'local'],
])('%s is %s here', (host, name) => {
  expect(meantPin({ app: 'a', host }, HOSTS, ME)).toEqual({ app: 'a', host: name, why: null })
})

test.each(['gone', 'twin', 'big.example:22', '../../etc'])('%s is none of the hosts here, and none is guessed', host => {
  expect(meantPin({ app: 'a', host }, HOSTS, ME).why).toMatch(/which is no host here/)
})
