/** `drover daemon install` and `remove`, with a real manager of systemd, and where there is none. */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { isAlive } from '../helpers/processes.ts'
import { startProduct } from '../helpers/product.ts'
import { toolsWithout } from '../helpers/tools.ts'
import { startUserManager } from '../helpers/user-manager.ts'
import { waitFor } from '../helpers/wait.ts'

test('systemd keeps a core running, and starts it again when it is killed; jobs do not notice; remove takes away what was written', async () => {
  const product = await startProduct()
  const { systemctl } = await startUserManager(product.env, product.home.dir)
  const unit = join(product.home.dir, '.config/systemd/user/drover.service')
  const job = await product.running(['-n', '--', 'sleep 1000'])
  const before = product.corePid()

  const installed = await product.drover(['daemon', 'install'])
  expect(installed, installed.stderr).toMatchObject({ code: 0 })
  expect(installed.stdout).toContain(unit)
  expect(statSync(unit).mode & 0o777).toBe(0o600)
  const { pid } = await product.status()
  expect(isAlive(before)).toBe(false)
  expect(systemctl('show', '-P', 'MainPID', 'drover')).toBe(String(pid))
  expect(systemctl('is-enabled', 'drover')).toBe('enabled')
  expect(await product.reaches(job, 'running')).toMatchObject({ unknownSince: null })
  const local = await product.running(['-n', '--', 'sleep 1001'])
  expect((await product.drover(['daemon', 'status'])).stdout).toContain(`systemd keeps it running: ${unit}`)

  await product.killCore()
  await waitFor(() => Number(systemctl('show', '-P', 'MainPID', 'drover')) > pid, { what: 'the next core' })
  for (const id of [job, local]) await product.reaches(id, 'running')
  // Installed again it is the same, with one core.
  expect((await product.drover(['daemon', 'install'])).code).toBe(0)
  expect(systemctl('is-active', 'drover')).toBe('active')

  const removed = await product.drover(['daemon', 'remove'])
  expect(removed, removed.stderr).toMatchObject({ code: 0, stdout: `Removed: ${unit}\n` })
  expect(existsSync(unit)).toBe(false)
  expect(existsSync(join(dirname(unit), 'default.target.wants/drover.service'))).toBe(false)
  expect((await product.drover(['daemon', 'status'])).code).toBe(1)
  for (const id of [job, local]) await product.reaches(id, 'running')
  expect((await product.drover(['daemon', 'remove'])).stdout).toContain('no unit of ours')
})

test('without systemd, and with a unit that is not ours, nothing is written', async () => {
  const product = await startProduct()
  const unit = join(product.home.dir, '.config/systemd/user/drover.service')
  const noManager = await product.drover(['daemon', 'install'])
  expect(noManager.code).not.toBe(0)
  expect(noManager.stderr).toMatch(/systemd does not manage your user here/)
  const path = toolsWithout(product.home.dir, ['systemctl'])
  const noSystemd = await product.drover(['daemon', 'install'], { env: { PATH: path } })
  expect(noSystemd.stderr).toMatch(/no systemctl here.*start_at_login/)
  expect(existsSync(dirname(unit))).toBe(false)

  mkdirSync(dirname(unit), { recursive: true })
  writeFileSync(unit, '[Service]\nExecStart=/mine\n')
  for (const action of ['install', 'remove']) {
    const refused = await product.drover(['daemon', action])
    expect(refused.code).not.toBe(0)
    expect(refused.stderr).toContain('was not written by Drover')
  }
  expect(readFileSync(unit, 'utf8')).toBe('[Service]\nExecStart=/mine\n')
})
