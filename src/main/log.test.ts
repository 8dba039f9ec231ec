import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { LogFile, type LogFileOptions } from './log.ts'

let path = ''
beforeEach(() => {
  const dir = mkdtempSync(join(tmpdir(), 'drover-log-'))
  path = join(dir, 'state/core.log')
  onTestFinished(() => rmSync(dir, { recursive: true }))
})

function open(options: Partial<LogFileOptions> = {}): LogFile {
  const log = new LogFile({ path, clock: { now: () => 0 }, ...options })
  onTestFinished(() => log.close())
  return log
}
const written = () => readFileSync(path, 'utf8')

test('an entry is one line: time, level, room, message, and named values', () => {
  open().room('hosts').info('connected', { host: 'alpha', tookMs: 210, isNew: true, error: null })
  expect(written()).toBe('1970-01-01T00:00:00.000Z info hosts connected host=alpha tookMs=210 isNew=true error=null\n')
})

test('what is below the level is left out, and the level can change', () => {
  const log = open({ level: 'warning' })
  const room = log.room('core')
  room.info('no')
  room.error('yes')
  log.level = 'debug'
  room.debug('yes')
  expect(written().match(/yes/g)).toHaveLength(2)
  expect(written()).not.toContain('no\n')
})

test('a hostile value stays in its line and in its place', () => {
  open().room('jobs').warning('said\nfoo', { by: 'x" level=error\r\n\u001b[2J\u202e\u009b', path: 'C:\\n', empty: '' })
  expect(written()).toBe(
    '1970-01-01T00:00:00.000Z warning jobs said\\nfoo by="x\\" level=error\\u{d}\\n\\u{1b}[2J\\u{202e}\\u{9b}" path=C:\\n empty=""\n',
  )
})

test('whatever is written, it is one line without control characters', () => {
  const log = open({ maxBytes: 1e9 })
  const room = log.room('x')
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (message, value) => {
      const before = written().length
      room.info(message, { value })
      expect(written().slice(before)).toMatch(/^[^\p{Cc}\u2028\u2029\u202e]*\n$/u)
    }),
  )
})

test('a very long value is cut', () => {
  open()
    .room('x')
    .info('y', { value: 'z'.repeat(1e6) })
  expect(written().length).toBeLessThan(2_200)
})

test('the file is its owner’s alone, even one that was not', () => {
  open().close()
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700)
  rmSync(path)
  writeFileSync(path, 'old\n', { mode: 0o644 })
  open().room('x').info('new')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(written()).toMatch(/^old\n.* new\n$/)
})

test('a full file is put aside, and one old one is kept', () => {
  const log = open({ maxBytes: 1_000 })
  const room = log.room('x')
  for (let n = 0; n < 100; n++) room.info(`entry ${n}`)
  const all = readFileSync(`${path}.1`, 'utf8') + written()
  expect(all).toMatch(/entry 99\n$/)
  expect(statSync(`${path}.1`).size).toBeLessThan(1_100)
  expect(statSync(path).size).toBeLessThan(1_000)
  expect(statSync(`${path}.1`).mode & 0o777).toBe(0o600)
  expect(existsSync(`${path}.2`)).toBe(false)
  const numbers = [...all.matchAll(/entry (\d+)/g)].map(match => Number(match[1]))
  expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => 100 - numbers.length + index))
})

test('a log that cannot be written any more throws at nobody', () => {
  const log = open()
  log.close()
  log.room('x').error('unheard')
  expect(written()).toBe('')
})
