/** A job's workdir is copied on its host, which may take long: what happens when the core is killed meanwhile, or nobody wants it any more. */
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Gate, makeGate } from '../helpers/gate.ts'
import { processArguments, processName } from '../helpers/processes.ts'
import { openProduct, type Product } from '../helpers/product.ts'
import { openSshd, type Sshd } from '../helpers/sshd.ts'
import { waitFor, within } from '../helpers/wait.ts'

let box: Sshd
let product: Product
let cp: Gate
let folder: string
let count = 0

beforeAll(async () => {
  box = await openSshd({ path: dir => `${join(dir, 'gates')}:/usr/local/bin:/usr/bin:/bin` })
  product = await openProduct({ box })
  // No copy made ready beforehand: each job's own is waited for.
  expect(await product.drover(['config', 'set', 'push.spare_limit_bytes', '0'])).toMatchObject({ code: 0 })
  cp = makeGate(join(box.dir, 'gates'), 'cp', '-a')
})
beforeEach(async () => {
  folder = join(product.home.dir, `project-${count++}`)
  mkdirSync(folder)
  writeFileSync(join(folder, 'data'), 'the data\n')
  // What was written just before a scan is sent again by the next one.
  await waitFor(() => Date.now() > statSync(join(folder, 'data')).ctimeMs + 200, { what: 'time to pass' })
})
afterEach(() => cp.release())
afterAll(async () => {
  await product.close()
  await box.stop()
})

/** All of them, those that grow or are on their way out included. */
function workdirs(): string[] {
  const place = join(box.home, '.drover/workdirs')
  return existsSync(place) ? readdirSync(place).filter(name => !name.startsWith('.owner.')) : []
}

function begin() {
  cp.hold()
  return product.begin(['push', '--on', 'box', '--', 'ls -A; cat data'], { cwd: folder, input: '' })
}

test('the core is killed: one workdir is made, with nothing in it but the files', async () => {
  const before = workdirs()
  const push = begin()
  await cp.reached()
  await product.killCore()
  const id = await waitFor(
    async () => {
      const [job] = await product.jobs()
      return job?.progress?.phase === 'copying' && job.id
    },
    { timeoutMs: 30_000, what: 'a new core to wait for the copy' },
  )
  cp.release()
  expect(await within(push.done, { timeoutMs: 30_000, what: 'the end of the push' })).toEqual({
    code: 0,
    stdout: 'data\nthe data\n',
    stderr: '',
  })
  await waitFor(() => !box.pids().some(pid => processArguments(pid).includes('-a') && processName(pid) === 'cp'), {
    what: 'no copy to be made any more',
  })
  expect(workdirs().filter(name => !before.includes(name))).toEqual([id])
  expect(readdirSync(join(box.home, '.drover/workdirs', id))).toEqual(['data'])
})

test.each(['cancelled', 'cancelled and removed'])('the push is %s: nothing of the workdir stays', async how => {
  const before = workdirs()
  const push = begin()
  await cp.reached()
  push.child.kill('SIGINT')
  expect(await within(push.done, { timeoutMs: 30_000, what: 'the end of the push' })).toMatchObject({ code: 130, stdout: '' })
  const [job] = await product.jobs()
  expect(job).toMatchObject({ state: 'ended', outcome: 'cancelled' })
  if (how === 'cancelled and removed') expect(await product.drover(['rm', '-y', job?.id ?? ''])).toMatchObject({ code: 0 })
  cp.release()
  // The next one has to wait until that copy is made.
  expect(await product.drover(['push', '--on', 'box', '--', 'cat data'], { cwd: folder })).toMatchObject({ stdout: 'the data\n' })
  const [next] = await product.jobs()
  const wanted = [...before, next?.id].sort().join()
  await waitFor(() => workdirs().sort().join() === wanted, { timeoutMs: 20_000, what: 'one workdir more' })
})
