/** A host on which more than a thousand jobs have ended: it is connected to, listed, measured and cleaned up as any other. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemPaths } from '../../src/main/config/paths.ts'
import type { JobRow } from '../../src/main/store/job-table.ts'
import { openStore } from '../../src/main/store/store.ts'
import { copyJobs } from '../helpers/many-host-jobs.ts'
import { type Product, startProduct } from '../helpers/product.ts'
import { type Sshd, startSshd } from '../helpers/sshd.ts'
import { waitFor } from '../helpers/wait.ts'

/** What grows faster than they do takes minutes with so many, and the test its time-out. */
const COUNT = 1_500

test('clean-up removes their workdirs; they are listed as before, and new ones run', async () => {
  const { product, sshd, ids } = await makeGround({})
  expect((await product.drover(['ls', '-a'])).stdout.trimEnd().split('\n')).toHaveLength(COUNT + 1)
  expect((await product.call('disk.usage', { host: 'box' })).hosts[0]?.error).toBeNull()
  const [gone] = (await product.call('disk.gc', { host: 'box', olderThanMs: 0 })).hosts
  expect(gone?.error).toBeNull()
  expect(new Set(gone?.removed.map(({ id }) => id))).toEqual(new Set(ids))
  expect(readdirSync(join(sshd.home, '.drover/workdirs'))).toEqual([])
  expect(await product.drover(['push', '--on', 'box', '-n', '--', 'echo hello'])).toMatchObject({ code: 0, stdout: 'hello\n' })
  const [job] = ids
  expect(await product.drover(['logs', job ?? ''])).toMatchObject({ code: 0, stdout: 'hello\n' })
})

test('those that ran when the core was last there are known to have ended soon after it is back', async () => {
  const { product } = await makeGround({ state: 'running', outcome: null, exitCode: null, endedAt: null })
  const ended = async () => (await product.jobs()).filter(({ outcome }) => outcome === 'exited')
  await waitFor(async () => (await ended()).length === COUNT + 1, { timeoutMs: 60_000, what: 'all of them to have ended' })
})

/** `known`: what the core knows of them, in place of how they ended. */
async function makeGround(known: Partial<JobRow>): Promise<{ product: Product; sshd: Sshd; ids: string[] }> {
  const sshd = await startSshd()
  const product = await startProduct({ box: sshd })
  expect((await product.drover(['push', '--on', 'box', '-n', '--', 'echo hello'])).code).toBe(0)
  const [job] = await product.jobs()
  await product.drover(['daemon', 'stop'])
  const store = openStore(systemPaths(product.env).databaseFile)
  const model = store.jobs.get(job?.id ?? '')
  store.close()
  if (!model) throw new Error('The job to copy is not in the store')
  const ids = copyJobs({ product, sshd, model, known, count: COUNT })
  await waitFor(async () => (await product.status()).hosts.every(({ state }) => state === 'connected'), { what: 'the host' })
  return { product, sshd, ids: [...ids, model.id] }
}
