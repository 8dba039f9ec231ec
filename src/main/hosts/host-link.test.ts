import { expect, test } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { HostLink } from './host-link.ts'

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
