/** `drover daemon stop` says what becomes of the jobs that have not ended: only what runs on its host goes on without a core. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { makeGate } from '../helpers/gate.ts'
import { startProduct } from '../helpers/product.ts'
import { startSshd } from '../helpers/sshd.ts'
import { waitFor } from '../helpers/wait.ts'

test('jobs that run go on, those on their way wait for the next core, and of those on a lost host nothing is claimed', async () => {
  const box = await startSshd()
  const product = await startProduct({ box }, { path: home => `${join(home, 'gates')}:/usr/local/bin:/usr/bin:/bin` })
  const git = makeGate(join(product.home.dir, 'gates'), 'git')
  onTestFinished(() => git.release())
  const folder = join(product.home.dir, 'project')
  mkdirSync(folder)
  writeFileSync(join(folder, 'data'), 'the data\n')
  const sleeping = ['-n', '--no-tty', '--', 'exec sleep 1000']
  await product.running(['--on', 'box', ...sleeping])
  await product.running(['--on', 'local', ...sleeping])
  await product.running(['--on', 'local', ...sleeping])
  await box.kill()
  await waitFor(async () => (await product.status()).unknownJobs === 1, { timeoutMs: 30_000, what: 'the loss of box' })
  git.hold()
  const queued = await product.drover(['push', '-d', '--no-tty', '--on', 'local', '--', 'cat data'], { cwd: folder })
  await git.reached()

  expect(await product.drover(['daemon', 'stop'])).toEqual({
    code: 0,
    stdout: 'The core has ended; 2 jobs go on; 1 job waits for the next core; 1 job is unknown\n',
    stderr: '',
  })
  git.release()
  expect(await product.reaches(queued.stdout.trim(), 'ended')).toMatchObject({ outcome: 'exited', exitCode: 0 })
  const after = JSON.parse((await product.drover(['daemon', 'stop', '--json'])).stdout)
  expect(after).toMatchObject({ isRunning: false, runningJobs: 2, comingJobs: { queued: 0, syncing: 0, starting: 0 } })
})

test('a job is stopped by the first command after it, though its host is yet to be connected', async () => {
  const box = await startSshd()
  const product = await startProduct({ box })
  for (const host of ['local', 'box']) {
    const id = await product.running(['-n', '--no-tty', '--on', host, '--', 'exec sleep 1000'])
    await product.drover(['daemon', 'stop'])
    const { code, stdout, stderr } = await product.drover(['stop', id.slice(0, 8)])
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: expect.stringContaining('stopped'), stderr: '' })
  }
})
