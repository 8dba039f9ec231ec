/** Views and dialogs about hosts, settings and keys, asked by axe in both themes. */
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { axeFindings } from '../helpers/axe.ts'
import { closeBrowser, openWindow } from '../helpers/browser.ts'
import { startProduct } from '../helpers/product.ts'
import { hostBlock, makeKey, type Sshd, startSshd } from '../helpers/sshd.ts'

afterAll(closeBrowser)

for (const colorScheme of ['dark', 'light'] as const) {
  test(`no findings of axe, ${colorScheme}: first start, hosts, settings, add, import, unlock, trust, keys, palette`, async () => {
    const { sshd, keyPath } = await startLocked()
    const other = await startSshd()
    const product = await startProduct(
      {},
      {
        sshConfig: hostBlock('vault', sshd, keyPath) + hostBlock('newcomer', other, other.userKeyPath),
        knownHosts: sshd.knownHosts(),
      },
    )
    const { page, address } = await openWindow(product, { colorScheme })
    const look = async (what: string) => expect({ what, findings: await axeFindings(page) }).toEqual({ what, findings: [] })
    const dialog = page.getByRole('dialog')
    await page.getByRole('heading', { name: 'Welcome to Drover' }).waitFor()
    await page.getByRole('checkbox', { name: 'vault' }).waitFor()
    await look('first start')
    await page.goto(`${address}/#/hosts/local`)
    await page.getByText('copies of folders').waitFor()
    await look('a host')
    await page.getByRole('button', { name: 'Import…' }).click()
    await dialog.getByRole('checkbox', { name: 'vault' }).waitFor()
    await look('import')
    await dialog.getByRole('button', { name: 'Take over 2 hosts' }).click()
    await dialog.waitFor({ state: 'detached' })
    await page.goto(`${address}/#/hosts/vault`)
    await page.getByRole('region', { name: 'Why it is not connected' }).waitFor()
    await look('a host that is refused')
    await page.getByRole('button', { name: 'Unlock key…' }).click()
    await dialog.getByLabel('Passphrase').fill('wrong')
    await look('unlock')
    await page.keyboard.press('Enter')
    await dialog.getByRole('alert').getByText('That is not the passphrase').waitFor()
    await look('unlock, in vain')
    await page.keyboard.press('Escape')
    await page.goto(`${address}/#/hosts/newcomer`)
    await page.getByRole('button', { name: 'Compare keys…' }).click()
    await dialog.getByText(other.hostKeys[0]?.fingerprint ?? '').waitFor()
    await look('trust')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Remove…' }).click()
    await dialog.getByText('Drover forgets it').waitFor()
    await look('remove')
    await page.keyboard.press('Escape')
    await page.getByRole('link', { name: 'Overview' }).click()
    await page.getByRole('region', { name: 'Needs you' }).getByText('vault', { exact: true }).waitFor()
    await look('overview')
    await page.getByRole('link', { name: 'Settings' }).click()
    await page.getByLabel('Log', { exact: true }).waitFor()
    await look('settings')
    await page.getByRole('button', { name: 'Sign out all browsers…' }).click()
    await dialog.waitFor()
    await look('sign out')
    await page.keyboard.press('Escape')
    await page.keyboard.press('?')
    await page.getByRole('heading', { name: 'Keys' }).waitFor()
    await look('keys')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+K')
    await page.getByRole('combobox', { name: 'Find and do anything' }).fill('host')
    await look('palette')
    await page.keyboard.press('Escape')
    await page.getByRole('banner').getByRole('button', { name: 'Add host' }).click()
    await page.getByLabel('Connection').fill('a b')
    await look('add')
  })
}

async function startLocked(): Promise<{ sshd: Sshd; keyPath: string }> {
  const sshd = await startSshd()
  const keyPath = join(sshd.dir, 'locked')
  sshd.authorize(makeKey(keyPath, 'ed25519', 'open sesame').publicKey)
  return { sshd, keyPath }
}
