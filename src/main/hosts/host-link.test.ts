import { expect, test } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { HostLink, type Live } from './host-link.ts'

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
