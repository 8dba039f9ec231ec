/** The page's files, as browsers and others ask for them. */
import { expect, test } from 'vitest'
import { ask } from '../../../test/helpers/web.ts'
import { startWeb } from '../../../test/helpers/web-server.ts'

const page = {
  'index.html': '<!doctype html><title>Drover</title>',
  'assets/index-Ab12.js': 'console.log(1)',
  'assets/index-Ab12.js.br': Buffer.from([1, 2, 3]),
  'assets/index-Ab12.js.gz': Buffer.from([4, 5]),
  'assets/index-Ab12.js.map': '{"sources":["/home/me/secret.ts"]}',
  'assets/style.css': 'a{}',
  'assets/font.woff2': Buffer.from([0, 255]),
  'assets/alone.js.br': Buffer.from([9]),
  'icon.svg': '<svg/>',
  '.built': '',
  'notes.key': 'x',
}

test('the page is at /, never kept; hashed files are kept for good; types are said', async () => {
  const { address } = await startWeb({ page })
  const index = await ask(address, '/')
  expect(index).toMatchObject({ status: 200, text: page['index.html'] })
  expect(index.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
  const script = await ask(address, '/assets/index-Ab12.js')
  expect(script).toMatchObject({ status: 200, text: 'console.log(1)' })
  expect(script.headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
    vary: 'Accept-Encoding',
  })
  expect((await ask(address, '/assets/style.css')).headers['content-type']).toBe('text/css; charset=utf-8')
  expect((await ask(address, '/assets/font.woff2')).headers['content-type']).toBe('font/woff2')
  expect((await ask(address, '/icon.svg')).headers).toMatchObject({
    'content-type': 'image/svg+xml',
    'cache-control': 'no-store',
  })
})

test.each([
  ['br, gzip', 'br', [1, 2, 3]],
  ['gzip, deflate, br;q=0.9', 'br', [1, 2, 3]],
  ['gzip', 'gzip', [4, 5]],
  ['GZIP', 'gzip', [4, 5]],
  ['br;q=0, gzip', 'gzip', [4, 5]],
  ['br;q=0.0', undefined, [...Buffer.from('console.log(1)')]],
  ['brx', undefined, [...Buffer.from('console.log(1)')]],
  ['identity', undefined, [...Buffer.from('console.log(1)')]],
])('who accepts %j gets %j', async (accepted, encoding, bytes) => {
  const { address } = await startWeb({ page })
  const answer = await ask(address, '/assets/index-Ab12.js', { headers: { 'Accept-Encoding': accepted } })
  expect(answer.headers['content-encoding']).toBe(encoding)
  expect([...answer.bytes]).toEqual(bytes)
})

test('HEAD gives the same without the bytes', async () => {
  const { address } = await startWeb({ page })
  for (const path of ['/', '/assets/index-Ab12.js']) {
    const [get, head] = [await ask(address, path), await ask(address, path, { method: 'HEAD' })]
    expect(head).toMatchObject({ status: 200, text: '' })
    expect({ ...head.headers, date: '' }).toEqual({ ...get.headers, date: '' })
  }
})

const ELSEWHERE = [
  ...['/../package.json', '/assets/../../package.json', '/%2e%2e/package.json', '/assets/..%2f..%2fpackage.json'],
  ...['//etc/passwd', '/etc/passwd', '/assets/', '/assets', '/index.html/', '/index.html%00.js', '/INDEX.HTML', '/./index.html'],
  ...[
    '/assets/index-Ab12.js.br',
    '/assets/index-Ab12.js.map',
    '/assets/alone.js',
    '/.built',
    '/notes.key',
    '/?x',
    '/index.html?x',
  ],
  ...['/__proto__', '/constructor', '*', 'http://127.0.0.1/', 'http://evil.example/index.html'],
]
test.each(ELSEWHERE)('%s is nothing', async path => {
  const { address } = await startWeb({ page })
  expect(await ask(address, path)).toMatchObject({ status: 404, headers: { 'content-type': 'application/json' } })
})

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE'])('%s of the page is refused', async method => {
  const { address } = await startWeb({ page })
  const answer = await ask(address, '/', { method })
  expect(answer).toMatchObject({ status: 404, text: expect.stringContaining('"NOT_FOUND"') })
  expect(Object.keys(answer.headers).filter(name => name.startsWith('access-control'))).toEqual([])
})

test('without a build the page says so, and names what to do', async () => {
  const { address } = await startWeb()
  const answer = await ask(address, '/')
  expect(answer).toMatchObject({ status: 503, text: expect.stringContaining('npm run build') })
  expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8')
})
