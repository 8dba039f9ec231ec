import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { CoreEvent } from '../../shared/domain.ts'
import { EventBus } from './events.ts'

const removed = (name: string) => ({ type: 'host.removed', name }) as const

test('events are numbered from 1 and stamped with the time', () => {
  const bus = new EventBus({ clock: { now: () => 42 } })
  const heard: CoreEvent[] = []
  bus.subscribe(event => heard.push(event))
  bus.emit(removed('a'))
  bus.emit(removed('b'))
  expect(heard).toEqual([
    { type: 'host.removed', name: 'a', seq: 1, at: 42 },
    { type: 'host.removed', name: 'b', seq: 2, at: 42 },
  ])
})

test('whoever says what it has seen gets the rest first, then what is new', () => {
  const bus = new EventBus()
  for (const name of ['a', 'b', 'c']) bus.emit(removed(name))
  const heard: number[] = []
  const { seq, missed, unsubscribe } = bus.subscribe(event => heard.push(event.seq), 1)
  expect({ seq, missed, heard }).toEqual({ seq: 3, missed: false, heard: [2, 3] })
  bus.emit(removed('d'))
  unsubscribe()
  bus.emit(removed('e'))
  expect(heard).toEqual([2, 3, 4])
})

test('what fell out of the ring, or is of another run of the core, is said to be missed', () => {
  const bus = new EventBus({ ringEvents: 3 })
  for (let n = 0; n < 5; n++) bus.emit(removed('x'))
  expect(bus.read(2)).toMatchObject({ missed: false, events: [{ seq: 3 }, { seq: 4 }, { seq: 5 }] })
  expect(bus.read(1)).toEqual({ missed: true, events: [] })
  expect(bus.read(6)).toEqual({ missed: true, events: [] })
  expect(new EventBus().read(0)).toEqual({ missed: false, events: [] })
})

test('long events push out more than short ones; the newest is always kept', () => {
  const bus = new EventBus({ ringBytes: 1000 })
  for (let n = 0; n < 5; n++) bus.emit(removed('short'))
  expect(bus.read(0)).toMatchObject({ missed: false, events: Array(5).fill({ name: 'short' }) })
  bus.emit(removed('x'.repeat(700)))
  expect(bus.read(0)).toEqual({ missed: true, events: [] })
  expect(bus.read(4)).toMatchObject({ missed: false, events: [{ seq: 5 }, { seq: 6 }] })
  const heard: number[] = []
  bus.subscribe(event => heard.push(event.seq))
  bus.emit(removed('x'.repeat(5000)))
  bus.emit(removed('short'))
  expect(heard).toEqual([7, 8])
  expect(bus.read(7)).toMatchObject({ missed: false, events: [{ seq: 8 }] })
})

test('reading by sequence number never skips, repeats or invents, whatever the ring holds', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.nat(30), fc.nat(35), (ringEvents, emitted, afterSeq) => {
      const bus = new EventBus({ ringEvents })
      for (let n = 0; n < emitted; n++) bus.emit(removed('x'))
      const { events, missed } = bus.read(afterSeq)
      const wanted = Array.from({ length: Math.max(0, emitted - afterSeq) }, (_, index) => afterSeq + 1 + index)
      expect(missed).toBe(afterSeq > emitted || wanted.length > ringEvents)
      expect(events.map(event => event.seq)).toEqual(missed ? [] : wanted)
    }),
  )
})

test('a listener that throws disturbs neither the teller nor the others', () => {
  const errors: unknown[] = []
  const bus = new EventBus({ onError: error => errors.push(error) })
  const heard: number[] = []
  bus.subscribe(() => {
    throw new Error('mine')
  })
  bus.subscribe(event => heard.push(event.seq))
  bus.emit(removed('a'))
  expect(heard).toEqual([1])
  expect(errors).toEqual([new Error('mine')])
})

test('events that a listener emits are heard by all in order', () => {
  const bus = new EventBus()
  const heard: number[] = []
  bus.subscribe(event => {
    if (event.seq < 4) bus.emit(removed('again'))
  })
  bus.subscribe(event => heard.push(event.seq))
  bus.emit(removed('first'))
  expect(heard).toEqual([1, 2, 3, 4])
})
