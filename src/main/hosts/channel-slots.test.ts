import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { waitFor } from '../../../test/helpers/wait.ts'
import { ChannelSlots, type Opened, SessionRefused, type SlotConnection } from './channel-slots.ts'
import type { Lane } from './transport.ts'

/** A connection to a host that allows so many sessions at once, and can be cut. */
class Connection implements SlotConnection {
  readonly lost: Promise<Error>
  readonly cut: (error: Error) => void
  readonly id: number
  isClosed = false
  open = 0
  constructor(id: number) {
    this.id = id
    const { promise, resolve } = Promise.withResolvers<Error>()
    this.lost = promise
    this.cut = resolve
  }
  close(): void {
    this.isClosed = true
    this.cut(new Error('closed'))
  }
}

function host({ maxSessions = 10, idleMs = 60_000 } = {}) {
  const connections = [new Connection(0)]
  const [first] = connections as [Connection]
  const slots = new ChannelSlots(first, {
    host: 'box',
    idleMs,
    openAnother: async () => {
      const another = new Connection(connections.length)
      connections.push(another)
      return another
    },
  })
  const opened: { connection: Connection; end(): void }[] = []
  const exec = async (lane: Lane, signal?: AbortSignal) => {
    await slots.open(lane, signal, async connection => {
      await Promise.resolve()
      if (connection.open >= maxSessions) throw new SessionRefused('no')
      connection.open += 1
      const { promise: released, resolve } = Promise.withResolvers<void>()
      const end = () => {
        connection.open -= 1
        resolve()
      }
      opened.push({ connection, end })
      return { channel: fakeChannel(end), released } satisfies Opened
    })
    return opened.at(-1) as (typeof opened)[number]
  }
  return { connections, slots, exec, opened }
}

function fakeChannel(close: () => void): Opened['channel'] {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()]
  return { stdin, stdout, stderr, end: Promise.resolve({ code: 0, signal: null }), resize: () => undefined, close }
}

test('short commands and the control channel share the first connection, streams have others', async () => {
  const { connections, exec } = host()
  await exec('control')
  for (let index = 0; index < 6; index += 1) expect((await exec('short')).connection.id).toBe(0)
  for (let index = 0; index < 9; index += 1) await exec('stream')
  expect(connections.map(connection => connection.open)).toEqual([7, 8, 1])
})

test('40 streams at once take five connections', async () => {
  const { connections, exec } = host()
  await Promise.all(Array.from({ length: 40 }, () => exec('stream')))
  expect(connections.map(connection => connection.open)).toEqual([0, 8, 8, 8, 8, 8])
})

test('short commands wait for each other, in their order', async () => {
  const { exec, opened } = host()
  for (let index = 0; index < 7; index += 1) await exec('short')
  const done: number[] = []
  const waiting = [1, 2, 3].map(number => exec('short').then(() => done.push(number)))
  expect(opened).toHaveLength(7)
  for (const { end } of opened.slice(0, 3)) end()
  await Promise.all(waiting)
  expect(done).toEqual([1, 2, 3])
})

test.each([1, 2, 3])('learns that a host allows %i a connection', async maxSessions => {
  const { connections, exec } = host({ maxSessions })
  await exec('control')
  await exec('short')
  await Promise.all(Array.from({ length: 6 }, () => exec('stream')))
  expect(connections.every(connection => connection.open <= maxSessions)).toBe(true)
  expect(connections.reduce((sum, connection) => sum + connection.open, 0)).toBe(8)
})

test('a refusal that goes away is only tried again', async () => {
  const { connections, slots } = host()
  let tries = 0
  await slots.open('short', undefined, async () => {
    tries += 1
    if (tries < 3) throw new SessionRefused('not yet')
    return { channel: fakeChannel(() => undefined), released: new Promise(() => undefined) }
  })
  expect([tries, connections.length]).toEqual([3, 1])
})

test('a host that allows none is told apart from one that is full', async () => {
  const { exec } = host({ maxSessions: 0 })
  await expect(exec('short')).rejects.toMatchObject({ code: 'HOST_UNREACHABLE', message: expect.stringContaining('MaxSessions') })
})

test('what waits can be cancelled, and leaves its place to the next', async () => {
  const { exec, opened } = host()
  for (let index = 0; index < 7; index += 1) await exec('short')
  const abort = new AbortController()
  const cancelled = exec('short', abort.signal)
  const next = exec('short')
  abort.abort()
  await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' })
  opened[0]?.end()
  await next
})

test('a further connection is closed when idle, the first one never', async () => {
  const { connections, exec, slots } = host({ idleMs: 5 })
  const slot = await exec('stream')
  expect(slots.size).toBe(2)
  slot.end()
  await waitFor(() => connections[1]?.isClosed, { what: 'the idle connection to be closed' })
  expect([slots.size, connections[0]?.isClosed]).toEqual([1, false])
})

test('a further connection that is lost is replaced', async () => {
  const { connections, exec } = host()
  await exec('stream')
  connections[1]?.cut(new Error('cut'))
  await Promise.resolve()
  expect((await exec('stream')).connection.id).toBe(2)
})

test('closing tells those who wait', async () => {
  const { exec, slots, connections } = host()
  for (let index = 0; index < 7; index += 1) await exec('short')
  const waiting = exec('short')
  slots.close()
  await expect(waiting).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' })
  await expect(exec('stream')).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' })
  await waitFor(() => connections.every(connection => connection.isClosed), { what: 'all connections to be closed' })
})
