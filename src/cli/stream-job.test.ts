import { Writable } from 'node:stream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ByteStream } from '../shared/core-stream.ts'
import { AppError, type ErrorCode } from '../shared/errors.ts'
import type { Cli } from './cli.ts'
import type { CoreSession } from './core-client.ts'
import { copyLog } from './stream-job.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A log of `text` whose opening fails with each of these first. */
async function copy(text: string, failures: ErrorCode[], { isGone = false } = {}): Promise<string> {
  let printed = ''
  const stdout = new Writable({
    write(chunk, _encoding, done) {
      printed += chunk
      done()
    },
  })
  const session = {
    isGone,
    openLog: async ({ fromByte = 0 }): Promise<ByteStream> => {
      const code = failures.shift()
      if (code !== undefined) throw new AppError(code, `no log: ${code}`)
      const bytes = (async function* () {
        yield Buffer.from(text.slice(fromByte))
      })()
      return Object.assign(bytes, { close: () => undefined })
    },
  } as unknown as CoreSession
  const done = copyLog({ out: { stdout } } as unknown as Cli, session, { jobId: 'a', fromByte: 2 })
  done.catch(() => undefined) // Awaited below.
  await vi.runAllTimersAsync()
  await done
  return printed
}

test('a log is waited for through losses of the host and of the core, however they mix', async () => {
  expect(await copy('0123', ['HOST_UNREACHABLE', 'HOST_UNREACHABLE', 'HOST_UNREACHABLE', 'CORE_UNREACHABLE'])).toBe('23')
})

test('it is not waited for when no core came back, nor when asking for it is what ends each core', async () => {
  await expect(copy('0123', ['CORE_UNREACHABLE'], { isGone: true })).rejects.toThrow('no log: CORE_UNREACHABLE')
  const failures = Array<ErrorCode>(100).fill('CORE_UNREACHABLE')
  await expect(copy('0123', failures)).rejects.toThrow('no log: CORE_UNREACHABLE')
  expect(failures.length).toBeGreaterThan(90)
})

test('any other failure is told at once', async () => {
  await expect(copy('0123', ['NOT_FOUND'])).rejects.toThrow('no log: NOT_FOUND')
})
