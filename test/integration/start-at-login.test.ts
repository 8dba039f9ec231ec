/** `start_at_login`: the entry is that of the product, and what a desktop makes of it starts a core. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DROVER, startProduct } from '../helpers/product.ts'
import { waitFor } from '../helpers/wait.ts'

test('the entry comes and goes with the setting; a desktop starts a core by it; a config that cannot be read changes nothing', async () => {
  const product = await startProduct()
  const entry = join(product.home.dir, '.config/autostart/drover.desktop')
  await product.drover(['daemon', 'start'])
  expect(existsSync(entry)).toBe(false)
  await product.drover(['config', 'set', 'start_at_login', 'true'])
  await waitFor(() => existsSync(entry))
  execFileSync('desktop-file-validate', [entry])
  expect(readFileSync(entry, 'utf8')).toContain(`Exec="${DROVER}" "daemon" "start"`)

  await product.drover(['daemon', 'stop'])
  // As GNOME and others start it.
  execFileSync('gio', ['launch', entry], { env: { ...product.env, DBUS_SESSION_BUS_ADDRESS: '' }, stdio: 'ignore' })
  const pid = await waitFor(() => product.corePid(), { what: 'the core that the desktop started' })

  const config = join(product.home.dir, '.config/drover/config.yaml')
  const before = readFileSync(config, 'utf8')
  writeFileSync(config, 'start_at_login: perhaps\n')
  await waitFor(async () => (await product.status()).configError !== null)
  await product.killCore()
  await waitFor(async () => (await product.status()).configError !== null)
  expect(product.corePid()).not.toBe(pid)
  expect(existsSync(entry)).toBe(true)
  writeFileSync(config, before)
  await product.drover(['config', 'set', 'start_at_login', 'false'])
  await waitFor(() => !existsSync(entry))
})
