import { PassThrough, Readable } from 'node:stream'
import { expect, onTestFinished, test, vi } from 'vitest'
import { eachChunk, freeChunk, joinedChunks } from './chunks.ts'

async function collect(stream: PassThrough): Promise<string[]> {
  const chunks: string[] = []
  for await (const chunk of eachChunk(stream)) chunks.push(String(chunk))
  return chunks
}

test('chunks come as they were, however many wait, and the last before the end', async () => {
  const stream = new PassThrough()
  for (const word of ['one', 'two', 'three']) stream.write(word)
  const collected = collect(stream)
  setImmediate(() => stream.end('four'))
  expect(await collected).toEqual(['one', 'two', 'three', 'four'])
  expect(await collect(stream)).toEqual([]) // One that is over already.
})

test('the source is not read on while a chunk is dealt with', async () => {
  const stream = new Readable({ read: () => undefined })
  const chunks = eachChunk(stream)
  for (const word of ['abcd', '1234', '5678']) stream.push(word)
  expect(String((await chunks.next()).value)).toBe('abcd')
  await new Promise(setImmediate)
  expect(stream.readableLength).toBe(8)
  expect(String((await chunks.next()).value)).toBe('1234')
})

/** Time goes by as the test says, and not by what the machine needs; streams go on by themselves. */
function holdClock(): void {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
}

test('of many small chunks the first comes at once, and what comes soon after it as one', async () => {
  holdClock()
  const stream = new PassThrough()
  const chunks = joinedChunks(stream, { leastMs: 100, mostMs: 100, enoughBytes: 1_000 })
  const next = async () => String((await chunks.next()).value)
  const first = next()
  stream.write('a')
  expect(await first).toBe('a')
  const second = next()
  for (const letter of 'bcd') {
    stream.write(letter)
    await new Promise(setImmediate)
  }
  await vi.advanceTimersByTimeAsync(100)
  expect(await second).toBe('bcd')
})

test('what does not pause comes more and more seldom', async () => {
  holdClock()
  const stream = new PassThrough()
  const chunks = joinedChunks(stream, { leastMs: 2, mostMs: 40, enoughBytes: 1_000_000 })
  const cameAt: number[] = []
  const taken = (async () => {
    for (; cameAt.length < 40; cameAt.push(performance.now())) await chunks.next()
  })()
  while (cameAt.length < 40) {
    stream.write('.')
    await new Promise(setImmediate)
    await vi.advanceTimersByTimeAsync(1)
  }
  await taken
  const gapsMs = cameAt.slice(1).map((at, index) => at - (cameAt[index] ?? 0))
  expect(gapsMs).toEqual(gapsMs.toSorted((one, other) => one - other))
  expect(gapsMs[0]).toBeLessThan(5)
  expect(gapsMs.slice(30)).toEqual(Array(9).fill(40))
})

test('enough is not kept back, and nothing is read beyond it; neither is the rest once the stream has ended', async () => {
  const stream = new Readable({ read: () => undefined })
  const chunks = joinedChunks(stream, { leastMs: 1_000_000, mostMs: 1_000_000, enoughBytes: 8 })
  const next = async () => String((await chunks.next()).value)
  stream.push('a')
  expect(await next()).toBe('a')
  const second = next()
  for (const word of ['bb', 'ccc', 'dddd', 'e']) {
    stream.push(word)
    await new Promise(setImmediate)
  }
  expect(await second).toBe('bbcccdddd')
  expect(stream.readableLength).toBe(1)
  const third = next()
  stream.push(null)
  expect(await third).toBe('e')
  expect((await chunks.next()).done).toBe(true)
})

test('a stream that fails, or is destroyed before its end, throws; one that is left is destroyed', async () => {
  const failing = new PassThrough()
  const failed = collect(failing)
  failing.destroy(new Error('it broke'))
  await expect(failed).rejects.toThrow('it broke')

  const cut = new PassThrough()
  const ended = collect(cut)
  cut.destroy()
  await expect(ended).rejects.toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' })

  const left = new PassThrough()
  left.write('a')
  for await (const _ of eachChunk(left)) break
  expect(left.destroyed).toBe(true)
})

test('the memory of a chunk is given back, that of a small one from the pool is not', () => {
  const chunk = Buffer.alloc(32_784).subarray(16)
  freeChunk(chunk)
  expect([chunk.length, chunk.buffer.byteLength]).toEqual([0, 0])

  const pooled = Buffer.from('small')
  const neighbour = Buffer.from('another')
  freeChunk(pooled)
  expect([String(pooled), String(neighbour)]).toEqual(['small', 'another'])

  const shared = new Uint8Array(new SharedArrayBuffer(10))
  freeChunk(shared)
  expect(shared.length).toBe(10)
})
