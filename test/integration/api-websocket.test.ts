/** The WebSocket as any client meets it: written against with the `ws` library, so that our own client is not its own judge. */
import { PassThrough, Readable } from 'node:stream'
import { expect, onTestFinished, test } from 'vitest'
import { type ClientOptions, WebSocket } from 'ws'
import type { Methods } from '../../src/shared/contract.ts'
import type { ErrorBody } from '../../src/shared/errors.ts'
import { decodeFrame, encodeFrame, type ServerMessage, STREAM_WINDOW_BYTES } from '../../src/shared/frames.ts'
import { byteSource, echoTerminal, type RunningApi, startApi } from '../helpers/api-server.ts'
import { waitFor, within } from '../helpers/wait.ts'

type RawClient = {
  socket: WebSocket
  messages: ServerMessage[]
  bytes: Map<number, number>
  /** Those that came with bytes. */
  frames: () => number
  closed: Promise<{ code: number; reason: string }>
  say(message: unknown): void
}

async function open(api: RunningApi, options: ClientOptions = {}): Promise<RawClient> {
  const socket = new WebSocket(`ws+unix:${api.socketPath}:/ws`, options)
  const messages: ServerMessage[] = []
  const bytes = new Map<number, number>()
  let frames = 0
  socket.on('message', (data: Buffer, isBinary) => {
    if (!isBinary) return messages.push(JSON.parse(data.toString()))
    frames++
    const frame = decodeFrame(data)
    return bytes.set(frame.stream, (bytes.get(frame.stream) ?? 0) + frame.bytes.length)
  })
  const closed = new Promise<{ code: number; reason: string }>(resolve => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
  })
  onTestFinished(() => socket.terminate())
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  return { socket, messages, bytes, frames: () => frames, closed, say: message => socket.send(JSON.stringify(message)) }
}

const methods: Partial<Methods> = { 'config.set': async ({ value }) => value as never }
const call = (id: number, value: unknown) => ({ type: 'call', id, method: 'config.set', input: { key: 'k', value } })
const endless = () =>
  new Readable({
    read() {
      this.push(Buffer.alloc(50_000, 'x'))
    },
  })

test('calls are answered by their id, errors too', async () => {
  const client = await open(await startApi({ methods }))
  client.say(call(7, 'seven'))
  client.say({ type: 'call', id: 8, method: 'no.such', input: {} })
  client.say({ type: 'call', id: 9, method: 'config.set', input: null })
  await waitFor(() => client.messages.length === 3)
  const byId = client.messages.filter(message => 'id' in message).sort((a, b) => a.id - b.id)
  expect(byId).toMatchObject([
    { type: 'result', id: 7, result: 'seven' },
    { type: 'error', id: 8, error: { code: 'NOT_FOUND' } },
    { type: 'error', id: 9, error: { code: 'BAD_INPUT' } },
  ])
})

test.each<[string, string | Buffer]>([
  ['no JSON', '{"type":'],
  ['no message', '[]'],
  ['an unknown type', '{"type":"shout","id":1}'],
  ['an extra key', '{"type":"close","stream":1,"force":true}'],
  ['a negative id', '{"type":"call","id":-1,"method":"config.set","input":{}}'],
  ['a job id with a path in it', '{"type":"log","stream":1,"job":"../../etc"}'],
  ['a terminal of no size', '{"type":"terminal","stream":1,"job":"a","columns":0,"rows":1,"term":"xterm"}'],
  ['a hostile TERM', '{"type":"terminal","stream":1,"job":"a","columns":9,"rows":9,"term":"x;reboot"}'],
  ['a stream that never was', '{"type":"took","stream":5,"bytes":1}'],
  ['stream nought', Buffer.from([0, 0, 0, 0, 1])],
  ['a frame without a header', Buffer.from([0, 0, 1])],
  ['bytes for a stream that never was', Buffer.from(encodeFrame(3, Buffer.from('x')))],
])('%s ends that socket with 1008 and says why; others go on', async (_, message) => {
  const api = await startApi({ methods })
  const good = await open(api)
  const bad = await open(api)
  bad.socket.send(message)
  expect(await within(bad.closed)).toMatchObject({ code: 1008, reason: expect.stringMatching(/./) })
  expect(bad.messages).toMatchObject([{ type: 'error', error: { code: expect.stringMatching(/BAD_INPUT|PROTOCOL/) } }])
  good.say(call(1, 'still here'))
  await waitFor(() => good.messages.length === 1)
})

test('a message over 1 MiB ends that socket with 1009', async () => {
  const client = await open(await startApi({ methods }))
  client.say(call(1, 'x'.repeat(1024 * 1024)))
  expect(await within(client.closed)).toMatchObject({ code: 1009 })
})

test.each([
  ['a web page', { origin: 'http://localhost:3000' }, '/ws', 403],
  ['another path', {}, '/rpc/core.status', 404],
])('%s gets no WebSocket', async (_, options, path, status) => {
  const { socketPath } = await startApi()
  const socket = new WebSocket(`ws+unix:${socketPath}:${path}`, options)
  const error = await new Promise<Error>(resolve => socket.once('error', resolve))
  expect(error.message).toContain(String(status))
})

test('events come from the moment of asking, from a number on, or for one job only', async () => {
  const api = await startApi()
  const jobId = '6f9619ff-8b86-4d01-b42d-00cf4fc964ff'
  for (const name of ['a', 'b']) api.bus.emit({ type: 'host.removed', name })
  const [now, since, one] = await Promise.all([open(api), open(api), open(api)])
  now.say({ type: 'events', id: 1 })
  since.say({ type: 'events', id: 1, afterSeq: 1 })
  one.say({ type: 'events', id: 1, jobId })
  await waitFor(() => now.messages.length === 1 && since.messages.length === 2 && one.messages.length === 1)
  api.bus.emit({ type: 'job.removed', jobId })
  api.bus.emit({ type: 'host.removed', name: 'c' })
  const moved = { type: 'pull.progress', pullId: 'p', filesDone: 1, bytesDone: 1, bytesTotal: null, isWaiting: false } as const
  api.bus.emit({ ...moved, jobId })
  api.bus.emit({ ...moved, jobId: 'another' })
  await waitFor(() => now.messages.length === 5 && since.messages.length === 6 && one.messages.length === 3)
  const seqs = (client: RawClient) =>
    client.messages.map(message => (message.type === 'event' ? message.event.seq : message.type))
  expect(now.messages[0]).toEqual({ type: 'events', id: 1, seq: 2, missed: false })
  expect([seqs(now), seqs(since), seqs(one)]).toEqual([
    ['events', 3, 4, 5, 6],
    ['events', 2, 3, 4, 5, 6],
    ['events', 3, 5],
  ])
})

test('who asks for events of another run of the core is told that it missed some', async () => {
  const client = await open(await startApi())
  client.say({ type: 'events', id: 1, afterSeq: 1000 })
  await waitFor(() => client.messages.length === 1)
  expect(client.messages[0]).toEqual({ type: 'events', id: 1, seq: 0, missed: true })
})

test('a client that reads nothing costs little, hears that it missed events, and gets the newest', async () => {
  const api = await startApi()
  const client = await open(api)
  client.say({ type: 'events', id: 1 })
  await waitFor(() => client.messages.length === 1)
  client.socket.pause()
  const name = 'n'.repeat(1000)
  let unsentAt = process.memoryUsage().rss
  for (let round = 0; round < 60; round++) {
    for (let n = 0; n < 1000; n++) api.bus.emit({ type: 'host.removed', name })
    await new Promise(resolve => setImmediate(resolve))
    if (round === 20) unsentAt = process.memoryUsage().rss // The ring is full by now.
  }
  expect(process.memoryUsage().rss - unsentAt).toBeLessThan(30 * 1024 * 1024)
  client.socket.resume()
  const newest = await waitFor(() => {
    const last = client.messages.at(-1)
    return last?.type === 'events' && last.missed && last
  })
  expect(newest).toEqual({ type: 'events', id: 1, seq: 60_000, missed: true })
  api.bus.emit({ type: 'host.removed', name: 'after' })
  await waitFor(() => JSON.stringify(client.messages.at(-1)).includes('"after"'))
})

test('a stream is sent as far as its window, then as far as was taken', async () => {
  const source = byteSource(endless())
  const client = await open(await startApi({ streams: { openLog: async () => source } }))
  client.say({ type: 'log', stream: 1, job: 'a', follow: true })
  await waitFor(() => client.bytes.get(1) === STREAM_WINDOW_BYTES, { what: 'a full window' })
  client.say({ type: 'took', stream: 1, bytes: 1000 })
  await waitFor(() => client.bytes.get(1) === STREAM_WINDOW_BYTES + 1000)
  client.say(call(1, 'between')) // All before it was handled by its answer.
  await waitFor(() => client.messages.length === 2)
  expect(client.bytes.get(1)).toBe(STREAM_WINDOW_BYTES + 1000)
  expect(source.output.readableLength).toBeLessThan(200_000)
  client.say({ type: 'close', stream: 1 })
  await waitFor(() => client.messages.some(message => message.type === 'ended'))
  expect(source.isClosed).toBe(true)
  expect(client.messages[0]).toEqual({ type: 'opened', stream: 1 })
})

test('what comes in thousands of small pieces is sent in few messages', async () => {
  const pieces = new PassThrough()
  const client = await open(await startApi({ streams: { openLog: async () => byteSource(pieces) } }))
  client.say({ type: 'log', stream: 1, job: 'a', follow: true })
  const startedAt = performance.now()
  for (let n = 0; n < 5_000; n++) {
    pieces.write('a few bytes')
    await new Promise(setImmediate)
  }
  await waitFor(() => client.bytes.get(1) === 55_000)
  expect(client.frames()).toBeLessThanOrEqual(4 + (performance.now() - startedAt) / 8)
})

test('taking more than was sent ends the socket, and closes what it had open', async () => {
  const source = byteSource(endless())
  const client = await open(await startApi({ streams: { openLog: async () => source } }))
  client.say({ type: 'log', stream: 1, job: 'a' })
  await waitFor(() => client.bytes.get(1) === STREAM_WINDOW_BYTES)
  client.say({ type: 'took', stream: 1, bytes: STREAM_WINDOW_BYTES + 1 })
  expect(await within(client.closed)).toMatchObject({ code: 1008 })
  await waitFor(() => source.isClosed)
})

test('typing beyond the window ends the socket; within it the core says what it took', async () => {
  const stuck = { ...echoTerminal(), input: new PassThrough({ highWaterMark: 1 }), output: new PassThrough() }
  const client = await open(await startApi({ streams: { openTerminal: async job => (job === 'a' ? echoTerminal() : stuck) } }))
  const terminal = { type: 'terminal', columns: 80, rows: 24, term: 'xterm' }
  client.say({ ...terminal, stream: 1, job: 'a' })
  await waitFor(() => client.messages.length === 1)
  client.socket.send(encodeFrame(1, Buffer.alloc(STREAM_WINDOW_BYTES / 4, 'x')))
  await waitFor(() => client.bytes.get(1) === STREAM_WINDOW_BYTES / 4)
  expect(client.messages.at(-1)).toEqual({ type: 'took', stream: 1, bytes: STREAM_WINDOW_BYTES / 4 })
  client.say({ ...terminal, stream: 2, job: 'b' })
  await waitFor(() => client.messages.at(-1)?.type === 'opened')
  for (let n = 0; n < 5; n++) client.socket.send(encodeFrame(2, Buffer.alloc(STREAM_WINDOW_BYTES / 4)))
  expect(await within(client.closed)).toMatchObject({ code: 1008, reason: expect.stringContaining('not yet taken') })
})

test('a size that comes before the terminal is open is kept for it', async () => {
  const opening = Promise.withResolvers<ReturnType<typeof echoTerminal>>()
  const client = await open(await startApi({ methods, streams: { openTerminal: () => opening.promise } }))
  client.say({ type: 'terminal', stream: 1, job: 'a', columns: 80, rows: 24, term: 'xterm' })
  client.say({ type: 'resize', stream: 1, columns: 100, rows: 50 })
  client.say(call(1, null))
  await waitFor(() => client.messages.length === 1)
  const terminal = echoTerminal()
  opening.resolve(terminal)
  await waitFor(() => terminal.sizes.length === 1)
  client.say({ type: 'resize', stream: 1, columns: 101, rows: 51 })
  await waitFor(() => terminal.sizes.length === 2)
  expect(terminal.sizes).toEqual([
    { columns: 100, rows: 50 },
    { columns: 101, rows: 51 },
  ])
})

test('a stream closed before it is open ends at once, and what it opens late is closed', async () => {
  const opening = Promise.withResolvers<ReturnType<typeof byteSource>>()
  let signal: AbortSignal | undefined
  const client = await open(
    await startApi({
      streams: {
        openLog: (_job, _from, _follow, given) => {
          signal = given
          return opening.promise
        },
      },
    }),
  )
  client.say({ type: 'log', stream: 1, job: 'a' })
  client.say({ type: 'close', stream: 1 })
  await waitFor(() => client.messages.length === 1)
  expect(client.messages[0]).toEqual({ type: 'ended', stream: 1, error: null })
  expect(signal?.aborted).toBe(true)
  const late = byteSource(endless())
  opening.resolve(late)
  await waitFor(() => late.isClosed)
})

test('why a stream ends is told: not opened, cut short, or just over', async () => {
  const cut = byteSource(Readable.from([Buffer.from('half')]))
  const failed = { ...cut, end: Promise.reject(new Error('the host went away')) }
  failed.end.catch(() => undefined)
  const streams: Record<string, () => Promise<ReturnType<typeof byteSource>>> = {
    a: async () => byteSource(Readable.from([Buffer.from('all')])),
    b: async () => failed,
    d: async () =>
      byteSource(
        new Readable({
          read() {
            this.destroy(new Error('read error'))
          },
        }),
      ),
  }
  const client = await open(
    await startApi({ streams: { openLog: job => streams[job]?.() ?? Promise.reject(new Error('none')) } }),
  )
  for (const [index, job] of ['a', 'b', 'c', 'd'].entries()) client.say({ type: 'log', stream: index + 1, job })
  const ended = () => client.messages.filter(message => message.type === 'ended')
  await waitFor(() => ended().length === 4)
  const errors = Object.fromEntries(ended().map(({ stream, error }): [number, ErrorBody | null] => [stream, error]))
  expect(errors).toMatchObject({
    1: null,
    2: { message: 'the host went away' },
    3: { message: 'none' },
    4: { message: 'read error' },
  })
  expect([client.bytes.get(1), client.bytes.get(2)]).toEqual([3, 4])
})

test('64 streams may be open on a socket, not more, and their numbers only go up', async () => {
  const client = await open(await startApi({ streams: { openLog: async () => byteSource(new PassThrough()) } }))
  for (let stream = 1; stream <= 65; stream++) client.say({ type: 'log', stream, job: 'a' })
  const refused = await waitFor(() => client.messages.find(message => message.type === 'ended'))
  expect(refused).toMatchObject({ stream: 65, error: { code: 'CONFLICT' } })
  client.say({ type: 'close', stream: 3 })
  await waitFor(() => client.messages.some(message => message.type === 'ended' && message.stream === 3))
  client.say({ type: 'log', stream: 66, job: 'a' })
  await waitFor(() => client.messages.some(message => message.type === 'opened' && message.stream === 66))
  client.say({ type: 'log', stream: 3, job: 'a' })
  expect(await within(client.closed)).toMatchObject({ code: 1008 })
})

test('who may only look gets events, but no log and no terminal', async () => {
  const client = await open(await startApi({ role: 'readonly', methods }))
  client.say({ type: 'events', id: 1 })
  client.say({ type: 'log', stream: 1, job: 'a' })
  client.say({ type: 'terminal', stream: 2, job: 'a', columns: 1, rows: 1, term: 'x' })
  client.say(call(2, 'x'))
  await waitFor(() => client.messages.length === 4)
  expect(client.messages).toMatchObject([
    { type: 'events' },
    { type: 'ended', error: { code: 'FORBIDDEN' } },
    { type: 'ended', error: { code: 'FORBIDDEN' } },
    { type: 'error', error: { code: 'FORBIDDEN' } },
  ])
})

test('a client that calls and never reads the answers is held, not buffered without end', async () => {
  let calls = 0
  const heavy: Partial<Methods> = {
    'config.set': async () => {
      calls++
      return 'x'.repeat(100_000) as never
    },
  }
  const api = await startApi({ methods: heavy })
  const client = await open(api)
  client.socket.pause()
  for (let id = 1; id <= 2_000; id++) client.say(call(id, null))
  // Held: in ten looks one after another not one more call was made.
  let seen = 0
  let looks = 0
  await waitFor(
    () => {
      looks = calls === seen ? looks + 1 : 0
      seen = calls
      return calls > 0 && looks === 10
    },
    { what: 'the server to hold the client' },
  )
  expect(calls).toBeLessThan(1_000)
  client.socket.resume()
  await waitFor(() => client.messages.length === 2_000, { what: 'all answers', timeoutMs: 20_000 })
})

test('when the core closes, clients hear that it does', async () => {
  const api = await startApi()
  const client = await open(api)
  await api.server.close()
  expect(await within(client.closed)).toMatchObject({ code: 1001 })
})
