import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { jobRow } from '../../test/helpers/job-row.ts'
import type { CoreEvent, EventBody, JobView, PulledPattern } from '../shared/domain.ts'
import { AppError, type ErrorBody } from '../shared/errors.ts'
import type { Cli } from './cli.ts'
import type { CoreSession } from './core-client.ts'
import { JobWatch } from './job-watch.ts'
import { PulledFiles } from './pulled-files.ts'

const ID = 'a0000000-0000-4000-8000-000000000000'
const JOB = {
  ...jobRow({ id: ID, host: 'box', state: 'ended', outcome: 'exited', exitCode: 0, startedAt: 1, pull: ['x', 'y'] }),
  memoryBytes: null,
  pid: null,
  progress: null,
  isForeign: false,
} satisfies JobView
const CONFLICT: ErrorBody = { code: 'CONFLICT', message: 'Already there: y', details: {} }

const came = (pattern: string): PulledPattern => ({ pattern, files: 1, error: null })

/** A command line that waits for what its job brings back. */
async function waiting(job: Partial<JobView> = {}, code = 0) {
  const errors: string[] = []
  let tell: (event: CoreEvent) => void = () => undefined
  let reconnected: () => void = () => undefined
  let gone: (error: Error) => void = () => undefined
  let stored: JobView = { ...JOB, ...job }
  const session = {
    call: async () => ({ job: stored }),
    onEvent: async (listener: typeof tell) => {
      tell = listener
      return () => undefined
    },
    onReconnect: (listener: typeof reconnected) => {
      reconnected = listener
      return () => undefined
    },
    onGone: (listener: typeof gone) => {
      gone = listener
      return () => undefined
    },
  } as unknown as CoreSession
  const watch = await JobWatch.start(session, ID)
  watch.offer(stored)
  const out = {
    stderr: new PassThrough(),
    error: (message: string, advice: readonly string[]) => errors.push([message, ...advice].join('\n')),
  }
  const pulled = new PulledFiles({ out } as unknown as Cli, watch)
  const hear = (body: EventBody) => tell({ ...body, seq: 1, at: 0 })
  const exit = { code: undefined as number | undefined }
  const done = pulled.exitCode(code).then(value => {
    exit.code = value
    return value
  })
  return {
    errors,
    exit,
    done,
    hear,
    gone: (error: Error) => gone(error),
    settled: (...pullResults: PulledPattern[]) => {
      stored = { ...stored, pullResults }
      hear({ type: 'job.changed', job: stored })
    },
    /** Another core has the job, and told of nothing that happened before. */
    replaced: (...pullResults: PulledPattern[]) => {
      stored = { ...stored, pullResults }
      reconnected()
    },
  }
}

test('it is done when each pattern has a result in the job, and not before', async () => {
  const { settled, hear, exit, done, errors } = await waiting()
  settled(came('x'))
  for (const pattern of ['x', 'y', 'y']) hear({ type: 'pull.ended', pullId: 'p', jobId: ID, pattern, files: [], error: null })
  await new Promise(setImmediate)
  expect(exit.code).toBeUndefined()
  settled(came('x'), came('y'))
  expect([await done, errors]).toEqual([0, []])
})

test('a core that was killed before it told of the end is asked when the next one is there', async () => {
  const { replaced, done, errors } = await waiting()
  replaced(came('y'), came('x'))
  expect([await done, errors]).toEqual([0, []])
})

test.each([
  [0, 123],
  [4, 4],
])('after a job that ended with %i, what could not be brought back makes it %i and is said', async (code, exit) => {
  const { settled, done, errors } = await waiting({ exitCode: code }, code)
  settled(came('x'), { pattern: 'y', files: 0, error: CONFLICT })
  const said = `"y" was not brought back: Already there: y\nBring it elsewhere: drover pull a0000000 y FOLDER`
  expect([await done, errors]).toEqual([exit, [said]])
})

test('a host that left the config is not waited for', async () => {
  const { settled, hear, done, errors } = await waiting()
  const error: ErrorBody = { code: 'NOT_FOUND', message: 'No host "box"', details: {} }
  hear({ type: 'pull.dropped', pullId: 'p', jobId: ID, pattern: 'y', error })
  settled(came('x'))
  expect([await done, errors]).toEqual([123, ['"y" was not brought back: No host "box"']])
})

test.each([
  [0, 123],
  [4, 4],
])('without a core there is no knowing: after a job that ended with %i that is %i', async (code, exit) => {
  const { settled, gone, done, errors } = await waiting({ exitCode: code }, code)
  settled(came('x'))
  gone(new AppError('CORE_UNREACHABLE', 'The core was stopped'))
  const advice = 'Bring it elsewhere: drover pull a0000000 y FOLDER'
  expect([await done, errors]).toEqual([
    exit,
    [`It is not known whether all files were brought back: The core was stopped\n${advice}`],
  ])
})

test.each([
  { outcome: 'lost', exitCode: null },
  { outcome: 'cancelled', exitCode: null, startedAt: null },
  { pull: [] },
] satisfies Partial<JobView>[])('nothing is waited for of a job that is %o', async job => {
  const { done, errors } = await waiting(job, 7)
  expect([await done, errors]).toEqual([7, []])
})
