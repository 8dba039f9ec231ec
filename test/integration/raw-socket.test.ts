/**
 * The socket of a real core, written to by hand: broken HTTP, every method with every kind of wrong input, broken WebSockets, and clients
 * that say nothing, read nothing or come by the hundred. Each is refused by name, and to the core it is as if nothing had been.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Input, Method } from '../../src/shared/contract.ts'
import { outcome, request } from '../helpers/api-server.ts'
import { openProduct, type Product } from '../helpers/product.ts'
import { answerTo, clientFrame, databaseRows, openFiles, openRaw, type RawClient, UPGRADE } from '../helpers/raw-core.ts'
import { rpc } from '../helpers/rpc.ts'
import { waitFor, within } from '../helpers/wait.ts'
import { WRONG_INPUTS, WRONG_MESSAGES } from '../helpers/wrong-inputs.ts'

const MB = 1024 * 1024
/** What the core gives a request to arrive is 15 s; on a busy machine a wait for it takes longer. */
const GIVEN_UP_MS = 60_000

let product: Product
let socketPath: string
let before: unknown
let pid: number
/** Begun before all else, so that the core's patience with them runs out while other tests run. */
let lingering: Record<string, RawClient[]>

beforeAll(async () => {
  product = await openProduct()
  const job = await product.drover(['push', '-n', '--', 'echo hi'])
  expect(job).toMatchObject({ code: 0, stdout: 'hi\n' })
  await product.drover(['config', 'set', 'push.keep_finished_days', '77'])
  socketPath = (await product.status()).socketPath
  pid = product.corePid()
  await product.drover(['apps']) // What it is told of them is state as well.
  before = await keptState()
  const many = (count: number, bytes = '') => Array.from({ length: count }, () => openRaw(socketPath, bytes))
  lingering = {
    'nothing at all': many(200),
    'half a request line': many(10, 'POST /rpc/core'),
    'a header that never ends': many(10, 'GET /health HTTP/1.1\r\nHost: x\r\n'),
    'half a handshake': many(200, UPGRADE.slice(0, 60)),
    'a body that never comes': many(
      10,
      'POST /rpc/core.stop HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n',
    ),
    'chunks for ever': many(
      10,
      'POST /rpc/core.stop HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
    ),
  }
})
afterAll(() => product.close())

/** What no refused word may change. */
async function keptState() {
  const { jobs } = await product.call('job.list', {})
  const { hosts } = await product.status()
  const config = readFileSync(join(product.home.dir, '.config/drover/config.yaml'), 'utf8')
  const { host, ...tables } = databaseRows(join(product.home.dir, '.local/share/drover/drover.db'))
  // How busy hosts are, how far a host's events were read, and when it was last seen, goes on by itself.
  const rows = Object.fromEntries(Object.entries(tables).filter(([table]) => !table.includes('metric')))
  const names = (host as { name: string }[]).map(({ name }) => name)
  return { jobs, hosts: hosts.map(({ name, connection }) => ({ name, connection })), config, rows, names }
}

test('with hundreds of connections that say nothing the command line is served', async () => {
  await waitFor(() => openFiles(pid) > 400, { timeoutMs: 20_000, what: 'the connections to be taken' })
  expect(await product.drover(['status'])).toMatchObject({ code: 0 })
  expect(await product.drover(['push', '-n', '--', 'echo served'])).toMatchObject({ code: 0, stdout: 'served\n' })
  before = await keptState()
})

const json = 'Content-Type: application/json'
const post = (headers: string, body: string) =>
  `POST /rpc/core.stop HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n\r\n${body}`
type Refused = [bytes: string | Buffer, status: number, message: RegExp]
const requests: Record<string, Refused> = {
  'a bad request line': ['POST\r\n\r\n', 400, /not a request/],
  'another protocol': ['POST /rpc/core.stop GOPHER/9.9\r\nHost: x\r\n\r\n', 400, /not a request/],
  'HTTP/2': ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, /not a request/],
  'a NUL in a header': [post(`${json}\r\nA: \0`, '{}'), 400, /not a request/],
  'a huge header': [post(`${json}\r\nA: ${'x'.repeat(100_000)}`, '{}'), 431, /not a request/],
  'a huge path': [`GET /${'x'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431, /not a request/],
  'two lengths': [post(`${json}\r\nContent-Length: 2\r\nContent-Length: 3`, '{}'), 400, /not a request/],
  'a length and chunks': [
    post(`${json}\r\nContent-Length: 2\r\nTransfer-Encoding: chunked`, '2\r\n{}\r\n0\r\n\r\n'),
    400,
    /not a request/,
  ],
  'a negative length': [post(`${json}\r\nContent-Length: -1`, '{}'), 400, /not a request/],
  'a chunk of no number': [post(`${json}\r\nTransfer-Encoding: chunked`, 'zz\r\n{}\r\n'), 400, /not a request/],
  'a body over the limit': [request('/rpc/core.stop', `{"x":"${'x'.repeat(MB)}"}`), 413, /more than 1048576 bytes/],
  'a body far over the limit': [request('/rpc/core.stop', Buffer.alloc(20 * MB, ' ')), 413, /more than 1048576 bytes/],
  'no type': [post('Content-Length: 2', '{}'), 415, /application\/json/],
  'the type of a form': [post('Content-Type: text/plain\r\nContent-Length: 2', '{}'), 415, /application\/json/],
  'an Origin': [post(`${json}\r\nOrigin: null\r\nContent-Length: 2`, '{}'), 403, /web pages/],
  'GET of a method': ['GET /rpc/core.stop HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 405, /takes POST/],
  'an unknown method': [request('/rpc/core.halt', '{}'), 404, /no method "core\.halt"/],
  'a method of every object': [request('/rpc/toString', '{}'), 404, /no method "toString"/],
  'bad JSON': [request('/rpc/core.stop', '{'), 400, /not JSON/],
  'JSON of lone surrogates': [request('/rpc/job.get', '{"job":"\\ud800"}'), 400, /job: /],
  'deep nesting': [request('/rpc/core.stop', '['.repeat(500_000)), 400, /not JSON/],
  'deep nesting, closed': [request('/rpc/core.stop', `${'['.repeat(400_000)}${']'.repeat(400_000)}`), 400, /expected object/],
  'a deep object': [request('/rpc/core.stop', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`), 400, /Unrecognized key: "a"/],
  'the key __proto__': [request('/rpc/core.stop', '{"__proto__":{"polluted":true}}'), 400, /__proto__/],
  'the key constructor': [request('/rpc/core.stop', '{"constructor":{"prototype":{"polluted":true}}}'), 400, /constructor/],
  'a thousand unknown keys': [
    request('/rpc/core.stop', JSON.stringify(Object.fromEntries(Array.from({ length: 1000 }, (_, key) => [`key${key}`, key])))),
    400,
    /Unrecognized keys: "key0"/,
  ],
  'a WebSocket elsewhere': [UPGRADE.replace('/ws', '/rpc/core.stop'), 404, /at \/ws/],
}

describe('HTTP', () => {
  test.each(Object.entries(requests))('%s is refused', async (_, [bytes, status, message]) => {
    const answer = await answerTo(socketPath, bytes)
    const said = outcome(answer)
    expect(said).toMatchObject({ status, code: status === 404 ? 'NOT_FOUND' : status === 403 ? 'FORBIDDEN' : 'BAD_INPUT' })
    expect(said.message).toMatch(message)
    expectNoInsides(answer)
  })
})

describe('a method', () => {
  test.each([...WRONG_INPUTS])('%s refuses wrong input and names what is wrong', async (method, wrong) => {
    expect(wrong.length).toBeGreaterThan(10)
    for (const { what, field, value } of wrong) {
      const { status, body } = await within(rpc(socketPath, method, JSON.stringify(value)), { timeoutMs: 30_000, what })
      expect({ what, status, body }).toMatchObject({ what, status: 400, body: { code: 'BAD_INPUT' } })
      expect(body.message, what).toContain(`Bad input for ${method}: `)
      expect(body.message, what).toContain(field)
      expectNoInsides(JSON.stringify(body))
    }
  })
})

const HUGE = 'x'.repeat(1_000_000)
const bomb = `[${[...'bcdefgh'].map((name, index) => `&${name} [${Array(10).fill(index === 0 ? 'x' : `*${'abcdefg'[index]}`)}]`).join(',')}]`
/** What the types of a field allow, and no person would write. */
const oddInputs: { [M in Method]?: Input<M>[] } = {
  'config.set': [
    ...[HUGE, '__proto__', 'constructor', 'push.__proto__', 'push.constructor', 'push.', '.', 'push', 'hosts', 'hosts.0'].map(
      key => ({
        key,
        value: 'x',
      }),
    ),
    ...[HUGE, bomb, '['.repeat(5_000), '&a [*a]', '!!js/function x', '%', 'a: b: c', '- '.repeat(5_000)].map(value => ({
      key: 'log_level',
      value,
    })),
  ],
  'host.remove': [{ name: 'constructor' }, { name: 'hasOwnProperty' }, { name: 'local' }],
  'host.default': [{ name: 'constructor' }],
  'host.test': [{ name: 'constructor' }],
  'host.trust': [
    { name: 'constructor', fingerprint: HUGE },
    { name: 'local', fingerprint: HUGE },
  ],
  'host.unlock': [
    { keyPath: `/${HUGE}`, passphrase: 'x' },
    { keyPath: '/proc/self/mem', passphrase: 'x' },
    { keyPath: '/dev/zero', passphrase: 'x' },
    { keyPath: '/', passphrase: 'x' },
  ],
  'job.preview': [{ folder: `/${HUGE}` }, { folder: '/no/such' }, { folder: '/etc/passwd' }, { folder: '/proc/self/mem' }],
  'job.push': [
    { command: { line: 'true' }, folder: `/${HUGE}`, sync: true, terminal: null },
    { command: { line: 'true' }, folder: null, sync: true, terminal: null },
    { command: { line: 'true' }, folder: null, sync: false, terminal: null, host: 'constructor' },
    { command: { line: 'true' }, folder: null, sync: false, terminal: null, env: { A: HUGE } },
    { command: { line: 'true' }, folder: null, sync: false, terminal: null, pull: [HUGE] },
    { command: { line: 'true' }, folder: null, sync: false, terminal: null, env: JSON.parse('{"__proto__":"x"}') },
  ],
  'job.pull': [
    { job: 'ffff', pattern: HUGE, destination: '/tmp' },
    { job: 'ffff', pattern: 'x', destination: `/${HUGE}` },
  ],
  'disk.usage': [{ host: 'constructor' }],
  'disk.gc': [{ host: 'constructor' }],
}

test.each(Object.entries(oddInputs))('%s refuses what its types allow and nobody means', async (method, inputs) => {
  for (const input of inputs) {
    const what = JSON.stringify(input).slice(0, 80)
    const { status, body } = await within(rpc(socketPath, method, input), { timeoutMs: 30_000, what })
    expect({ what, status, body }).toMatchObject({
      what,
      body: { code: expect.stringMatching(/^(?!INTERNAL)/), message: expect.any(String) },
    })
    expect(status, what).toBeGreaterThanOrEqual(400)
    expectNoInsides(JSON.stringify(body))
  }
})

/** What ends a WebSocket: the frames that a client sends after the handshake, and the code that it is told. */
const hello = clientFrame('{"type":"call","id":1,"method":"core.status","input":{}}')
const frames: Record<string, [bytes: Buffer, code: number, reason: RegExp]> = {
  'a frame without a mask': [clientFrame('{}', { isMasked: false }), 1002, /^$/],
  'a reserved bit': [clientFrame('{}', { reserved: 4 }), 1002, /^$/],
  'an unknown kind of frame': [clientFrame('{}', { opcode: 3 }), 1002, /^$/],
  'the rest of a message that never began': [clientFrame('{}', { opcode: 0 }), 1002, /^$/],
  'a message in a message': [Buffer.concat([clientFrame('{', { isFinal: false }), clientFrame('{}')]), 1002, /^$/],
  'a ping in two parts': [clientFrame('x', { opcode: 9, isFinal: false }), 1002, /^$/],
  'a ping of 126 bytes': [clientFrame('x'.repeat(126), { opcode: 9 }), 1002, /^$/],
  'a close of one byte': [clientFrame('x', { opcode: 8 }), 1002, /^$/],
  'text that is not UTF-8': [clientFrame(Buffer.from([0xff, 0xfe])), 1007, /^$/],
  'a message that claims 2 GB': [clientFrame('x', { claimedLength: 2 ** 31 }), 1009, /^$/],
  'a message that claims more than there can be': [clientFrame('x', { claimedLength: Number.MAX_SAFE_INTEGER }), 1009, /^$/],
  'a message over the limit, in parts': [
    Buffer.concat([clientFrame('x'.repeat(MB), { isFinal: false }), clientFrame('x', { opcode: 0 })]),
    1009,
    /^$/,
  ],
  'text that is not JSON': [clientFrame('hello'), 1008, /not JSON/],
  'deep nesting': [clientFrame(`{"type":"call","id":1,"method":"x","input":${'['.repeat(400_000)}`), 1008, /not JSON/],
  'bytes without a stream': [clientFrame('abc', { opcode: 2 }), 1008, /four bytes/],
  'bytes for no stream': [clientFrame(Buffer.from([0, 0, 0, 7, 1]), { opcode: 2 }), 1008, /never a stream 7/],
  'a size for no stream': [clientFrame('{"type":"resize","stream":7,"columns":80,"rows":24}'), 1008, /never a stream 7/],
  'streams numbered downwards': [
    Buffer.concat([7, 6].map(stream => clientFrame(JSON.stringify({ type: 'log', stream, job: 'ffff' })))),
    1008,
    /numbered upwards/,
  ],
}

describe('a WebSocket', () => {
  test.each(Object.entries(frames))('%s ends it, with the reason', async (_, [bytes, code, reason]) => {
    const client = openRaw(socketPath, Buffer.concat([Buffer.from(UPGRADE), bytes, hello]))
    await waitFor(() => closeOf(client), { timeoutMs: 20_000, what: 'the end of the connection' })
    expect(closeOf(client)).toMatchObject({ code, reason: expect.stringMatching(reason) })
    expectNoInsides(client.received())
    client.socket.destroy()
  })

  test('a frame that never comes to its end costs nothing, and the next client is served', async () => {
    const client = openRaw(socketPath, Buffer.concat([Buffer.from(UPGRADE), clientFrame('x'.repeat(100), { claimedLength: MB })]))
    await waitFor(() => client.received().includes('101'), { timeoutMs: 20_000 })
    expect(await product.drover(['status'])).toMatchObject({ code: 0 })
    client.socket.destroy()
  })

  test.each([...WRONG_MESSAGES])('every wrong %s is refused by its field', async (_, wrong) => {
    for (const { what, field, value } of wrong) {
      const client = openRaw(socketPath, Buffer.concat([Buffer.from(UPGRADE), clientFrame(JSON.stringify(value))]))
      const close = await waitFor(() => closeOf(client), { timeoutMs: 20_000, what: `the end after ${what}` })
      expect({ what, ...close }).toMatchObject({ what, code: 1008 })
      expect(close.reason, what).toContain(field)
      expectNoInsides(client.received())
      client.socket.destroy()
    }
  })

  test.each([...WRONG_INPUTS])(
    'a call of %s with wrong input is answered with BAD_INPUT, and the socket goes on',
    async (method, wrong) => {
      const calls = wrong.map(({ value }, id) => clientFrame(JSON.stringify({ type: 'call', id, method, input: value })))
      const client = openRaw(socketPath, Buffer.concat([Buffer.from(UPGRADE), ...calls.filter(call => call.length < MB)]))
      const answers = () => client.received().match(/"type":"(result|error)","id":\d+,"error":\{"code":"BAD_INPUT"/g) ?? []
      const count = calls.filter(call => call.length < MB).length
      await waitFor(() => answers().length === count, { timeoutMs: 30_000, what: `${count} refusals` })
      expect(client.received()).not.toContain('"result"')
      client.socket.destroy()
    },
  )
})

describe('after all of it', () => {
  test('who says nothing, or never comes to an end, is let go', async () => {
    for (const [what, clients] of Object.entries(lingering)) {
      await waitFor(() => clients.every(client => client.isClosed()), { timeoutMs: GIVEN_UP_MS, what: `${what} to be given up` })
      const told = clients.map(client => client.received()).filter(text => text !== '')
      for (const text of told) expect(outcome(text)).toMatchObject({ status: 408, code: 'TIMEOUT' })
    }
    await waitFor(() => openFiles(pid) < 100, { timeoutMs: 20_000, what: 'the core to have closed them' })
  })

  test('the core is the one it was, knows what it knew, and has nothing to complain of', async () => {
    expect(product.corePid()).toBe(pid)
    expect(await keptState()).toEqual(before)
    expect(await product.drover(['status'])).toMatchObject({ code: 0, stderr: '' })
    expect(await product.drover(['push', '-n', '--', 'true'])).toMatchObject({ code: 0, stderr: '' })
    before = await keptState() // For another try of this test.
    expect(product.coreLog()).not.toMatch(/mistake of ours|\bat .*\.js:\d/)
    expect(Buffer.byteLength(product.coreLog())).toBeLessThan(20_000)
  })
})

/** Nothing that only we need to know, and not what was sent: that may be long, or secret. */
function expectNoInsides(answer: string): void {
  expect(answer).not.toMatch(/INTERNAL|\.[jt]s:\d|node_modules|x{2000}/)
  expect(answer.length).toBeLessThan(8_000)
}

/** The close frame at the end of what a WebSocket's client was sent, once it is there. */
function closeOf(client: RawClient): { code: number; reason: string } | undefined {
  const bytes = Buffer.from(client.received(), 'latin1')
  for (let at = bytes.indexOf('\r\n\r\n') + 4; at >= 4 && at + 2 <= bytes.length; ) {
    const short = bytes.readUInt8(at + 1)
    const extended = short === 126 ? 2 : short === 127 ? 8 : 0
    if (at + 2 + extended > bytes.length) return undefined
    const length = extended === 0 ? short : extended === 2 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2))
    const end = at + 2 + extended + length
    if ((bytes.readUInt8(at) & 15) === 8 && end <= bytes.length)
      return { code: bytes.readUInt16BE(at + 2), reason: bytes.toString('utf8', at + 4, end) }
    at = end
  }
  return undefined
}
