/**
 * Clients of a core's socket that take without giving: they read nothing of what they asked for, ask without end, or come in such numbers
 * that no file handle is left. What they cost the core is bounded, and it goes on serving others.
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Output } from '../../src/shared/contract.ts'
import { shellQuote } from '../../src/shared/shell-quote.ts'
import { DROVER, type Product, startProduct } from '../helpers/product.ts'
import { clientFrame, openFiles, openRaw, type RawClient, residentBytes, UPGRADE } from '../helpers/raw-core.ts'
import { rpc } from '../helpers/rpc.ts'
import { waitFor } from '../helpers/wait.ts'

const MB = 1024 * 1024

/** A core with some jobs whose commands are long, so that whatever tells of them is big. */
async function startWithLongJobs(): Promise<{ product: Product; socketPath: string; pid: number }> {
  const product = await startProduct()
  const { socketPath } = await product.status()
  for (let count = 0; count < 5; count++) await longJob(socketPath)
  return { product, socketPath, pid: product.corePid() }
}

async function longJob(socketPath: string): Promise<void> {
  const { body } = await rpc(socketPath, 'job.push', {
    command: { argv: ['true', 'x'.repeat(120_000)] },
    folder: null,
    sync: false,
    host: 'local',
    terminal: null,
  })
  const { job } = body as Output<'job.push'>
  // Not by a list of all, which is big.
  const isEnded = async () => (await rpc(socketPath, 'job.get', { job: job.id })).body
  await waitFor(async () => JSON.stringify(await isEnded()).includes('"state":"ended"'), {
    timeoutMs: 30_000,
    what: 'the job to end',
  })
}

/** A client that reads nothing after the handshake. */
async function deafClient(socketPath: string): Promise<RawClient> {
  const client = openRaw(socketPath, UPGRADE)
  onTestFinished(() => void client.socket.destroy())
  await waitFor(() => client.received().includes('101'), { timeoutMs: 20_000, what: 'the handshake' })
  client.socket.pause()
  return client
}

const text = (message: object) => clientFrame(JSON.stringify(message))

/** Writes one part after another until the core takes no more, and waits until it has done with what it took. */
async function pour(client: RawClient, parts: Iterable<Buffer>): Promise<void> {
  for (const part of parts) {
    if (client.socket.writableLength > 4 * MB || !client.socket.writable) break
    client.socket.write(part)
    await new Promise(setImmediate)
  }
  let looks = 0
  let waiting = -1
  await waitFor(
    () => {
      looks = client.socket.writableLength === waiting ? looks + 1 : 0
      waiting = client.socket.writableLength
      return looks === 20
    },
    { timeoutMs: 30_000, what: 'the core to take no more' },
  )
}

test('twenty subscribers that never read cost no more than what is kept for each', async () => {
  const { product, socketPath, pid } = await startWithLongJobs()
  for (let count = 0; count < 20; count++) {
    const client = await deafClient(socketPath)
    client.socket.write(text({ type: 'events', id: 1 }))
  }
  // Then each has as much as it may, and so has what is kept of the past for all of them.
  for (let count = 0; count < 10; count++) await longJob(socketPath)
  const before = residentBytes(pid)
  for (let count = 0; count < 20; count++) await longJob(socketPath)
  // Without an end to it, it would be 20 clients × 20 jobs × 8 events × 120 kB: more than 350 MB.
  expect(residentBytes(pid) - before).toBeLessThan(220 * MB)
  expect(await product.drover(['status'])).toMatchObject({ code: 0 })
})

test.each<[string, (index: number) => Buffer]>([
  ['calls', index => text({ type: 'call', id: index, method: 'job.list', input: {} })],
  ['pings', () => clientFrame('x'.repeat(125), { opcode: 9 })],
  ['logs', index => text({ type: 'log', stream: index + 1, job: 'ffff' })],
])('one that sends %s without end and reads no answer is held', async (_, frame) => {
  const { product, socketPath, pid } = await startWithLongJobs()
  const client = await deafClient(socketPath)
  const before = residentBytes(pid)
  const thousand = (from: number) => Buffer.concat(Array.from({ length: 1000 }, (_, index) => frame(from + index)))
  await pour(
    client,
    Array.from({ length: 60 }, (_, part) => thousand(part * 1000)),
  )
  expect(residentBytes(pid) - before).toBeLessThan(80 * MB)
  expect(await product.drover(['status'])).toMatchObject({ code: 0 })
})

test('requests sent one after another on one connection, of which no answer is read, are held', async () => {
  const { product, socketPath, pid } = await startWithLongJobs()
  const request = 'POST /rpc/job.list HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}'
  const client = openRaw(socketPath)
  onTestFinished(() => void client.socket.destroy())
  client.socket.pause()
  const before = residentBytes(pid)
  await pour(client, Array<Buffer>(100).fill(Buffer.from(request.repeat(200))))
  expect(residentBytes(pid) - before).toBeLessThan(120 * MB)
  expect(await product.drover(['status'])).toMatchObject({ code: 0 })
})

test('more connections than there may be files: those that come are let go, the core lives, and serves when there is room', async () => {
  const product = await startProduct()
  const limited = `ulimit -n 120; exec ${shellQuote(DROVER)} daemon start`
  execFileSync('sh', ['-c', limited], { cwd: product.home.dir, env: product.env })
  const { socketPath } = await product.status()
  const pid = product.corePid()
  const clients = Array.from({ length: 300 }, () => openRaw(socketPath))
  await waitFor(() => openFiles(pid) >= 110, { timeoutMs: 20_000, what: 'the core to run out of files' })
  for (const client of clients.slice(0, 250)) client.socket.destroy()
  await waitFor(async () => (await product.drover(['status'])).code === 0, { timeoutMs: 60_000, what: 'the core to answer' })
  for (const client of clients) client.socket.destroy()
  expect(product.corePid()).toBe(pid)
  expect(await product.drover(['push', '-n', '--', 'echo hi'], { cwd: join(product.home.dir) })).toMatchObject({
    code: 0,
    stdout: 'hi\n',
  })
  expect(product.coreLog()).not.toMatch(/mistake of ours|\bat .*\.js:\d/)
})
