import { expect, test } from 'vitest'
import type { ByteStream } from '../../../../shared/core-stream.ts'
import { AppError } from '../../../../shared/errors.ts'
import { LogModel } from './log-model.ts'
import { WINDOW_BYTES } from './log-window.ts'
import type { LogSource } from './read-log.ts'

/** A log in memory, which grows when told to. */
class Log implements LogSource {
  bytes: Uint8Array
  isCut = false
  /** Of the beginning, no more to be had: who asks for it is given what comes after. */
  droppedBytes = 0
  /** What grows does not come. */
  isStalled = false
  isFinal = false
  readonly reads: [number, number][] = []
  follows = 0
  #wake: () => void = () => undefined

  constructor(text: string) {
    this.bytes = new TextEncoder().encode(text)
  }

  grow(text: string): void {
    this.bytes = new Uint8Array([...this.bytes, ...new TextEncoder().encode(text)])
    this.#wake()
  }

  cut(): void {
    this.isCut = true
    this.#wake()
  }

  async size(): Promise<{ bytes: number; droppedBytes: number }> {
    return { bytes: this.bytes.length, droppedBytes: this.droppedBytes }
  }

  async read(from: number, most: number): Promise<Uint8Array> {
    this.reads.push([from, most])
    const first = Math.max(from, this.droppedBytes)
    return this.bytes.slice(first, first + most)
  }

  async follow(from: number): Promise<ByteStream> {
    this.follows++
    this.isCut = false
    let [at, isClosed] = [from, false]
    const log = this
    return {
      close: () => {
        isClosed = true
        log.#wake()
      },
      async *[Symbol.asyncIterator]() {
        while (!isClosed) {
          if (log.isCut) throw new AppError('CORE_UNREACHABLE', 'cut')
          if (at < log.bytes.length && !log.isStalled) {
            const part = log.bytes.slice(at, at + 64 * 1024)
            at += part.length
            yield part
          } else
            await new Promise<void>(resolve => {
              log.#wake = resolve
            })
        }
      },
    }
  }
}

const open = (log: Log) =>
  new LogModel({ source: log, isFinal: () => log.isFinal, nextFrame: callback => void setTimeout(callback) })
const lines = (model: LogModel) => {
  const { window } = model.state()
  return Array.from({ length: window.lineCount }, (_, line) => window.textOf(line))
}
const numbered = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `${String(from + index).padStart(9, '0')}\n`).join('')

test('it follows the end, and what comes there', async () => {
  const log = new Log('one\ntw')
  const model = open(log)
  await model.follow()
  expect(lines(model)).toEqual(['one', 'tw'])
  log.grow('o\nthree\n')
  await expect.poll(() => model.state().sizeBytes).toBe(14)
  expect(lines(model)).toEqual(['one', 'two', 'three'])
})

test('of a large log it holds a part, pages to both sides and goes anywhere, without reading the rest', async () => {
  const log = new Log(numbered(0, 1_000_000))
  const model = open(log)
  await model.follow()
  expect(lines(model).at(-1)).toBe('000999999')
  const first = Number(lines(model)[0])
  model.leaveEnd()
  await model.readBefore()
  expect(Number(lines(model)[0])).toBeLessThan(first)
  expect(lines(model).at(-1)).toBe('000999999')
  await model.goTo(5_000_000)
  const { window, target } = model.state()
  expect(target).toEqual({ byte: 5_000_000 })
  expect(window.textOf(window.lineAt(5_000_000))).toBe('000500000')
  for (let page = 0; page < 8; page++) await model.readAfter()
  expect(model.state().window.bytes.length).toBeLessThanOrEqual(WINDOW_BYTES)
  // The last one is not all here.
  const whole = lines(model).slice(0, -1)
  expect(whole.every((line, index, all) => index === 0 || Number(line) === Number(all[index - 1]) + 1)).toBe(true)
  expect(log.reads.reduce((sum, [, most]) => sum + most, 0)).toBeLessThan(4_000_000)
})

test('of a log whose beginning is gone, it begins where it is kept, and says so', async () => {
  const log = new Log(numbered(0, 100_000))
  log.droppedBytes = 500_000
  const model = open(log)
  await model.follow()
  model.leaveEnd()
  for (let page = 0; page < 8; page++) await model.readBefore()
  expect(model.state()).toMatchObject({ droppedBytes: 500_000, sizeBytes: 1_000_000 })
  expect(model.state().window.start).toBe(500_000)
  expect(lines(model)[0]).toBe('000050000')
  await model.goTo(0)
  expect(model.state().window.textOf(model.state().window.lineAt(500_000))).toBe('000050000')
  expect(model.state().target).toEqual({ byte: 500_000 })
})

test('a line too slow for what is printed: it goes on at the end, and leaves out what is between', async () => {
  const log = new Log('one\n')
  const model = open(log)
  await model.follow()
  log.isStalled = true
  log.grow(numbered(0, 100_000))
  await model.lookAtSize()
  expect(lines(model).at(-1)).toBe('one') // Not so far behind yet.
  expect(model.state().sizeBytes).toBe(1_000_004)
  log.grow(numbered(100_000, 1_000_000))
  await model.lookAtSize()
  expect(lines(model).at(-1)).toBe('000999999')
  log.isStalled = false
  log.grow('two\n')
  await expect.poll(() => lines(model).at(-1)).toBe('two')
})

test('who leaves the end hears how much came meanwhile, and no more is read', async () => {
  const log = new Log('one\n')
  const model = open(log)
  await model.follow()
  model.leaveEnd()
  log.grow('two\n')
  await model.lookAtSize()
  expect(model.state()).toMatchObject({ isFollowing: false, sizeBytes: 8 })
  expect(lines(model)).toEqual(['one'])
  await model.follow()
  expect(lines(model)).toEqual(['one', 'two'])
})

test('more than a window at once: the end of it is kept', async () => {
  const log = new Log('')
  const model = open(log)
  await model.follow()
  log.grow(numbered(0, 300_000))
  await expect.poll(() => model.state().window.end).toBe(3_000_000)
  expect(lines(model).at(-1)).toBe('000299999')
  expect(model.state().window.bytes.length).toBeLessThanOrEqual(WINDOW_BYTES)
})

test('a cut is told, and followed on from where it stood', async () => {
  const log = new Log('one\n')
  const model = open(log)
  await model.follow()
  log.cut()
  await expect.poll(() => model.state().error?.code).toBe('CORE_UNREACHABLE')
  await model.again()
  log.grow('two\n')
  await expect.poll(() => model.state().sizeBytes).toBe(8)
  expect(lines(model)).toEqual(['one', 'two'])
  expect(log.follows).toBe(2)
})
