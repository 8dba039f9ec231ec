import { expect, test } from 'vitest'
import type { ByteStream } from '../../../../shared/core-stream.ts'
import { AppError } from '../../../../shared/errors.ts'
import type { OutputEntry } from '../../../../shared/process.ts'
import { MOST_ROWS } from './output-buffer.ts'
import { type OpenOutput, OutputModel } from './output-model.ts'

type Wish = Parameters<OpenOutput>[0]

/** Output in memory, which grows when told to. */
class Source {
  readonly wishes: Wish[] = []
  readonly lines: { process: string; byte: number; at: number }[] = []
  readonly #feeds = new Set<(entry: OutputEntry | 'cut') => void>()

  print(process: string, at: readonly number[]): void {
    for (const byte of at) {
      const line = { process, byte, at: byte }
      this.lines.push(line)
      for (const feed of this.#feeds) feed(entryOf(line))
    }
  }

  cut(): void {
    for (const feed of this.#feeds) feed('cut')
  }

  get readers(): number {
    return this.#feeds.size
  }

  readonly open: OpenOutput = async wish => {
    this.wishes.push(wish)
    const of = this.lines.filter(
      ({ process, at }) => (wish.processes?.includes(process) ?? true) && (wish.since === null || at >= wish.since),
    )
    const known = Map.groupBy(of, ({ process }) => process)
    const kept = new Set([...known.values()].flatMap(lines => lines.slice(-wish.lines)))
    const waiting: (OutputEntry | 'cut')[] = [...of.filter(line => kept.has(line)).map(entryOf), { type: 'now' }]
    let isClosed = false
    let wake: () => void = () => undefined
    const feed = (entry: OutputEntry | 'cut') => {
      waiting.push(entry)
      wake()
    }
    this.#feeds.add(feed)
    const close = () => {
      isClosed = true
      this.#feeds.delete(feed)
      wake()
    }
    return {
      close,
      async *[Symbol.asyncIterator]() {
        while (!isClosed) {
          if (waiting.includes('cut')) throw new AppError('CORE_UNREACHABLE', 'cut')
          const text = waiting.splice(0).map(entry => `${JSON.stringify(entry)}\n`)
          if (text.length > 0) yield new TextEncoder().encode(text.join(''))
          else
            await new Promise<void>(resolve => {
              wake = resolve
            })
        }
      },
    } satisfies ByteStream
  }
}

const entryOf = ({ process, byte, at }: { process: string; byte: number; at: number }): OutputEntry => ({
  ...{ type: 'line', process, jobId: process, byte, at, text: String(byte) },
})
/** On a machine that is busy with other work a hundred thousand lines take a while. */
const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 30_000, interval: 5 })
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)
const modelOf = (source: Source) => new OutputModel({ open: source.open, nextFrame: callback => void setTimeout(callback) })
const texts = (model: OutputModel) =>
  [...model.state().rows.rows()].map(row => (row.type === 'line' ? `${row.process} ${row.text}` : row.type))

test('what there was, then what comes', async () => {
  const source = new Source()
  source.print('a', [1, 2])
  const model = modelOf(source)
  model.choose(null, 2)
  await eventually(() => texts(model)).toEqual(['a 1', 'a 2'])
  expect(model.state()).toMatchObject({ isLoaded: true, older: 'none', isFollowing: true })
  source.print('b', [3])
  await eventually(() => texts(model)).toEqual(['a 1', 'a 2', 'b 3'])
  expect(model.state().newLines).toBe(0)
})

test('what is chosen no more goes at once, and what is chosen comes as a whole', async () => {
  const source = new Source()
  source.print('a', [1])
  source.print('b', [2])
  source.print('a', [3])
  const model = modelOf(source)
  model.choose(null, 2)
  await eventually(() => texts(model)).toHaveLength(3)
  model.choose(['a'], 1)
  expect(texts(model)).toEqual(['a 1', 'a 3'])
  await eventually(() => source.wishes.at(-1)?.processes).toEqual(['a'])
  model.choose(['b'], 1)
  await eventually(() => texts(model)).toEqual(['b 2'])
  // Nothing is asked for that stands for all.
  model.choose([], 0)
  expect(texts(model)).toEqual([])
  expect(source.wishes).toHaveLength(3)
  await eventually(() => source.readers).toBe(0)
})

test('who leaves the end hears how many lines came, and finds them there', async () => {
  const source = new Source()
  source.print('a', [1])
  const model = modelOf(source)
  model.choose(null, 1)
  await eventually(() => model.state().isLoaded).toBe(true)
  model.leaveEnd()
  source.print('a', [2, 3])
  await eventually(() => model.state().newLines).toBe(2)
  model.follow()
  expect(model.state()).toMatchObject({ newLines: 0, isFollowing: true })
  expect(texts(model)).toEqual(['a 1', 'a 2', 'a 3'])
})

test('more than there is room for while one reads elsewhere: nothing moves, and the end is fetched anew', async () => {
  const source = new Source()
  source.print('a', [1])
  const model = modelOf(source)
  model.choose(null, 1)
  await eventually(() => model.state().isLoaded).toBe(true)
  model.leaveEnd()
  const { first } = model.state().rows
  source.print('a', range(2, MOST_ROWS + 1_000))
  await eventually(() => model.state().newLines).toBe(MOST_ROWS + 998)
  expect(model.state().rows.first).toBe(first)
  expect(texts(model)[0]).toBe('a 1')
  model.follow()
  await eventually(() => texts(model).at(-1)).toBe(`a ${MOST_ROWS + 999}`)
})

test('older lines come as they are come to, up to what fits', async () => {
  const source = new Source()
  source.print('a', range(0, 200_000))
  const model = modelOf(source)
  model.choose(null, 1)
  await eventually(() => model.state().older).toBe('more')
  const first = texts(model).length
  model.leaveEnd()
  model.readOlder()
  await eventually(() => texts(model).length).toBe(first * 5)
  expect(model.state().older).toBe('more')
  model.readOlder()
  await eventually(() => model.state().older).toBe('most')
  expect(texts(model).length).toBeLessThanOrEqual(MOST_ROWS)
  expect(texts(model).at(-1)).toBe('a 199999')
})

test('cleared: nothing from before, also after another choice, until it is wanted', async () => {
  const source = new Source()
  source.print('a', [1, 2])
  const model = modelOf(source)
  model.choose(null, 1)
  await eventually(() => texts(model)).toHaveLength(2)
  model.clear(10)
  expect(texts(model)).toEqual([])
  source.print('a', [11])
  await eventually(() => texts(model)).toEqual(['a 11'])
  model.choose(['a'], 1)
  await eventually(() => source.wishes.at(-1)).toMatchObject({ processes: ['a'], since: 10 - 2_000 })
  await eventually(() => texts(model)).toEqual(['a 11'])
  model.showCleared()
  await eventually(() => texts(model)).toEqual(['a 1', 'a 2', 'a 11'])
})

test('a cut is told, and what is here stays; afterwards it is whole again', async () => {
  const source = new Source()
  source.print('a', [1])
  const model = modelOf(source)
  model.choose(null, 1)
  await eventually(() => texts(model)).toEqual(['a 1'])
  source.cut()
  await eventually(() => model.state().error?.code).toBe('CORE_UNREACHABLE')
  expect(texts(model)).toEqual(['a 1'])
  source.print('a', [2])
  model.again()
  await eventually(() => texts(model)).toEqual(['a 1', 'a 2'])
  expect(model.state().error).toBeNull()
  model.close()
  await eventually(() => source.readers).toBe(0)
})
