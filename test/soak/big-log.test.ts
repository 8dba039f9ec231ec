import { expect, test } from 'vitest'
import { readLogSlowly } from '../helpers/slow-log.ts'

test('a log of 1 GiB passes through the core, which stays as small as it was', async () => {
  const { bytes, grownBytes } = await readLogSlowly(1024)
  console.info(`the core grew by ${(grownBytes / 1024 ** 2).toFixed(1)} MiB`)
  expect(bytes).toBe(1024 ** 3)
  expect(grownBytes).toBeLessThan(30 * 1024 ** 2)
})
