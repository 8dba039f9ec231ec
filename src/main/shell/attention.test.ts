import { expect, test } from 'vitest'
import { Attention } from './attention.ts'

const ended = (id: string, more: object = {}) =>
  ({ id, command: { line: 'make' }, host: 'box', outcome: 'exited', exitCode: 1, ...more }) as const
const refusing = { name: 'box', state: 'refused', error: { code: 'AUTH_FAILED', message: '', details: {} } } as const
const labels = (attention: Attention) => attention.needs.map(need => need.label)

test('what failed needs somebody until it was seen; what went well or was ended by hand does not', () => {
  const attention = new Attention()
  attention.jobEnded(ended('1'))
  attention.jobEnded(ended('2', { exitCode: 0 }))
  attention.jobEnded(ended('3', { outcome: 'stopped', exitCode: 143 }))
  attention.jobEnded(ended('4', { outcome: 'failed', exitCode: null, host: null }))
  expect(labels(attention)).toEqual(['make failed', 'make failed on box'])
  expect(attention.dismiss(['job:1', 'job:9'])).toBe(true)
  expect(attention.dismiss(['job:1'])).toBe(false)
  expect(labels(attention)).toEqual(['make failed'])
})

test('a host that only a person can mend is one thing, until it is mended; one that was dismissed says it no more', () => {
  const attention = new Attention()
  expect(attention.hostChanged(refusing)).toBe(true)
  expect(attention.hostChanged(refusing)).toBe(false)
  expect(attention.hostChanged({ ...refusing, state: 'connecting', error: null })).toBe(false)
  expect(labels(attention)).toEqual(['box cannot be used'])
  attention.dismiss(['host:box'])
  expect(attention.hostChanged(refusing)).toBe(false)
  attention.hostChanged({ name: 'box', state: 'connected', error: null })
  expect(attention.hostChanged(refusing)).toBe(true)
  attention.hostRemoved('box')
  expect(labels(attention)).toEqual([])
})

test('a host that is away, and tries again by itself, needs nobody', () => {
  const attention = new Attention()
  attention.hostChanged({ name: 'box', state: 'offline', error: { code: 'HOST_UNREACHABLE', message: '', details: {} } })
  expect(labels(attention)).toEqual([])
})

test('however many fail, it keeps the newest', () => {
  const attention = new Attention()
  for (let count = 0; count < 1_000; count++) attention.jobEnded(ended(String(count)))
  expect(attention.needs.length).toBe(200)
  expect(attention.needs[0]?.jobId).toBe('999')
})
