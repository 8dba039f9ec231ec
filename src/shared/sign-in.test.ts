import { expect, test } from 'vitest'
import { parseSignIn, signInUrl } from './sign-in.ts'

test('what the address was made of is read from it', () => {
  for (const route of ['/', '/jobs/a3f2b091', '/hosts/big.box']) {
    const url = signInUrl({ address: 'http://127.0.0.1:7373', token: 'aA0_-', route })
    expect(parseSignIn(new URL(url).hash)).toEqual({ token: 'aA0_-', route })
  }
})

test('any other fragment is none', () => {
  for (const hash of ['', '#/', '#/jobs/token=x', '#token=', '#token=a b', '#token=a&to=http://evil', '#token=a&x=1'])
    expect(parseSignIn(hash)).toBeNull()
})
