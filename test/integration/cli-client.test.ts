/** The command line's client against the real API server: calls, sessions, streams, and the loss of the core. */
import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { createClient } from '../../src/cli/client.ts'
import type { CoreSession } from '../../src/cli/core-client.ts'
import { EventBus } from '../../src/main/api/events.ts'
import type { Methods } from '../../src/shared/contract.ts'
import type { CoreEvent } from '../../src/shared/domain.ts'
import { STREAM_WINDOW_BYTES } from '../../src/shared/frames.ts'
import { byteSource, echoTerminal, type RunningApi, startApi } from '../helpers/api-server.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { waitFor, within } from '../helpers/wait.ts'

const methods: Partial<Methods> = { 'config.set': async ({ value }) => value as never }
const client = (api: { env: RunningApi['env'] }, more = {}) => createClient({ env: api.env, start: false, ...more })

async function session(api: RunningApi, more = {}): Promise<CoreSession> {
  const opened = await client(api, more).connect()
  onTestFinished(() => opened.close())
  return opened
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

test('a call gives the answer, however large, or the core’s error', async () => {
  const api = await startApi({ methods })
  const { call } = client(api)
  const large = 'ü€'.repeat(60_000)
  expect(await call('config.set', { key: 'k', value: large })).toBe(large)
  await expect(call('job.get', { job: 'not hex' })).rejects.toMatchObject({ code: 'BAD_INPUT' })
  await expect(call('no.such' as 'job.get', { job: 'a' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('with no core, and none to be started, it says so: no file, a stale one, a socket nobody is behind', async () => {
  const home = temporaryFolder()
  const env = { HOME: home, PATH: '' }
  const unreachable = { code: 'CORE_UNREACHABLE', message: expect.stringContaining('drover daemon start') }
  await expect(client({ env }).call('core.status', {})).rejects.toMatchObject(unreachable)
  mkdirSync(join(home, '.local/share/drover'), { recursive: true })
  const file = join(home, '.local/share/drover/core.socket')
  writeFileSync(file, '')
  await expect(client({ env }).call('core.status', {})).rejects.toMatchObject(unreachable)
  writeFileSync(file, `${join(home, 'gone.sock')}\n`)
  await expect(client({ env }).call('core.status', {})).rejects.toMatchObject(unreachable)
  writeFileSync(join(home, 'file'), '')
  writeFileSync(file, `${join(home, 'file')}\n`)
  await expect(client({ env }).connect()).rejects.toMatchObject(unreachable)
})

test.each([
  ['says nothing and hangs up', '', 'CORE_UNREACHABLE'],
  ['speaks no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n\r\n', 'PROTOCOL'],
  ['answers half', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"a"', 'CORE_UNREACHABLE'],
  ['refuses in words of its own', 'HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\noops', 'PROTOCOL'],
])('something that %s at the socket is named for what it is', async (_, answer, code) => {
  const home = temporaryFolder()
  const server = createServer(socket => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.end(answer))
  })
  onTestFinished(() => void server.close())
  mkdirSync(join(home, '.local/share/drover'), { recursive: true })
  writeFileSync(join(home, '.local/share/drover/core.socket'), join(home, 'core.sock'))
  await new Promise<void>(resolve => server.listen(join(home, 'core.sock'), resolve))
  const env = { HOME: home, PATH: '' }
  await expect(client({ env }).call('core.status', {})).rejects.toMatchObject({ code })
  await expect(client({ env }).connect()).rejects.toMatchObject({ code })
})

test('a core of another version is told of, once', async () => {
  const api = await startApi({ methods })
  const versions: string[] = []
  const same = client(api, { onOtherVersion: (version: string) => versions.push(version) })
  await same.call('config.set', { key: 'k', value: 1 })
  expect(versions).toEqual([])
  // The same answer from a core of tomorrow.
  const home = temporaryFolder()
  const body = '{"code":"NOT_FOUND"}'
  const server = createServer(socket => {
    socket.once('data', () =>
      socket.end(`HTTP/1.1 200 OK\r\nDrover-Version: 99.0.0\r\nContent-Length: ${body.length}\r\n\r\n${body}`),
    )
  })
  onTestFinished(() => void server.close())
  mkdirSync(join(home, '.local/share/drover'), { recursive: true })
  writeFileSync(join(home, '.local/share/drover/core.socket'), join(home, 'core.sock'))
  await new Promise<void>(resolve => server.listen(join(home, 'core.sock'), resolve))
  const other = createClient({ env: { HOME: home }, start: false, onOtherVersion: version => versions.push(version) })
  await other.call('core.status', {})
  await other.call('core.status', {})
  expect(versions).toEqual(['99.0.0'])
})

test('a session carries calls side by side, each with its own answer', async () => {
  const gate = Promise.withResolvers<void>()
  const slowly: Partial<Methods> = {
    'config.set': async ({ key, value }) => {
      if (key === 'slow') await gate.promise
      return value as never
    },
  }
  const { call } = await session(await startApi({ methods: slowly }))
  const slow = call('config.set', { key: 'slow', value: 'slow' })
  expect(await call('config.set', { key: 'quick', value: 'x'.repeat(70_000) })).toBe('x'.repeat(70_000))
  await expect(call('job.get', { job: '!' })).rejects.toMatchObject({ code: 'BAD_INPUT' })
  gate.resolve()
  expect(await slow).toBe('slow')
})

test('each listener hears what it asked for, and nothing of it is missed while another joins', async () => {
  const api = await startApi()
  const core = await session(api)
  const [one, other] = ['6f9619ff-8b86-4d01-b42d-00cf4fc964ff', '7f9619ff-8b86-4d01-b42d-00cf4fc964ff']
  const heard: Record<string, string[]> = { one: [], all: [] }
  const name = (event: CoreEvent) => (event.type === 'job.removed' ? event.jobId.slice(0, 1) : event.type)
  await core.onEvent(event => heard.one?.push(name(event)), { jobId: one })
  api.bus.emit({ type: 'job.removed', jobId: one })
  api.bus.emit({ type: 'job.removed', jobId: other })
  await waitFor(() => heard.one?.length === 1)
  const undo = await core.onEvent(event => heard.all?.push(name(event)))
  api.bus.emit({ type: 'job.removed', jobId: other })
  api.bus.emit({ type: 'job.removed', jobId: one })
  api.bus.emit({ type: 'config.changed' })
  await waitFor(() => heard.all?.length === 3)
  undo()
  api.bus.emit({ type: 'job.removed', jobId: one })
  await waitFor(() => heard.one?.length === 3)
  expect(heard).toEqual({ one: ['6', '6', '6'], all: ['7', '6', 'config.changed'] })
})

test('a log arrives byte for byte, whatever the sizes it comes in', async () => {
  const bytes = randomBytes(3_000_001)
  const cuts = [1, 2, 125, 126, 127, 65_535, 65_536, 65_537, 300_000, bytes.length]
  // Copies: who sends them lets go of their memory.
  const parts = cuts.map((end, index) => Buffer.from(bytes.subarray(cuts[index - 1] ?? 0, end)))
  const asked: unknown[] = []
  const api = await startApi({
    streams: {
      openLog: async (job, fromByte, follow) => {
        asked.push(job, fromByte, follow)
        return byteSource(Readable.from(parts))
      },
    },
  })
  const core = await session(api)
  const log = await core.openLog({ job: 'abc', fromByte: 7, follow: true })
  expect((await collect(log)).equals(bytes)).toBe(true)
  expect(asked).toEqual(['abc', 7, true])
})

test('a log that nobody reads on holds its source; leaving it closes the source', async () => {
  let produced = 0
  const source = byteSource(
    new Readable({
      read() {
        produced += 10_000
        this.push(Buffer.alloc(10_000))
      },
    }),
  )
  const core = await session(await startApi({ methods, streams: { openLog: async () => source } }))
  const log = await core.openLog({ job: 'a' })
  let read = 0
  for await (const chunk of log) {
    read += chunk.length
    if (read < 5_000_000) continue
    const held = await waitFor(async () => {
      const before = produced
      await core.call('config.set', { key: 'k', value: null })
      return produced === before && produced
    })
    expect(held - read).toBeLessThan(STREAM_WINDOW_BYTES + 200_000)
    break
  }
  await waitFor(() => source.isClosed)
})

test('a stream’s failure reaches its reader after the bytes that came before it; a job that is not there, its opener', async () => {
  const cut = { ...byteSource(Readable.from([Buffer.from('half')])), end: Promise.reject(new Error('cut')) }
  cut.end.catch(() => undefined)
  const core = await session(await startApi({ streams: { openLog: async () => cut } }))
  const seen: string[] = []
  const reading = async () => {
    for await (const chunk of await core.openLog({ job: 'a' })) seen.push(Buffer.from(chunk).toString())
  }
  await expect(reading()).rejects.toMatchObject({ message: 'cut' })
  expect(seen).toEqual(['half'])
  await expect(core.openTerminal({ job: 'a', columns: 1, rows: 1, term: 'x' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('a terminal carries bytes both ways, its size, and its end', async () => {
  const terminal = echoTerminal()
  const asked: unknown[] = []
  const openTerminal = async (...words: unknown[]) => {
    asked.push(...words.slice(0, 2))
    return terminal
  }
  const core = await session(await startApi({ streams: { openTerminal } }))
  const stream = await core.openTerminal({ job: 'abc', columns: 80, rows: 24, term: 'xterm-256color' })
  const typed = randomBytes(2_000_000).map(byte => (byte === 4 ? 5 : byte))
  const all = collect(stream)
  stream.resize({ columns: 100, rows: 30 })
  for (let at = 0; at < typed.length; at += 70_001) await stream.write(typed.subarray(at, at + 70_001))
  await stream.write(Buffer.from([4]))
  expect((await all).subarray(0, -1).equals(typed)).toBe(true)
  expect(asked).toEqual(['abc', { columns: 80, rows: 24, term: 'xterm-256color' }])
  expect(terminal.sizes).toEqual([{ columns: 100, rows: 30 }])
  await expect(stream.write(Buffer.from('x'))).rejects.toMatchObject({ code: 'CANCELLED' })
})

test('a terminal that takes nothing holds whoever writes to it', async () => {
  const stuck = { ...echoTerminal(), input: new PassThrough({ highWaterMark: 1 }), output: new PassThrough() }
  const core = await session(await startApi({ methods, streams: { openTerminal: async () => stuck } }))
  const stream = await core.openTerminal({ job: 'a', columns: 80, rows: 24, term: 'x' })
  let written = 0
  const writing = (async () => {
    for (; written < 100; written++) await stream.write(Buffer.alloc(10_000))
  })()
  await core.call('config.set', { key: 'k', value: null })
  expect(written).toBeLessThan(STREAM_WINDOW_BYTES / 10_000 + 1)
  stuck.input.resume()
  await within(writing)
  expect(written).toBe(100)
})

test('when the core is replaced, what was under way fails, and the session comes back by itself', async () => {
  const never: Partial<Methods> = {
    'config.set': ({ key, value }) => (key === 'stuck' ? new Promise(() => undefined) : (value as never)),
  }
  const streams = { openLog: async () => byteSource(new PassThrough()) }
  const first = await startApi({ methods: never, streams, limits: { closeMs: 50 } })
  const core = await session(first)
  const heard: string[] = []
  let reconnects = 0
  core.onReconnect(() => reconnects++)
  await core.onEvent(event => heard.push(event.type === 'host.removed' ? event.name : event.type))
  const log = await core.openLog({ job: 'a', follow: true })
  const failures = [core.call('config.set', { key: 'stuck', value: 1 }), collect(log)].map(promise =>
    promise.then(
      () => 'went well',
      (error: { code: string }) => error.code,
    ),
  )
  await first.server.close()
  expect(await Promise.all(failures)).toEqual(['CORE_UNREACHABLE', 'CORE_UNREACHABLE'])
  const waiting = core.call('config.set', { key: 'k', value: 'answered by the next core' })
  const second = await startApi({ home: first.home, methods, bus: new EventBus() })
  expect(await within(waiting)).toBe('answered by the next core')
  await waitFor(() => reconnects === 1)
  second.bus.emit({ type: 'host.removed', name: 'news' })
  await waitFor(() => heard.includes('news'))
})

test('cores that go away just as a session asks them for its events are followed by the next', async () => {
  const home = temporaryFolder()
  mkdirSync(join(home, '.local/share/drover'), { recursive: true })
  writeFileSync(join(home, '.local/share/drover/core.socket'), join(home, 'core.sock'))
  const sockets = new WebSocketServer({ noServer: true })
  let connections = 0
  let losing = 3
  const server = createHttpServer().on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, webSocket => {
      connections += 1
      webSocket.on('message', data => {
        const message = JSON.parse(String(data)) as { id: number; type: string }
        if (connections > 1 && losing-- > 0) return webSocket.terminate()
        webSocket.send(JSON.stringify({ type: message.type === 'events' ? 'events' : 'result', id: message.id, result: 'here' }))
        if (connections === 1) webSocket.terminate()
      })
    })
  })
  onTestFinished(() => void server.close())
  await new Promise<void>(resolve => server.listen(join(home, 'core.sock'), resolve))
  const core = await client({ env: { HOME: home, PATH: '' } }).connect()
  onTestFinished(() => core.close())
  const gone: Error[] = []
  core.onGone(error => gone.push(error))
  await core.onEvent(() => undefined)
  expect(await within(core.call('core.status', {}))).toBe('here')
  expect({ connections, gone, isGone: core.isGone }).toEqual({ connections: 5, gone: [], isGone: false })

  // One that never answers is not asked for ever.
  losing = Number.POSITIVE_INFINITY
  for (const socket of sockets.clients) socket.terminate()
  await waitFor(() => core.isGone)
  expect(gone).toHaveLength(1)
  const asked = connections
  await expect(core.call('core.status', {})).rejects.toMatchObject({ code: 'CORE_UNREACHABLE' })
  expect(connections).toBe(asked)
})

test('a session whose core was stopped, and no other comes, says so to whoever asks', async () => {
  const api = await startApi({ methods })
  const core = await session(api, { successorTimeoutMs: 100, start: true, program: '/nonexistent' })
  await api.server.close()
  await expect(within(core.call('config.set', { key: 'k', value: 1 }))).rejects.toMatchObject({
    code: 'CORE_UNREACHABLE',
    message: expect.stringContaining('was stopped'),
  })
})

test.each([
  ['a fragment', [0x01, 0x01, 0x61]],
  ['a masked frame', [0x81, 0x81, 1, 2, 3, 4, 0x60]],
  ['a compressed frame', [0xc1, 0x01, 0x61]],
  ['an unknown kind', [0x83, 0x00]],
  ['an absurd length', [0x82, 0x7f, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
  ['text that is no JSON', [0x81, 0x01, 0x7b]],
])('%s ends the connection with a clear error', async (_, bytes) => {
  const home = temporaryFolder()
  const server = createServer(socket => {
    socket.on('error', () => undefined)
    socket.once('data', () => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
      socket.once('data', () => socket.write(Buffer.from(bytes)))
    })
  })
  onTestFinished(() => void server.close())
  mkdirSync(join(home, '.local/share/drover'), { recursive: true })
  writeFileSync(join(home, '.local/share/drover/core.socket'), join(home, 'core.sock'))
  await new Promise<void>(resolve => server.listen(join(home, 'core.sock'), resolve))
  const core = await client({ env: { HOME: home, PATH: '' } }).connect()
  onTestFinished(() => core.close())
  await expect(within(core.call('core.status', {}))).rejects.toMatchObject({ code: 'CORE_UNREACHABLE' })
})

test('pings are answered, and frames that come in single bytes are read', async () => {
  const home = temporaryFolder()
  mkdirSync(join(home, '.local/share/drover'), { recursive: true })
  writeFileSync(join(home, '.local/share/drover/core.socket'), join(home, 'core.sock'))
  const sockets = new WebSocketServer({ noServer: true })
  const server = createHttpServer().on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, webSocket => {
      webSocket.once('message', () => {
        webSocket.once('pong', data => {
          const message = `{"type":"result","id":1,"result":${JSON.stringify(`pong ${data}`)}}`
          for (const byte of Buffer.concat([Buffer.from([0x81, Buffer.byteLength(message)]), Buffer.from(message)])) {
            socket.write(Buffer.from([byte]))
          }
        })
        webSocket.ping('hello')
      })
    })
  })
  onTestFinished(() => void server.close())
  await new Promise<void>(resolve => server.listen(join(home, 'core.sock'), resolve))
  const core = await client({ env: { HOME: home, PATH: '' } }).connect()
  onTestFinished(() => core.close())
  expect(await within(core.call('core.status', {}))).toBe('pong hello')
})
