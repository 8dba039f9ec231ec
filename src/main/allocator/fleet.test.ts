import { expect, test } from 'vitest'
import { type Policy, simulate } from '../../../test/helpers/fleet.ts'

test('a thousand launches on a hundred hosts land on an overloaded one far less often than by chance, in turn, or by the last sample', () => {
  const share = (policy: Policy) => simulate(policy, { seed: 7, hosts: 100, launches: 1_000 }).share
  const ours = share('ours')
  expect(ours).toBeLessThan(0.1)
  for (const other of ['random', 'round-robin', 'last-sample'] as const) expect(share(other)).toBeGreaterThan(0.3 + ours)
  expect(share('ours')).toBe(ours)
})
