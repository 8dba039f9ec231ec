import { expect, onTestFinished, test } from 'vitest'
import { waitFor } from '../../../test/helpers/wait.ts'
import { AppError } from '../../shared/errors.ts'
import { HostLink, type LinkStatus, type Live } from './host-link.ts'

test('a host that is tried in vain has been away since the first time, not since the last try', async () => {
  let now = 1_000
  const link = new HostLink({
    name: 'box',
    connection: 'box',
    open: () => Promise.reject(new AppError('HOST_UNREACHABLE', 'box does not answer')),
    now: () => now,
    backoffMs: () => 3_600_000,
    listener: {},
  })
  const fail = async (at: number) => {
    now = at
    await expect(link.connect()).rejects.toThrow('does not answer')
    return link.status
  }
  expect(await fail(2_000)).toMatchObject({ state: 'offline', since: 2_000 })
  expect(await fail(9_000)).toMatchObject({ state: 'offline', since: 2_000 })
  await link.close()
})

test('when our clock is set, a host is away for as long as before, and is tried as soon', async () => {
  let now = 1_000
  const seen: LinkStatus[] = []
  const link = new HostLink({
    name: 'box',
    connection: 'box',
    open: () => Promise.reject(new AppError('HOST_UNREACHABLE', 'box does not answer')),
    now: () => now,
    backoffMs: () => 3_600_000,
    listener: { changed: ({ status }) => seen.push(status) },
  })
  await expect(link.connect()).rejects.toThrow('does not answer')
  now -= 86_400_000
  link.clockSet(-86_400_000)
  expect(seen.at(-1)).toMatchObject({ state: 'offline', since: now, retryAt: now + 3_600_000 })
  await expect(link.connect()).rejects.toThrow('does not answer')
  expect(link.status).toMatchObject({ state: 'offline', since: now })
  await link.close()
})

test('woken while it is asked, a host is asked once more and then by one question at a time, as before', async () => {
  const answers: (() => void)[] = []
  const sample = {} as Awaited<ReturnType<Live['agent']['sample']>>
  const never = new Promise<Error>(() => undefined)
  const live = {
    transport: { lost: never, close: async () => undefined },
    agent: { lost: never, sample: () => new Promise(resolve => answers.push(() => resolve(sample))), close: () => undefined },
  } as unknown as Live
  let sampled = 0
  const link = new HostLink({
    name: 'box',
    connection: 'box',
    open: async () => ({ ...live, reason: null }),
    now: () => 0,
    backoffMs: () => 3_600_000,
    listener: {
      sampled: () => {
        sampled += 1
      },
    },
  })
  await link.connect()
  link.wake()
  link.wake()
  expect(answers).toHaveLength(3)
  for (const answer of answers) answer()
  await new Promise(setImmediate)
  expect(sampled).toBe(1)
  await link.close()
})

test('how old a sample is goes by a clock that nobody can set, and a host is asked for a new one by one question at a time', async () => {
  const answers: (() => void)[] = []
  const sample = { at: 0 } as Awaited<ReturnType<Live['agent']['sample']>>
  const never = new Promise<Error>(() => undefined)
  const live = {
    transport: { lost: never, close: async () => undefined },
    agent: { lost: never, sample: () => new Promise(resolve => answers.push(() => resolve(sample))), close: () => undefined },
  } as unknown as Live
  let steadyMs = 5_000
  const link = new HostLink({
    name: 'box',
    connection: 'box',
    open: async () => ({ ...live, reason: null }),
    now: () => 0,
    steadyNow: () => steadyMs,
    backoffMs: () => 3_600_000,
    listener: {},
  })
  onTestFinished(() => link.close())
  expect(await link.askSample(1)).toBe(false)
  await link.connect()
  expect(await link.askSample(1)).toBe(false)
  const asked = [link.askSample(60_000), link.askSample(60_000)]
  expect(answers).toHaveLength(1)
  answers[0]?.()
  expect(await Promise.all(asked)).toEqual([true, true])
  expect(link.sampledAtSteadyMs).toBe(5_000)
  link.clockSet(86_400_000)
  expect(link.sampledAtSteadyMs).toBe(5_000)
  steadyMs = 12_000
  const later = link.askSample(60_000)
  expect(answers).toHaveLength(2)
  answers[1]?.()
  expect(await later).toBe(true)
  expect(link.sampledAtSteadyMs).toBe(12_000)
})

test('why it is away, and since when, stays while it is tried again', async () => {
  let now = 1_000
  let code: 'KEY_LOCKED' | 'HOST_UNREACHABLE' = 'KEY_LOCKED'
  const seen: LinkStatus[] = []
  const link = new HostLink({
    name: 'box',
    connection: 'box',
    open: () => Promise.reject(new AppError(code, code)),
    now: () => now,
    backoffMs: () => 3_600_000,
    listener: { changed: ({ status }) => seen.push(status) },
  })
  const fail = async (at: number) => {
    now = at
    await expect(link.connect()).rejects.toThrow(code)
  }
  await fail(2_000)
  await fail(5_000)
  code = 'HOST_UNREACHABLE'
  await fail(9_000)
  expect(seen.map(({ state, since, error }) => [state, since, error?.code])).toEqual([
    ['connecting', 2_000, undefined],
    ['refused', 2_000, 'KEY_LOCKED'],
    ['connecting', 2_000, 'KEY_LOCKED'],
    ['refused', 2_000, 'KEY_LOCKED'],
    ['connecting', 2_000, 'KEY_LOCKED'],
    ['offline', 2_000, 'HOST_UNREACHABLE'],
  ])
  await link.close()
})

test('what stood in its way and is gone is no longer so for an attempt that had begun before', async () => {
  const attempts: PromiseWithResolvers<never>[] = []
  const link = new HostLink({
    name: 'box',
    connection: 'box',
    open: () => {
      const attempt = Promise.withResolvers<never>()
      attempts.push(attempt)
      return attempt.promise
    },
    now: () => 0,
    backoffMs: () => 3_600_000,
    listener: {},
  })
  link.start()
  link.tryAnew()
  expect(attempts.length).toBe(1)
  attempts[0]?.reject(new AppError('KEY_LOCKED', 'began with a locked key'))
  await waitFor(() => attempts.length === 2)
  attempts[1]?.reject(new AppError('KEY_LOCKED', 'the end'))
  await waitFor(() => link.status.state === 'refused')
  expect(attempts.length).toBe(2)
  await link.close()
})
