/** A terminal job that ends before what writes its log has even begun, as happens on a busy host: its output is all there. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { makeGate } from '../helpers/gate.ts'
import { startProduct } from '../helpers/product.ts'
import { startSshd } from '../helpers/sshd.ts'
import { waitFor } from '../helpers/wait.ts'

test('a short job whose log is begun late has its whole log when it is told ended', async () => {
  const box = await startSshd({ path: dir => `${join(dir, 'gates')}:/usr/local/bin:/usr/bin:/bin` })
  const log = makeGate(join(box.dir, 'gates'), 'sh', 'exec cat')
  onTestFinished(() => log.release())
  const product = await startProduct({ box })
  log.hold()
  const done = join(box.home, 'done')
  const { stdout } = await product.drover(['push', '-n', '-d', '--tty', '--on', 'box', '--', `echo all of it; : >${done}`])
  const id = stdout.trim()
  await log.reached()
  await waitFor(() => existsSync(done), { timeoutMs: 30_000, what: 'the job to run' })
  const doneAt = Date.now()
  const isEnded = () => existsSync(join(box.home, '.drover/jobs', id, 'exitcode'))
  await waitFor(() => isEnded() || Date.now() > doneAt + 1000, { what: 'time in which it must not be called ended' })
  expect(isEnded()).toBe(false)
  log.release()
  expect(await product.reaches(id, 'ended')).toMatchObject({ outcome: 'exited', exitCode: 0, logBytes: 'all of it\r\n'.length })
  expect((await product.drover(['logs', id])).stdout).toBe('all of it\r\n')
})
