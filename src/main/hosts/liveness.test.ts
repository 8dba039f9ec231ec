import { Duplex } from 'node:stream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { watchLiveness } from './liveness.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** A stream whose queue and counter the test sets, and a clock it turns. */
function line() {
  const state = { now: 0, queued: 0, written: 0, isSilent: false }
  const stream = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() }) as Duplex & {
    bytesWritten: number
  }
  Object.defineProperties(stream, { writableLength: { get: () => state.queued }, bytesWritten: { get: () => state.written } })
  const stop = watchLiveness(stream, {
    onSilent: () => {
      state.isSilent = true
    },
    now: () => state.now,
    silenceMs: 11_000,
    checkMs: 2_000,
  })
  const pass = (ms: number) => {
    for (let gone = 0; gone < ms; gone += 2_000) {
      state.now += 2_000
      vi.advanceTimersByTime(2_000)
    }
  }
  return { state, stream, stop, pass }
}

test('silence is told within 15 s', () => {
  const { state, pass } = line()
  pass(10_000)
  expect(state.isSilent).toBe(false)
  pass(4_000)
  expect(state.isSilent).toBe(true)
})

test('any byte counts as life', () => {
  const { state, stream, pass } = line()
  for (let round = 0; round < 10; round += 1) {
    pass(8_000)
    stream.emit('data', Buffer.from('x'))
  }
  expect(state.isSilent).toBe(false)
})

test('an upload that goes on is life, our own questions into the void are not', () => {
  const slow = line()
  for (let round = 0; round < 20; round += 1) {
    slow.state.queued = 1_000_000
    slow.state.written += 50_000
    slow.pass(2_000)
  }
  expect(slow.state.isSilent).toBe(false)
  const dead = line()
  for (let round = 0; round < 20; round += 1) {
    dead.state.written += 100
    dead.pass(2_000)
  }
  expect(dead.state.isSilent).toBe(true)
})

test('an upload that stands still is none', () => {
  const { state, pass } = line()
  state.queued = 1_000_000
  state.written = 1_000_000
  pass(14_000)
  expect(state.isSilent).toBe(true)
})

test('a time in which we slept is not held against it', () => {
  const { state, stream, pass } = line()
  state.now += 3_600_000
  vi.advanceTimersByTime(2_000)
  expect(state.isSilent).toBe(false)
  stream.emit('data', Buffer.from('x'))
  pass(10_000)
  expect(state.isSilent).toBe(false)
})

test('it can be stopped', () => {
  const { state, stop, pass } = line()
  stop()
  pass(60_000)
  expect(state.isSilent).toBe(false)
})
