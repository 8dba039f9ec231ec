import { expect, test } from 'vitest'
import { feed } from './feed.ts'

test('no more is taken from the stream than the screen has room for', async () => {
  let taken = 0
  async function* stream() {
    for (let part = 0; part < 5; part++) {
      taken++
      yield new Uint8Array(100)
    }
  }
  const drawn: (() => void)[] = []
  let isDone = false
  const done = feed(stream(), (_bytes, done) => drawn.push(done), 250).then(() => {
    isDone = true
  })
  // Two fit, the third is one too many.
  await expect.poll(() => taken).toBe(3)
  await new Promise(resolve => setTimeout(resolve))
  expect(taken).toBe(3)
  drawn.shift()?.()
  await expect.poll(() => taken).toBe(4)
  expect(isDone).toBe(false)
  const drawing = setInterval(() => drawn.shift()?.())
  await done
  clearInterval(drawing)
  expect(taken).toBe(5)
})

test('the stream’s error is thrown on', async () => {
  async function* broken() {
    yield new Uint8Array(1)
    throw new Error('cut')
  }
  await expect(feed(broken(), (_bytes, done) => done())).rejects.toThrow('cut')
})
