/** Servers that break the rules cost a connection, never the core. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ssh2, { type Connection, type ServerChannel } from 'ssh2'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { Identities } from '../../src/main/hosts/ssh-keys.ts'
import { connectSsh2, type Ssh2Connection } from '../../src/main/hosts/ssh2-connection.ts'
import { makeKey } from '../helpers/sshd.ts'
import { waitFor, within } from '../helpers/wait.ts'

const escaped: unknown[] = []
const note = (error: unknown) => escaped.push(error)
beforeEach(() => {
  escaped.length = 0
  process.on('uncaughtException', note).on('unhandledRejection', note)
})
afterEach(() => {
  process.off('uncaughtException', note).off('unhandledRejection', note)
  expect(escaped).toEqual([])
})

async function listen(onSocket: (socket: Socket) => void): Promise<number> {
  const server = createServer(socket => {
    socket.on('error', () => undefined)
    onTestFinished(() => void socket.destroy())
    onSocket(socket)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return (server.address() as { port: number }).port
}

function dialPort(port: number): Promise<Ssh2Connection> {
  return connectSsh2({
    host: 'evil',
    socket: connect(port, '127.0.0.1'),
    user: 'me',
    algorithms: {},
    isHostKeyTrusted: () => true,
    identities: new Identities([]) as never,
    readyTimeoutMs: 1_000,
  })
}

const GREETING = 'SSH-2.0-OpenSSH_9.2\r\n'
test.each<[string, (socket: Socket) => void]>([
  ['silence', () => undefined],
  ['an end at once', socket => socket.end()],
  ['a reset', socket => socket.resetAndDestroy()],
  ['a web page', socket => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello')],
  ['a greeting without end', socket => void setInterval(() => socket.writable && socket.write('x'.repeat(60_000)), 5).unref()],
  ['a greeting and rubbish', socket => socket.write(Buffer.concat([Buffer.from(GREETING), randomBytes(100_000)]))],
  [
    'a packet of 4 GB',
    socket => socket.write(Buffer.concat([Buffer.from(GREETING), Buffer.from('ffffffff0400', 'hex'), randomBytes(1000)])),
  ],
  ['a packet of nothing', socket => socket.write(Buffer.concat([Buffer.from(GREETING), Buffer.alloc(64)]))],
  ['SSH 1', socket => socket.write('SSH-1.5-old\r\n')],
])('%s in place of a handshake', async (_, misbehave) => {
  const port = await listen(misbehave)
  await expect(within(dialPort(port), { what: 'the refusal' })).rejects.toMatchObject({ name: 'HandshakeError' })
})

/** What is not in the library's types: how a server can be made to lie. */
type Loose = {
  _protocol: {
    channelOpenConfirm(remote: number, local: number, window: number, packet: number): void
    channelData(id: number, data: Buffer): void
    channelClose(id: number): void
    channelEOF(id: number): void
    exitStatus(id: number, code: number): void
    requestFailure(): void
    _packetRW: { write: { alloc(size: number): Buffer; allocStart: number; finalize(packet: Buffer): Buffer } }
  }
}

/** A real handshake and login, then whatever `misbehave` makes of a session. */
async function lyingServer(options: {
  onClient?: (client: Connection & Loose) => void
  onExec?: (channel: ServerChannel, client: Connection & Loose) => void
}): Promise<Ssh2Connection> {
  const dir = mkdtempSync(join(tmpdir(), 'evil-'))
  const key = makeKey(join(dir, 'host'))
  const server = new ssh2.Server({ hostKeys: [readFileSync(key.path)] }, raw => {
    const client = raw as Connection & Loose
    client.on('error', () => undefined)
    client.on('authentication', context => context.accept())
    client.on('ready', () => {
      options.onClient?.(client)
      client.on('session', accept => {
        accept().on('exec', acceptExec => {
          const channel = acceptExec()
          options.onExec?.(channel, client)
        })
      })
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  onTestFinished(() => {
    server.close()
    rmSync(dir, { recursive: true })
  })
  const connection = await dialPort(port)
  onTestFinished(() => connection.close())
  return connection
}

const SHORT = { lane: 'short' } as const

test('packets of no size', async () => {
  const connection = await lyingServer({
    onClient: ({ _protocol: protocol }) => {
      const confirm = protocol.channelOpenConfirm.bind(protocol)
      protocol.channelOpenConfirm = (remote, local, window) => confirm(remote, local, window, 0)
    },
  })
  await expect(within(connection.exec('true', SHORT), { what: 'the refusal' })).rejects.toMatchObject({ code: 'PROTOCOL' })
})

test('more output than was allowed', { timeout: 30_000 }, async () => {
  const flood = Buffer.alloc(30_000)
  const connection = await lyingServer({
    onExec: (channel, client) => {
      const { id } = (channel as unknown as { outgoing: { id: number } }).outgoing
      const timer = setInterval(() => {
        for (let index = 0; index < 20; index += 1) client._protocol.channelData(id, flood)
      }, 1)
      client.on('close', () => clearInterval(timer))
    },
  })
  const { channel } = await connection.exec('flood', SHORT)
  const lost = await within(connection.lost, { what: 'the loss' })
  expect(lost.message).toContain('more than it was allowed')
  channel.stdout.resume()
  channel.stderr.resume()
  expect(await within(channel.end, { what: 'the end' })).toEqual({ code: null, signal: null })
})

test('an end without close, and a close that is never answered', async () => {
  const connection = await lyingServer({
    onClient: client => {
      client._protocol.channelClose = () => undefined
    },
    onExec: (channel, client) => client._protocol.exitStatus((channel as unknown as { outgoing: { id: number } }).outgoing.id, 0),
  })
  const { channel } = await connection.exec('hang', SHORT)
  channel.stdout.resume()
  channel.stderr.resume()
  channel.close()
  await within(channel.end, { what: 'the end' })
})

test('sessions opened in the other direction, and answers nobody asked for', async () => {
  const connection = await lyingServer({
    onClient: client => {
      for (let index = 0; index < 50; index += 1) client._protocol.requestFailure()
      client.forwardOut('1.2.3.4', 1, '5.6.7.8', 2, () => undefined)
      client.x11('1.2.3.4', 1, () => undefined)
    },
    onExec: channel => {
      channel.write('fine')
      channel.exit(0)
      channel.end()
    },
  })
  const { channel } = await connection.exec('true', SHORT)
  channel.stderr.resume()
  const chunks: Buffer[] = []
  for await (const chunk of channel.stdout as AsyncIterable<Buffer>) chunks.push(chunk)
  expect(Buffer.concat(chunks).toString()).toBe('fine')
  expect(await channel.end).toEqual({ code: 0, signal: null })
})

test('data for channels that never were, exit twice, and a kick in the middle', async () => {
  const connection = await lyingServer({
    onExec: (channel, client) => {
      const { id } = (channel as unknown as { outgoing: { id: number } }).outgoing
      for (const wrong of [id + 7, 4_000_000]) {
        client._protocol.channelData(wrong, Buffer.from('x'))
        client._protocol.channelEOF(wrong)
        client._protocol.channelClose(wrong)
      }
      client._protocol.exitStatus(id, 1)
      client._protocol.exitStatus(id, 2)
      client.end()
    },
  })
  const { channel } = await connection.exec('true', SHORT)
  channel.stdout.resume()
  channel.stderr.resume()
  channel.stdin.write('into the void')
  await within(channel.end, { what: 'the end' })
  await within(connection.lost, { what: 'the loss' })
  await waitFor(() => channel.stdin.destroyed, { what: 'the input to be closed' })
  await expect(connection.exec('true', SHORT)).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' })
})
