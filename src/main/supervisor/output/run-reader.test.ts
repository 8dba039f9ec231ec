import { expect, onTestFinished, test } from 'vitest'
import type { JobView } from '../../../shared/domain.ts'
import type { HostLogs } from './host-logs.ts'
import { RunReader } from './run-reader.ts'
import { Waiters } from './waiters.ts'

/** A run whose log is in memory, and how often it was read. */
function makeRun() {
  const waiters = new Waiters()
  const run = { text: '', reads: 0, job: { id: 'run', state: 'running', startedAt: 1, logBytes: null } as JobView }
  let grown: () => void = () => undefined
  const logs: HostLogs = {
    read: async (_, byte, most) => {
      run.reads += 1
      return { byte, bytes: Buffer.from(run.text.slice(byte, byte + most)), logBytes: run.text.length }
    },
    watch: (_, listener) => {
      grown = listener
      return () => undefined
    },
    times: async () => [],
    close: () => undefined,
  }
  const abort = new AbortController()
  onTestFinished(() => abort.abort())
  const source = { hub: { job: () => run.job, logsOf: () => logs }, jobs: { changed: waiters.wait.bind(waiters) }, jobId: 'run' }
  const reader = new RunReader(source, { fromByte: 0, signal: abort.signal })
  const next = async (most = 100) => (await reader.next(most))?.bytes.toString() ?? null
  const print = (text: string) => {
    run.text += text
    grown()
  }
  const end = () => {
    run.job = { ...run.job, state: 'ended', logBytes: run.text.length } as JobView
    waiters.wake('run')
  }
  return { run, reader, next, print, end }
}

test('what is printed is read once: at its end nothing is asked until there is word of more', async () => {
  const { run, next, print, end } = makeRun()
  print('one')
  expect(await next()).toBe('one')
  const two = next()
  await Promise.resolve()
  expect(run.reads).toBe(1)
  print('two')
  expect(await two).toBe('two')
  expect(run.reads).toBe(2)
  const last = next()
  end()
  expect(await last).toBeNull()
})

test('a reader that was set back, and one of a run that has ended, read on without any word', async () => {
  const { reader, next, print, end } = makeRun()
  print('0123456789')
  expect(await next()).toBe('0123456789')
  reader.byte = 8
  expect(await next(1)).toBe('8')
  end()
  expect(await next(1)).toBe('9')
  expect(await next()).toBeNull()
})
