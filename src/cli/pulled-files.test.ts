import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { CoreEvent, EventBody, JobView } from '../shared/domain.ts'
import type { Cli } from './cli.ts'
import type { JobWatch } from './job-watch.ts'
import { PulledFiles } from './pulled-files.ts'

const JOB = { id: 'a0000000-0000-4000-8000-000000000000', state: 'ended', outcome: 'exited', exitCode: 0, pull: ['out'] }
const PULL = { pullId: 'p', jobId: JOB.id } as const

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A command line that waits for what one job brings back. */
function waiting() {
  const errors: string[] = []
  const listeners = new Set<(event: CoreEvent | undefined) => void>()
  const watch = {
    job: JOB as unknown as JobView,
    onChange: (listener: (event: CoreEvent | undefined) => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  const cli = { out: { stderr: new PassThrough(), error: (message: string) => errors.push(message) } }
  const pulled = new PulledFiles(cli as unknown as Cli, watch as unknown as JobWatch)
  const hear = (body: EventBody) => {
    for (const listener of [...listeners]) listener({ ...body, seq: 1, at: 0 })
  }
  return { code: pulled.exitCode(0), errors, hear }
}

test('a pull that takes long is waited for as long as it tells that it goes on', async () => {
  const { code, errors, hear } = waiting()
  for (let round = 0; round < 100; round++) {
    await vi.advanceTimersByTimeAsync(5_000)
    hear({ type: 'pull.progress', ...PULL, filesDone: 0, bytesDone: 0, bytesTotal: null })
  }
  hear({ type: 'pull.ended', ...PULL, pattern: 'out', files: ['/here/out'], error: null })
  expect([await code, errors]).toEqual([0, []])
})

test('a pull of which nothing is heard any more is given up', async () => {
  const { code, errors } = waiting()
  await vi.advanceTimersByTimeAsync(60_000)
  expect([await code, errors]).toEqual([123, ['Nothing was heard of the files to bring back']])
})
