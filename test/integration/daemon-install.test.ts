/** `drover daemon install` and `remove`, with a real manager of systemd, and where there is none. */
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
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
  // Its number may be a smaller one: they begin anew.
  await waitFor(() => !['0', String(pid)].includes(systemctl('show', '-P', 'MainPID', 'drover')), { what: 'the next core' })
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

test('with a unit no core runs beside it: whatever starts one starts that, and stopped is stopped', async () => {
  const product = await startProduct()
  const { systemctl } = await startUserManager(product.env, product.home.dir)
  const mainPid = () => Number(systemctl('show', '-P', 'MainPID', 'drover'))
  const unit = join(product.home.dir, '.config/systemd/user/drover.service')
  expect((await product.drover(['daemon', 'install'])).code).toBe(0)

  expect((await product.drover(['daemon', 'stop'])).stdout).toContain('The core has ended')
  expect(systemctl('show', '-P', 'ActiveState', 'drover')).toBe('inactive')
  expect(await product.drover(['daemon', 'status'])).toMatchObject({ code: 1, stdout: expect.stringContaining('by systemd') })
  expect((await product.drover(['ls'])).code).toBe(0)
  expect((await product.status()).pid).toBe(mainPid())

  // Before systemd itself would start it again.
  await product.killCore()
  expect((await product.status()).pid).toBe(mainPid())
  await product.killCore()
  expect((await product.drover(['daemon', 'stop'])).stdout).toBe('No core runs.\n')
  expect(systemctl('show', '-P', 'ActiveState', 'drover')).toBe('inactive')

  // One of before there was a unit.
  renameSync(unit, `${unit}.away`)
  const { pid } = await product.status()
  expect(pid).not.toBe(mainPid())
  renameSync(`${unit}.away`, unit)
  expect((await product.drover(['daemon', 'status'])).stdout).toContain('runs beside its unit')
  expect((await product.drover(['daemon', 'restart'])).code).toBe(0)
  expect((await product.status()).pid).toBe(mainPid())
  expect((await product.drover(['daemon', 'status'])).stdout).toContain('systemd keeps it running')

  // A core of other files is another's.
  const elsewhere = { XDG_DATA_HOME: join(product.home.dir, 'elsewhere') }
  const other = JSON.parse((await product.drover(['status', '--json'], { env: elsewhere })).stdout) as { pid: number }
  expect([mainPid(), (await product.status()).pid]).not.toContain(other.pid)
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
