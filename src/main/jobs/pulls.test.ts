import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { jobRow } from '../../../test/helpers/job-row.ts'
import type { EventBody, PulledPattern } from '../../shared/domain.ts'
import { AppError } from '../../shared/errors.ts'
import type { HostLink, Live } from '../hosts/host-link.ts'
import { type PullFiles, Pulls } from './pulls.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const JOB = jobRow({
  id: 'a',
  host: 'box',
  folder: '/here',
  state: 'ended',
  outcome: 'exited',
  startedAt: 1,
  pull: ['x', 'y'],
  pullResults: [{ pattern: 'y', files: 1, error: null }],
})
const ASKED = { jobId: 'a', pattern: 'out/*', destination: '/here', overwrite: false }
const LOST = new AppError('HOST_UNREACHABLE', 'The connection broke')

/** Pulls whose host comes and goes, and whose transfers end, as the test says. */
function ground() {
  const link = { name: 'box', live: {} as Live | null, ready: async () => ({}) }
  const events: EventBody[] = []
  const stored: PulledPattern[] = []
  const logged: string[] = []
  const transfers: { request: Parameters<PullFiles>[0]; came(): void; broke(error: AppError): void }[] = []
  let known: HostLink | AppError = link as unknown as HostLink
  const pulls = new Pulls({
    pullFiles: request =>
      new Promise((resolve, reject) => {
        request.signal.addEventListener('abort', () => reject(new AppError('CANCELLED', 'It was cancelled')))
        transfers.push({ request, came: () => resolve({ files: ['/here/x'], fileCount: 3 }), broke: reject })
      }),
    linkOf: () => {
      if (known instanceof AppError) throw known
      return known
    },
    resultsFolder: folder => folder,
    settled: (jobId, result) => {
      expect(events.filter(({ type }) => type === 'pull.ended')).toHaveLength(stored.length)
      expect(jobId).toBe(JOB.id)
      stored.push(result)
    },
    emit: event => events.push(event),
    log: { info: message => logged.push(`info ${message}`), warning: message => logged.push(`warning ${message}`) },
  })
  /** Lets go on what can go on now. */
  const settle = () => vi.advanceTimersByTimeAsync(0)
  return {
    pulls,
    link,
    events,
    stored,
    logged,
    transfers,
    settle,
    ended: () => events.filter(({ type }) => type === 'pull.ended'),
    goes: () => {
      link.live = null
    },
    comes: () => {
      link.live = {} as Live
      pulls.hostBack('box', [JOB])
    },
    forgets: () => {
      known = new AppError('NOT_FOUND', 'No host "box"')
    },
    /** The last transfer, which must be the only one under way. */
    transfer: async (count: number) => {
      await settle()
      expect(transfers).toHaveLength(count)
      return transfers.at(-1) as (typeof transfers)[number]
    },
  }
}

test('a pull in which nothing moves tells how far it is, again and again, and no more once it has ended', async () => {
  const { pulls, events, transfer } = ground()
  const pullId = pulls.start(ASKED)
  const { request, came } = await transfer(1)
  request.onProgress({ filesDone: 1, bytesDone: 7, bytesTotal: null })
  const progress = { type: 'pull.progress', pullId, jobId: 'a', filesDone: 1, bytesDone: 7, bytesTotal: null, isWaiting: false }
  await vi.advanceTimersByTimeAsync(11_000)
  expect(events).toEqual([progress, progress, progress])
  came()
  await vi.advanceTimersByTimeAsync(60_000)
  const ended = { type: 'pull.ended', pullId, jobId: 'a', pattern: 'out/*', files: ['/here/x'], error: null }
  expect(events.slice(3)).toEqual([ended])
})

test('what a person asks for ends with the loss of its host, and stores nothing', async () => {
  const { pulls, ended, stored, transfer, goes } = ground()
  pulls.start(ASKED)
  const { broke } = await transfer(1)
  goes()
  broke(LOST)
  await vi.advanceTimersByTimeAsync(0)
  expect([ended(), stored]).toMatchObject([[{ pattern: 'out/*', error: { code: 'HOST_UNREACHABLE' } }], []])
})

test('what is owed is brought, and only that, once; it is stored before it is told, and logged', async () => {
  const { pulls, ended, stored, logged, transfer, settle } = ground()
  pulls.bringBack(JOB)
  pulls.bringBack(JOB)
  const { request, came } = await transfer(1)
  expect(request).toMatchObject({ pattern: 'x', destination: '/here', overwrite: false, keepPaths: true })
  came()
  await settle()
  expect(stored).toEqual([{ pattern: 'x', files: 3, error: null }])
  expect(ended()).toHaveLength(1)
  expect(logged).toEqual(['info files were brought back'])
})

test('an error that is no loss settles it, and is logged as a warning', async () => {
  const { pulls, ended, stored, logged, transfer, settle } = ground()
  pulls.bringBack(JOB)
  ;(await transfer(1)).broke(new AppError('CONFLICT', 'in the way'))
  await settle()
  const error = { code: 'CONFLICT', message: 'in the way', details: {} }
  expect([stored, ended()]).toMatchObject([[{ pattern: 'x', files: 0, error }], [{ error }]])
  expect(logged).toEqual(['warning files were not brought back'])
})

test.each([
  ['its loss', LOST],
  ['any error while it is lost', new AppError('HOST_ERROR', 'tar ended with 2')],
])('after %s a host is waited for, with signs of life and without a try, and then asked again', async (_, error) => {
  const { pulls, events, stored, transfer, goes, comes, settle } = ground()
  pulls.bringBack(JOB)
  const first = await transfer(1)
  goes()
  first.broke(error)
  await vi.advanceTimersByTimeAsync(600_000)
  await transfer(1)
  expect(events.length).toBeGreaterThan(100)
  expect(events.at(-1)).toMatchObject({ type: 'pull.progress', isWaiting: true })
  expect(pulls.moving).toBe(0)
  comes()
  const second = await transfer(2)
  expect(pulls.moving).toBe(1)
  second.came()
  await settle()
  expect(pulls.moving).toBe(0)
  expect(stored).toEqual([{ pattern: 'x', files: 3, error: null }])
})

test('a host that is away when the job has ended is waited for', async () => {
  const { pulls, stored, transfer, goes, comes, settle } = ground()
  goes()
  pulls.bringBack(JOB)
  await settle()
  comes()
  ;(await transfer(1)).came()
  await settle()
  expect(stored).toHaveLength(1)
})

test('a host that is back already when the loss is noticed is asked at once', async () => {
  const { pulls, transfer, link } = ground()
  pulls.bringBack(JOB)
  const first = await transfer(1)
  link.live = {} as Live
  first.broke(LOST)
  await transfer(2)
})

test('where the host is there but no way to it, the tries become rare', async () => {
  const { pulls, transfers, settle } = ground()
  pulls.bringBack(JOB)
  for (let round = 0; round < 1_000; round++) {
    await settle()
    transfers.at(-1)?.broke(LOST)
    await vi.advanceTimersByTimeAsync(1_000)
  }
  expect(transfers.length).toBeGreaterThan(20)
  expect(transfers.length).toBeLessThan(100)
})

test.each(['under way', 'waiting for its host'])('cancelled while it is %s, it is settled', async phase => {
  const { pulls, events, stored, ended, transfer, goes, settle } = ground()
  if (phase !== 'under way') goes()
  pulls.bringBack(JOB)
  await (phase === 'under way' ? transfer(1) : settle())
  await vi.advanceTimersByTimeAsync(5_000)
  const [told] = events
  pulls.cancel(told && 'pullId' in told ? told.pullId : '')
  await settle()
  expect([stored, ended()]).toMatchObject([[{ pattern: 'x', error: { code: 'CANCELLED' } }], [{ error: { code: 'CANCELLED' } }]])
})

test.each(['under way', 'waiting for its host'])(
  'when the core closes while it is %s, it stays owed and nothing is told',
  async phase => {
    const { pulls, events, stored, transfer, goes, settle, transfers } = ground()
    if (phase !== 'under way') goes()
    pulls.bringBack(JOB)
    await (phase === 'under way' ? transfer(1) : settle())
    const told = events.length
    const begun = transfers.length
    pulls.close()
    await settle()
    pulls.hostBack('box', [JOB])
    await vi.advanceTimersByTimeAsync(60_000)
    expect([stored, events.slice(told), transfers.length]).toEqual([[], [], begun])
  },
)

test('a host that leaves the config is not waited for: that is told, and it stays owed', async () => {
  const { pulls, events, stored, goes, forgets, settle } = ground()
  goes()
  pulls.bringBack(JOB)
  await settle()
  forgets()
  pulls.hostGone('box')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(events.at(-1)).toMatchObject({ type: 'pull.dropped', pattern: 'x', error: { message: 'No host "box"' } })
  expect(stored).toEqual([])
})

test('with its job all that it owed is gone', async () => {
  const { pulls, events, stored, transfer, settle } = ground()
  pulls.bringBack(JOB)
  const { request } = await transfer(1)
  pulls.jobGone(JOB.id)
  await settle()
  expect([request.signal.aborted, stored, events]).toEqual([true, [], []])
})
