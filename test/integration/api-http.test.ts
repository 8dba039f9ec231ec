/** HTTP on the unix socket: what is served, and what anything else gets. */
import { chmodSync, existsSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ApiServer } from '../../src/main/api/server.ts'
import type { Methods } from '../../src/shared/contract.ts'
import { AppError, ERROR_CODES } from '../../src/shared/errors.ts'
import { exchange, outcome, request, startApi } from '../helpers/api-server.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { waitFor } from '../helpers/wait.ts'

/** A method that gives its input back, and one that fails as it is told. */
const echo: Partial<Methods> = {
  'config.set': async ({ key, value }) => {
    if (key === 'bug') throw new Error('a mistake of ours')
    if (key === 'fail') throw new AppError('NO_HOST', 'none fits', { details: { why: value } })
    return { key, value } as never
  },
}

test('a call gives the method’s answer as JSON, and the health page says that we live', async () => {
  const { socketPath } = await startApi({ methods: echo })
  const answer = await exchange(socketPath, request('/rpc/config.set', '{"key":"a","value":"ü€\\u0000"}'))
  expect(answer).toMatch(/^HTTP\/1\.1 200 /)
  expect(answer).toMatch(/\r\nDrover-Version: \d+\.\d+\.\d+\r\n/)
  expect(Buffer.from(answer.slice(answer.indexOf('\r\n\r\n') + 4), 'latin1').toString()).toBe('{"key":"a","value":"ü€\\u0000"}')
  expect(await exchange(socketPath, 'GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toContain('"status":"ok"')
})

test('one connection serves many calls', async () => {
  const { socketPath } = await startApi({ methods: echo })
  const one = request('/rpc/config.set', '{"key":"a","value":1}', { Connection: 'keep-alive' })
  const answer = await exchange(socketPath, one, one, request('/rpc/config.set', '{"key":"a","value":2}'))
  expect(answer.match(/HTTP\/1\.1 200 /g)).toHaveLength(3)
})

test('a method’s own error has its status, code, message and details; a mistake of ours is INTERNAL and reported', async () => {
  const { socketPath, errors } = await startApi({ methods: echo })
  const failed = await exchange(socketPath, request('/rpc/config.set', '{"key":"fail","value":7}'))
  expect(outcome(failed)).toEqual({ status: 503, code: 'NO_HOST', message: 'none fits' })
  expect(failed).toContain('"details":{"why":7}')
  const broken = await exchange(socketPath, request('/rpc/config.set', '{"key":"bug","value":7}'))
  expect(outcome(broken)).toEqual({ status: 500, code: 'INTERNAL', message: 'a mistake of ours' })
  expect(errors).toEqual([new Error('a mistake of ours')])
})

test('every error code has an HTTP status of its kind', async () => {
  const methods: Partial<Methods> = {
    'config.set': async ({ key }) => Promise.reject(new AppError(key as (typeof ERROR_CODES)[number], 'x')),
  }
  const { socketPath } = await startApi({ methods })
  for (const code of ERROR_CODES) {
    const answer = outcome(await exchange(socketPath, request('/rpc/config.set', JSON.stringify({ key: code, value: null }))))
    expect(answer.code).toBe(code)
    expect(answer.status).toBeGreaterThanOrEqual(400)
  }
})

const valid = '{"key":"a","value":1}'
test.each<[what: string, bytes: Buffer | string, status: number, code: string, message: RegExp]>([
  ['a web page’s request', request('/rpc/config.set', valid, { Origin: 'http://localhost' }), 403, 'FORBIDDEN', /web pages/],
  ['an opaque origin', request('/rpc/config.set', valid, { Origin: 'null' }), 403, 'FORBIDDEN', /web pages/],
  ['a form', request('/rpc/config.set', valid, { 'Content-Type': 'text/plain' }), 415, 'BAD_INPUT', /application\/json/],
  [
    'another charset',
    request('/rpc/config.set', valid, { 'Content-Type': 'application/json; charset=latin1' }),
    415,
    'BAD_INPUT',
    /JSON/,
  ],
  [
    'no type',
    'POST /rpc/config.set HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
    415,
    'BAD_INPUT',
    /JSON/,
  ],
  ['a compressed body', request('/rpc/config.set', valid, { 'Content-Encoding': 'gzip' }), 415, 'BAD_INPUT', /compressed/],
  ['broken JSON', request('/rpc/config.set', '{"key":'), 400, 'BAD_INPUT', /not JSON/],
  ['an empty body', request('/rpc/config.set', ''), 400, 'BAD_INPUT', /not JSON/],
  ['JSON that is not UTF-8', request('/rpc/config.set', Buffer.from('{"key":"\xff"}', 'latin1')), 400, 'BAD_INPUT', /UTF-8/],
  ['another kind of value', request('/rpc/config.set', '[]'), 400, 'BAD_INPUT', /expected object, received array/],
  ['an unknown method', request('/rpc/no.such', '{}'), 404, 'NOT_FOUND', /no\.such/],
  ['a name out of JavaScript', request('/rpc/constructor', '{}'), 404, 'NOT_FOUND', /constructor/],
  ['another path', request('/rpc/', '{}'), 404, 'NOT_FOUND', /POST \/rpc/],
  ['a path with dots', request('/rpc/../health', '{}'), 404, 'NOT_FOUND', /POST \/rpc/],
  [
    'the wrong verb',
    'GET /rpc/config.set HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    405,
    'BAD_INPUT',
    /takes POST, not GET/,
  ],
  ['no HTTP at all', 'hello there\r\n\r\n', 400, 'BAD_INPUT', /not a request/],
  ['a TLS greeting', Buffer.from('16030100f8010000f40303', 'hex'), 400, 'BAD_INPUT', /not a request/],
  ['no host', 'GET /health HTTP/1.1\r\n\r\n', 400, 'x', /./],
  [
    'two lengths',
    'POST /rpc/config.set HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}',
    400,
    'BAD_INPUT',
    /not a request/,
  ],
  ['endless headers', `GET /health HTTP/1.1\r\nHost: x\r\n${'A: b\r\n'.repeat(20_000)}`, 431, 'BAD_INPUT', /not a request/],
])('%s is refused, and the next request is served', async (what, bytes, status, code, message) => {
  const { socketPath } = await startApi({ methods: echo })
  const answer = await exchange(socketPath, bytes)
  // Node itself refuses a request without a host, before we see it; with an empty body.
  if (what === 'no host') expect(answer).toMatch(/^HTTP\/1\.1 400 /)
  else {
    expect(outcome(answer)).toMatchObject({ status, code })
    expect(outcome(answer).message).toMatch(message)
  }
  expect(await exchange(socketPath, request('/rpc/config.set', valid))).toMatch(/^HTTP\/1\.1 200 /)
})

test('a body over the limit is refused, announced or not; one at the limit passes', async () => {
  const { socketPath } = await startApi({ methods: echo })
  const body = (bytes: number) => `{"key":"a","value":1${' '.repeat(bytes - 21)}}`
  expect(await exchange(socketPath, request('/rpc/config.set', body(1024 * 1024)))).toMatch(/^HTTP\/1\.1 200 /)
  const large = body(1024 * 1024 + 1)
  expect(outcome(await exchange(socketPath, request('/rpc/config.set', large)))).toMatchObject({ status: 413, code: 'BAD_INPUT' })
  const chunked = request('/rpc/config.set', `${large.length.toString(16)}\r\n${large}\r\n0\r\n\r\n`, {
    'Transfer-Encoding': 'chunked',
  })
  const withoutLength = Buffer.from(chunked.toString('latin1').replace(/Content-Length: \d+\r\n/, ''), 'latin1')
  expect(outcome(await exchange(socketPath, withoutLength))).toMatchObject({ status: 413, code: 'BAD_INPUT' })
})

test.each([
  ['headers', 'POST /rpc/config.set HTTP/1.1\r\nHost: x\r\n'],
  ['a body', 'POST /rpc/config.set HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{'],
])('%s that never come to their end are given up, with an answer', async (_, bytes) => {
  const { socketPath } = await startApi({ methods: echo, limits: { requestMs: 200 } })
  expect(outcome(await exchange(socketPath, bytes))).toMatchObject({ status: 408, code: 'TIMEOUT' })
})

test('the socket is its owner’s alone, and gone after a close', async () => {
  const { server, socketPath } = await startApi()
  expect(statSync(socketPath).mode & 0o777).toBe(0o600)
  expect(statSync(join(socketPath, '..')).mode & 0o777).toBe(0o700)
  await server.close()
  expect(existsSync(socketPath)).toBe(false)
})

test('a socket that a killed core left behind is taken over', async () => {
  const home = temporaryFolder()
  mkdirSync(join(home, 'run'), { mode: 0o700 })
  const socketPath = join(home, 'run/core.sock')
  const dead: Server = createServer().listen(socketPath)
  await waitFor(() => existsSync(socketPath), { what: 'the old socket' })
  // Closing removes the file, a kill does not: put the listening socket aside, and its file back.
  const { renameSync } = await import('node:fs')
  renameSync(socketPath, `${socketPath}.kept`)
  dead.close()
  renameSync(`${socketPath}.kept`, socketPath)
  await startApi({ home, methods: echo })
  expect(await exchange(socketPath, request('/rpc/config.set', valid))).toMatch(/^HTTP\/1\.1 200 /)
})

test('a core that closes late leaves its successor’s socket alone', async () => {
  const first = await startApi({ methods: echo })
  await startApi({ home: first.home, methods: echo })
  await first.server.close()
  expect(await exchange(first.socketPath, request('/rpc/config.set', valid))).toMatch(/^HTTP\/1\.1 200 /)
})

test('a folder open to others, a link in its place, or a file in the way of the socket is refused by name', async () => {
  const home = temporaryFolder()
  const listen = (path: string) => new ApiServer({} as never).listen(path)
  mkdirSync(join(home, 'open'))
  chmodSync(join(home, 'open'), 0o755)
  await expect(listen(join(home, 'open/core.sock'))).rejects.toMatchObject({
    code: 'BAD_CONFIG',
    message: expect.stringMatching(/chmod 700/),
  })
  mkdirSync(join(home, 'mine'), { mode: 0o700 })
  symlinkSync(join(home, 'mine'), join(home, 'link'))
  await expect(listen(join(home, 'link/core.sock'))).rejects.toMatchObject({ code: 'BAD_CONFIG' })
  writeFileSync(join(home, 'mine/core.sock'), 'precious')
  await expect(listen(join(home, 'mine/core.sock'))).rejects.toMatchObject({
    code: 'CONFLICT',
    message: expect.stringMatching(/not a socket/),
  })
  rmSync(join(home, 'mine/core.sock'))
})

test('closing lets a call under way end, and cuts one that does not', async () => {
  const release = Promise.withResolvers<null>()
  const called: string[] = []
  const methods: Partial<Methods> = {
    'config.set': async ({ key }) => {
      called.push(key)
      return key === 'slow' ? release.promise : new Promise(() => undefined)
    },
  }
  const { server, socketPath } = await startApi({ methods, limits: { closeMs: 300 } })
  const slow = exchange(socketPath, request('/rpc/config.set', '{"key":"slow","value":1}'))
  const stuck = exchange(socketPath, request('/rpc/config.set', '{"key":"stuck","value":1}'))
  // It may not even have been accepted when the server goes: that is an error to it.
  const idle = connect(socketPath).on('error', () => undefined)
  onTestFinished(() => void idle.destroy())
  await waitFor(() => idle.readyState === 'open' && called.length === 2)
  const closed = server.close()
  release.resolve(null)
  expect(await slow).toMatch(/^HTTP\/1\.1 200 /)
  expect(await stuck).toBe('')
  await closed
})
