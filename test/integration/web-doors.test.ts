/**
 * Every door of a real core's web address, tried by those who may not come in: another site by another name, another site by its own,
 * a form, a program without a sign-in. What is refused has changed nothing, and no answer lets another page read it.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openProduct, type Product } from '../helpers/product.ts'
import { exchange } from '../helpers/tcp.ts'
import { waitFor } from '../helpers/wait.ts'
import { type Asking, ask, askAddress, link, linked, signIn, tokenOf, type WebAnswer } from '../helpers/web.ts'

let product: Product
let address: string
let port: string
let session: string
const answers: { what: string; answer: WebAnswer }[] = []

beforeAll(async () => {
  product = await openProduct()
  const opened = await askAddress(product)
  address = opened.address
  port = new URL(address).port
  session = await signIn(address, tokenOf(opened.url))
})
afterAll(() => product.close())

async function token(): Promise<string> {
  return tokenOf((await askAddress(product)).url)
}

/** Asks, and keeps the answer for the tests of what stands on all of them. */
async function knock(path: string, asking: Asking = {}): Promise<WebAnswer> {
  const answer = await ask(address, path, asking)
  answers.push({ what: `${asking.method ?? 'GET'} ${path} ${JSON.stringify(asking.headers ?? {})}`, answer })
  return answer
}

const json = { 'Content-Type': 'application/json' }
const bearer = () => ({ Authorization: `Bearer ${session}` })
const rpc = (headers: Record<string, string>, body = '{}', method = 'core.status') =>
  knock(`/rpc/${method}`, { method: 'POST', headers: { ...json, ...headers }, body })

afterEach(() => {
  for (const { what, answer } of answers.splice(0)) {
    const { headers } = answer
    expect(
      Object.keys(headers).filter(name => /^access-control|set-cookie/.test(name)),
      what,
    ).toEqual([])
    expect(headers, what).toMatchObject({
      'content-security-policy':
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'x-frame-options': 'DENY',
    })
    expect(answer.text, what).not.toContain(session)
  }
})

test('a page that is signed in calls the core, by its secret alone', async () => {
  expect(await rpc(bearer())).toMatchObject({ status: 200, text: expect.stringContaining(`"webAddress":"${address}"`) })
  expect(await rpc({ ...bearer(), Origin: address, 'Sec-Fetch-Site': 'same-origin' })).toMatchObject({ status: 200 })
  expect(await knock('/health')).toMatchObject({ status: 200, text: expect.stringContaining('"status":"ok"') })
})

describe('another name that leads here (DNS rebinding)', () => {
  const hosts = (at: string): string[] => [
    ...[
      'evil.example',
      `evil.example:${at}`,
      `127.0.0.1:${at}.evil.example`,
      `localhost.evil.example:${at}`,
      `x.localhost:${at}`,
    ],
    ...['127.0.0.1', 'localhost', '127.0.0.1:1', `127.0.0.2:${at}`, `127.1:${at}`, `2130706433:${at}`, `0.0.0.0:${at}`],
    ...[
      `[::1]:${at}`,
      `[::ffff:127.0.0.1]:${at}`,
      `me@127.0.0.1:${at}`,
      `localhost.:${at}`,
      ` 127.0.0.1:${at} x`,
      `127.0.0.1:0${at}`,
    ],
    ...[`127.0.0.1:${at},127.0.0.1:${at}`, `http://127.0.0.1:${at}`],
  ]

  test('gets nothing, signed in or not, page or method', async () => {
    const unused = await token()
    for (const Host of hosts(port)) {
      const refused = { status: 421, text: expect.stringContaining('"FORBIDDEN"') }
      expect(await knock('/', { headers: { Host } }), Host).toMatchObject(refused)
      expect(await knock('/health', { headers: { Host } }), Host).toMatchObject(refused)
      expect(await rpc({ ...bearer(), Host, Origin: `http://${Host}` }), Host).toMatchObject(refused)
      const asking = { method: 'POST', headers: { ...json, Host }, body: JSON.stringify({ token: unused }) }
      expect(await knock('/session', asking), Host).toMatchObject(refused)
      expect(await link(address, { headers: { Host }, origin: `http://${Host}` }).ends(), Host).toMatchObject({
        code: 0,
        reason: '421',
      })
    }
    await signIn(address, unused)
  })

  test('what is refused is not told again, and two names are refused as well', async () => {
    const { text } = await knock('/', { headers: { Host: 'marks.evil.example' } })
    expect(text).not.toContain('evil')
    expect(await exchange(port, 'GET / HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 421 /)
    expect(await exchange(port, 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /)
    expect(await exchange(port, 'GET / HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 421 /)
    const two = `GET /health HTTP/1.1\r\nHost: evil.example\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`
    expect(await exchange(port, two)).toMatch(/^HTTP\/1\.1 4/)
    const absolute = `GET http://evil.example/ HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`
    expect(await exchange(port, absolute)).toMatch(/^HTTP\/1\.1 404 /)
  })

  test('localhost is us', async () => {
    const Host = `localhost:${port}`
    expect(await rpc({ ...bearer(), Host, Origin: `http://${Host}` })).toMatchObject({ status: 200 })
    expect(await rpc({ ...bearer(), Host, Origin: address })).toMatchObject({ status: 403 })
  })
})

describe('another site in the same browser', () => {
  const origins = (at: string): string[] => [
    ...[
      'null',
      'https://evil.example',
      `http://evil.example:${at}`,
      `https://127.0.0.1:${at}`,
      'http://127.0.0.1',
      'http://127.0.0.1:3000',
    ],
    ...[`http://localhost:${at}`, `http://127.0.0.1:${at}.evil.example`, `http://127.0.0.1:${at}/`, `http://127.0.0.1:${at}0`],
    ...[
      'file://',
      'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
      `HTTP://127.0.0.1:${at}`,
      `http://127.0.0.1:${at} http://x`,
      '',
    ],
  ]

  test('is refused by its Origin, whatever it has got to know', async () => {
    const unused = await token()
    for (const Origin of origins(port)) {
      const refused = { status: 403, text: expect.stringContaining('other web pages') }
      expect(await rpc({ ...bearer(), Origin }), Origin).toMatchObject(refused)
      expect(await knock('/', { headers: { Origin } }), Origin).toMatchObject(refused)
      const asking = { method: 'POST', headers: { ...json, Origin }, body: JSON.stringify({ token: unused }) }
      expect(await knock('/session', asking), Origin).toMatchObject(refused)
      const preflight = { Origin, 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'authorization' }
      expect(await knock('/rpc/core.status', { method: 'OPTIONS', headers: preflight }), Origin).toMatchObject(refused)
      expect(await link(address, { origin: Origin }).ends(), Origin).toMatchObject({ code: 0, reason: '403' })
    }
    await signIn(address, unused)
  })

  test('is refused where the browser says that it asks, but may link to the page', async () => {
    const visit = { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' }
    for (const site of ['cross-site', 'same-site']) {
      const from = { 'Sec-Fetch-Site': site }
      expect(await rpc({ ...bearer(), ...from }), site).toMatchObject({ status: 403 })
      expect(await knock('/', { headers: { ...from, 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'script' } })).toMatchObject({
        status: 403,
      })
      expect(await knock('/', { headers: { ...from, ...visit, 'Sec-Fetch-Dest': 'iframe' } })).toMatchObject({ status: 403 })
      expect(await knock('/', { method: 'HEAD', headers: { ...from, ...visit } })).toMatchObject({ status: 403 })
      expect(await knock('/', { method: 'POST', headers: { ...from, ...visit } })).toMatchObject({ status: 403 })
      expect(await knock('/health', { headers: { ...from, ...visit } })).toMatchObject({ status: 403 })
      expect((await knock('/', { headers: { ...from, ...visit } })).status).not.toBe(403)
    }
    for (const site of ['none', 'same-origin']) {
      expect((await knock('/', { headers: { 'Sec-Fetch-Site': site, ...visit } })).status).not.toBe(403)
    }
  })

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/json5', ''])(
    'a form of type %j sends nothing that is heard',
    async type => {
      const unused = await token()
      const headers = type === '' ? {} : { 'Content-Type': type }
      const body = JSON.stringify({ token: unused })
      expect(await knock('/session', { method: 'POST', headers, body })).toMatchObject({ status: 415 })
      const stop = { method: 'POST', headers: { ...bearer(), ...headers }, body: '{}' }
      expect(await knock('/rpc/core.stop', stop)).toMatchObject({ status: 415 })
      await signIn(address, unused)
    },
  )
})

describe('a program without a sign-in', () => {
  test('calls no method: not without a secret, by a cookie, in the address, or by another scheme', async () => {
    const refused = { status: 401, headers: { 'www-authenticate': 'Bearer' }, text: expect.stringContaining('drover open') }
    expect(await rpc({})).toMatchObject(refused)
    expect(await rpc({ Cookie: `session=${session}` })).toMatchObject(refused)
    for (const Authorization of [
      '',
      'Bearer',
      'Bearer ',
      `Basic ${session}`,
      session,
      `Bearer ${session} x`,
      `Bearer  ${session}`,
      `Bearer ${session},`,
    ])
      expect(await rpc({ Authorization }), Authorization).toMatchObject(refused)
    expect(await knock(`/rpc/core.status?session=${session}`, { method: 'POST', headers: json, body: '{}' })).toMatchObject(
      refused,
    )
    expect(await knock('/rpc/core.status')).toMatchObject(refused)
    expect(await knock('/rpc/core.status', { method: 'HEAD' })).toMatchObject({ status: 401 })
    expect(await knock('/rpc/core.status', { headers: bearer() })).toMatchObject({ status: 405 })
  })

  test('signs in with nothing but a token, once', async () => {
    const body = (value: unknown) => ({
      method: 'POST',
      headers: json,
      body: typeof value === 'string' ? value : JSON.stringify(value),
    })
    for (const wrong of [
      '',
      '{',
      '[]',
      '"x"',
      'null',
      {},
      { token: 1 },
      { token: null },
      { token: [await token()] },
      { token: 'x'.repeat(300) },
    ])
      expect(await knock('/session', body(wrong)), JSON.stringify(wrong)).toMatchObject({ status: 400 })
    expect(await knock('/session', body({ token: await token(), more: 1 }))).toMatchObject({ status: 400 })
    const used = await token()
    expect(await knock('/session', body({ token: used }))).toMatchObject({ status: 200 })
    for (const wrong of [used, session, 'x'.repeat(43), '']) {
      const answer = { status: 403, text: expect.stringContaining('Type: drover open') }
      expect(await knock('/session', body({ token: wrong }))).toMatchObject(answer)
    }
    for (const method of ['GET', 'PUT', 'HEAD']) expect(await knock('/session', { method })).toMatchObject({ status: 405 })
  })

  test('sends more than there can be', async () => {
    const huge = JSON.stringify({ token: 'x'.repeat(2_000_000) })
    expect(await knock('/session', { method: 'POST', headers: json, body: huge })).toMatchObject({ status: 413 })
    expect(await rpc(bearer(), huge)).toMatchObject({ status: 413 })
    expect(await exchange(port, `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nA: ${'x'.repeat(100_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 /,
    )
    const endless = `POST /session HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n${'x'.repeat(80_000_000)}`
    expect(await exchange(port, endless)).toMatch(/^(HTTP\/1\.1 413 |$)/)
    expect(await rpc(bearer())).toMatchObject({ status: 200 })
  })
})

describe('the WebSocket', () => {
  test('needs the page’s Origin, and then a hello', async () => {
    expect(await link(address, { origin: null }).ends()).toMatchObject({ code: 0, reason: '403' })
    expect(await link(address, { headers: { 'Sec-Fetch-Site': 'cross-site' } }).ends()).toMatchObject({ code: 0, reason: '403' })
    const page = await linked(address, session)
    const { version, startedAt } = await product.status()
    expect(page.messages).toEqual([{ type: 'welcome', version, startedAt, role: 'owner' }])
    page.say({ type: 'call', id: 1, method: 'core.status', input: {} })
    expect(await page.hears('result')).toMatchObject({ id: 1, result: { pid: product.corePid() } })
    page.socket.close()
  })

  test('what is said in one breath with the hello is answered after it', async () => {
    const page = link(address)
    page.socket.once('open', () => {
      page.say({ type: 'hello', session })
      page.say({ type: 'call', id: 7, method: 'core.status', input: {} })
    })
    await page.hears('result')
    expect(page.messages.map(({ type }) => type)).toEqual(['welcome', 'result'])
    page.socket.close()
  })

  const first: Record<string, () => string | Buffer> = {
    'a wrong session': () => JSON.stringify({ type: 'hello', session: 'x'.repeat(43) }),
    'no session': () => JSON.stringify({ type: 'hello' }),
    'an empty one': () => JSON.stringify({ type: 'hello', session: '' }),
    'something beside the session': () => JSON.stringify({ type: 'hello', session, more: 1 }),
    'a call': () => JSON.stringify({ type: 'call', id: 1, method: 'core.stop', input: {} }),
    'no JSON': () => 'hello',
    bytes: () => Buffer.from(JSON.stringify({ type: 'hello', session })),
    'a session after much else': () => `${' '.repeat(2000)}${JSON.stringify({ type: 'hello', session })}`,
    'a MB of nonsense': () => 'x'.repeat(1_000_000),
  }
  test.each(Object.entries(first))('%s in place of the hello ends it', async (_, message) => {
    const stranger = link(address)
    stranger.socket.once('open', () => {
      stranger.socket.send(message())
      stranger.say({ type: 'hello', session })
      stranger.say({ type: 'call', id: 1, method: 'core.status', input: {} })
    })
    expect(await stranger.ends()).toMatchObject({ code: 4401, reason: expect.stringMatching(/hello|drover open/) })
    expect(stranger.messages).toEqual([])
  })

  test('a hundred that say nothing keep nobody out, and are let go', async () => {
    const idle = Array.from({ length: 100 }, () => link(address))
    await waitFor(() => idle.filter(one => one.closed()).length === 84, { timeoutMs: 20_000, what: 'all but 16 to be closed' })
    const page = await linked(address, session)
    await waitFor(() => idle.every(one => one.closed()), { timeoutMs: 20_000, what: 'the idle ones to be closed' })
    for (const one of idle) expect(one.closed()).toMatchObject({ code: 4408 })
    page.say({ type: 'call', id: 1, method: 'core.status', input: {} })
    await page.hears('result')
    page.socket.close()
  })
})

test('after all of it the core is the one it was, and its log has no secret and nothing to complain of', async () => {
  expect((await product.status()).webAddress).toBe(address)
  expect(product.coreLog()).not.toContain(session)
  expect(product.coreLog()).not.toMatch(/mistake of ours|\bat .*\.js:\d|token=/)
})
