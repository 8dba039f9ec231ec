import { expect, test } from 'vitest'
import type { OutputEntry } from '../../../shared/process.ts'
import { OutputRing } from './output-ring.ts'

const line = (text: string): OutputEntry => ({ type: 'line', process: 'web.1', jobId: 'j', byte: 0, at: 5, text })
const textsAfter = (ring: OutputRing, id: number) => {
  const { lines, missed } = ring.after(id)
  return { texts: lines.map(one => ('text' in one ? one.text : one.type)), missed }
}

test('who asks with the last number gets what came since, once', () => {
  const ring = new OutputRing(1_000)
  expect(ring.after(0)).toEqual({ lines: [], missed: false })
  ring.add(line('one'))
  ring.add({ type: 'now' })
  ring.add({ type: 'skipped', process: 'web.1', jobId: 'j', byte: 0, bytes: 70 })
  expect(textsAfter(ring, 0)).toEqual({ texts: ['one', 'skipped'], missed: false })
  const last = ring.lastId
  expect(textsAfter(ring, last)).toEqual({ texts: [], missed: false })
  ring.add(line('two'))
  expect(textsAfter(ring, last)).toEqual({ texts: ['two'], missed: false })
  expect(ring.lineCount).toBe(2)
})

test('a number of a server before this one, or of none, is told that it missed some', () => {
  const before = new OutputRing(1_000)
  before.add(line('old'))
  const ring = new OutputRing(2_000)
  ring.add(line('new'))
  for (const id of [before.lastId, 1, ring.lastId + 1]) expect(textsAfter(ring, id)).toEqual({ texts: ['new'], missed: true })
})

test('however much comes, little is kept: who is behind that is told', () => {
  const ring = new OutputRing(1_000)
  ring.add(line('first'))
  const first = ring.lastId
  for (let count = 0; count < 30_000; count++) ring.add(line(`${count}`))
  expect(ring.size).toBe(10_000)
  expect(textsAfter(ring, first).missed).toBe(true)
  expect(textsAfter(ring, 0).texts.slice(0, 2)).toEqual(['20000', '20001'])
  expect(textsAfter(ring, ring.lastId - 10_000)).toMatchObject({ missed: false, texts: { length: 10_000 } })
  for (let count = 0; count < 100; count++) ring.add(line('x'.repeat(65_536)))
  expect(ring.size).toBeLessThan(100)
  // One is kept whatever it weighs.
  ring.add(line('x'.repeat(5_000_000)))
  expect(ring.size).toBe(1)
})

test('what was cleared is missed by nobody; what could not be read is', () => {
  const ring = new OutputRing(1_000)
  ring.add(line('one'))
  const last = ring.lastId
  ring.add(line('two'))
  ring.clear()
  expect(textsAfter(ring, last)).toEqual({ texts: [], missed: false })
  expect(textsAfter(ring, 0)).toEqual({ texts: [], missed: false })
  ring.gap()
  expect(textsAfter(ring, last)).toEqual({ texts: [], missed: true })
  expect(textsAfter(ring, ring.lastId)).toEqual({ texts: [], missed: false })
})
