import { expect, test } from 'vitest'
import { webAddress } from './links.ts'

test('only addresses of the web are links, and they are shown as the browser takes them', () => {
  expect(webAddress('https://example.org/a?b#c')).toBe('https://example.org/a?b#c')
  expect(webAddress('HTTP://EXAMPLE.org')).toBe('http://example.org/')
  // What looks like a name of ours is shown as what it is.
  expect(webAddress('https://раypal.com/')).toBe('https://xn--ypal-43d9g.com/')
  for (const text of ['javascript:alert(1)', 'file:///etc/passwd', 'data:text/html,x', 'mailto:a@b', 'no', '', 'vscode://x'])
    expect(webAddress(text)).toBeNull()
})
