/** Hosts in the window, on real sshd hosts: added, trusted, unlocked, tested, removed, taken over; settings; both themes. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, describe, expect, test } from 'vitest'
import { axeFindings } from '../helpers/axe.ts'
import { closeBrowser, openWindow } from '../helpers/browser.ts'
import { type Product, startProduct } from '../helpers/product.ts'
import { hostBlock, makeKey, type Sshd, startSshd } from '../helpers/sshd.ts'
import { listenSilently } from '../helpers/tcp.ts'
import { waitFor } from '../helpers/wait.ts'

afterAll(closeBrowser)

async function startHost(options: Parameters<typeof startSshd>[0] = {}): Promise<Sshd> {
  const sshd = await startSshd(options)
  return sshd
}

/** A person whose ~/.ssh/config knows `box`, whose key he has never seen. */
async function startUnknown(): Promise<{ sshd: Sshd; product: Product }> {
  const sshd = await startHost()
  const product = await startProduct({}, { sshConfig: hostBlock('box', sshd, sshd.userKeyPath), knownHosts: '' })
  return { sshd, product }
}

async function addHost(page: Page, connection: string): Promise<void> {
  await page.getByRole('banner').getByRole('button', { name: 'Add host' }).click()
  await page.getByLabel('Connection').fill(connection)
  await page.getByRole('dialog').getByRole('button', { name: 'Add host' }).click()
}

describe('adding a host', () => {
  test('an unknown key is shown with its fingerprint, trusted, and then the host is connected', async () => {
    const { sshd, product } = await startUnknown()
    const { page } = await openWindow(product)
    await addHost(page, 'box')
    const dialog = page.getByRole('dialog')
    await dialog.getByText(sshd.hostKeys[0]?.fingerprint ?? '').waitFor()
    expect(await axeFindings(page)).toEqual([])
    await dialog.getByRole('button', { name: 'It is this key' }).click()
    await dialog.getByText('takes jobs from now on').waitFor({ timeout: 30_000 })
    await dialog.getByRole('button', { name: 'Done' }).click()
    await page.getByText('2 of 2 hosts').waitFor()
    expect(readFileSync(product.home.knownHostsPath, 'utf8')).toContain(sshd.hostKeys[0]?.publicKey.split(' ')[1])
  })

  test('what is typed wrong is said before it is sent; what the core refuses is said beside it', async () => {
    const product = await startProduct()
    const { page } = await openWindow(product)
    await addHost(page, 'localhost')
    await page.getByText('is this machine').waitFor()
    await page.getByLabel('Connection').fill('me@box; rm')
    await page.getByText('It has no spaces in it').waitFor()
    expect(await page.getByRole('dialog').getByRole('button', { name: 'Add host' }).isDisabled()).toBe(true)
  })

  test('a locked key asks for its passphrase, a wrong one again', async () => {
    const sshd = await startHost()
    const keyPath = join(sshd.dir, 'locked')
    sshd.authorize(makeKey(keyPath, 'ed25519', 'open sesame').publicKey)
    const product = await startProduct({}, { sshConfig: hostBlock('box', sshd, keyPath), knownHosts: sshd.knownHosts() })
    const { page } = await openWindow(product)
    await addHost(page, 'box')
    const field = page.getByLabel('Passphrase')
    await field.fill('wrong')
    await page.keyboard.press('Enter')
    await page
      .getByRole('alert')
      .getByText(/passphrase/i)
      .waitFor({ timeout: 30_000 })
    expect(await field.inputValue()).toBe('')
    await field.fill('open sesame')
    await page.keyboard.press('Enter')
    await page.getByText('takes jobs from now on').waitFor({ timeout: 30_000 })
  })
})

test('a changed key is loud, shows both keys and the command, and cannot be clicked away', async () => {
  const { sshd, product } = await startUnknown()
  const other = makeKey(join(sshd.dir, 'other'))
  writeFileSync(product.home.knownHostsPath, `[${sshd.address}]:${sshd.port} ${other.publicKey}\n`)
  const { page } = await openWindow(product)
  await addHost(page, 'box')
  await page.getByRole('dialog').getByText('The key of box has changed').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('navigation').getByText('box').click()
  const alert = page.getByRole('alert').filter({ hasText: 'has changed' })
  await alert.getByText(other.fingerprint).waitFor()
  await alert.getByText(sshd.hostKeys[0]?.fingerprint ?? '').waitFor()
  await alert.getByText(`ssh-keygen -R '[${sshd.address}]:${sshd.port}' -f ${product.home.knownHostsPath}`).waitFor()
  expect(await alert.getByRole('button').allTextContents()).toEqual(['I did: try again'])
  expect(await axeFindings(page)).toEqual([])
})

test('a host is tested step by step, made the default, shows its disk, and is removed after a question', async () => {
  const product = await startProduct({ box: await startHost() })
  const { page } = await openWindow(product)
  await page.getByRole('navigation').getByText('box').click()
  const detail = page.getByRole('region', { name: 'Host box' })
  await detail.getByRole('button', { name: 'Test' }).click()
  await detail.getByRole('region', { name: 'Test' }).getByText('by ssh2').waitFor()
  await detail.getByRole('button', { name: 'Make default' }).click()
  await detail.getByRole('button', { name: 'Let auto choose' }).waitFor()
  expect(await product.call('config.get', {})).toMatchObject({ values: { default_host: 'box' } })
  expect(await product.call('host.next', {})).toEqual({ host: 'box' })
  await detail.getByText('off · switched on, it can play sound on this computer; it cannot record').waitFor()
  await detail.getByRole('button', { name: 'Let it be heard' }).click()
  await detail.getByText('on · it can play sound on this computer; it cannot record').waitFor()
  await detail.getByRole('button', { name: 'Switch its sound off' }).click()
  await detail.getByRole('button', { name: 'Let it be heard' }).waitFor()
  await detail.getByText('copies of folders').waitFor()
  await detail.getByRole('button', { name: 'What can be freed?' }).click()
  await detail.getByText('Nothing is old enough to go').waitFor()

  const id = await product.running(['--on', 'box', '-n', '--', 'sleep 1000'])
  await detail.getByRole('button', { name: 'Remove…' }).click()
  await page.getByRole('dialog').getByText(id.slice(0, 8)).waitFor()
  expect(await page.getByRole('dialog').getByRole('button', { name: 'Remove host' }).isDisabled()).toBe(true)
  await product.call('job.stop', { job: id, graceMs: 0 })
  await page.getByRole('dialog').getByRole('button', { name: 'Remove host' }).click()
  await page.getByText('1 of 1 host').waitFor()
})

test('a host that is gone shows since when, and the next try', async () => {
  const sshd = await startHost()
  const product = await startProduct({ box: sshd })
  const { page } = await openWindow(product)
  await page.getByText('2 of 2 hosts').waitFor()
  await sshd.kill()
  await page.getByRole('navigation').getByText('box').click()
  const why = page.getByRole('region', { name: 'Why it is not connected' })
  await why.getByText(/^Away for .*Next try in \d+ s\.$/).waitFor({ timeout: 30_000 })
  const tested = page.getByRole('region', { name: 'Test' })
  await why.getByRole('button', { name: 'Try now' }).click()
  await tested.getByRole('img', { name: 'failed' }).waitFor()
  await tested.getByRole('button', { name: 'Close' }).click()
  // One that takes connections and says nothing is tried for long: what is known of it stays meanwhile.
  const silent = await listenSilently(sshd)
  await why.getByText(/^Away for .*Trying…$/).waitFor({ timeout: 30_000 })
  await why.getByText('it refused the connection').waitFor()
  // A press joins the try that is under way, and is told what came of it.
  expect(await why.getByRole('button', { name: 'Try now' }).isEnabled()).toBe(true)
  await why.getByRole('button', { name: 'Try now' }).click()
  await page.getByRole('status', { name: 'Testing' }).waitFor()
  await silent.close()
  await tested.getByRole('img', { name: 'failed' }).waitFor()
  await sshd.restart()
  await page.getByText('2 of 2 hosts').waitFor({ timeout: 40_000 })
  await why.waitFor({ state: 'detached' })
})

test('hosts of ~/.ssh/config are taken over by their ticks', async () => {
  const sshd = await startHost()
  const lines = `${hostBlock('one', sshd, sshd.userKeyPath)}${hostBlock('two', sshd, sshd.userKeyPath)}`
  const product = await startProduct({}, { sshConfig: lines, knownHosts: sshd.knownHosts() })
  const { page } = await openWindow(product)
  await page.getByRole('heading', { name: 'Your machines' }).waitFor()
  await page.getByText('Your machines').waitFor()
  await page.keyboard.press('g')
  await page.keyboard.press('h')
  await page.getByRole('button', { name: 'Import…' }).click()
  await page.getByRole('checkbox', { name: 'two' }).uncheck()
  await page.getByRole('button', { name: 'Take over 1 host' }).click()
  await page.getByText('2 of 2 hosts').waitFor({ timeout: 30_000 })
  await page.getByRole('button', { name: 'Import…' }).click()
  expect(await page.getByRole('checkbox', { name: 'one' }).isDisabled()).toBe(true)
})

test('a first start runs the sample on local by one click', async () => {
  const product = await startProduct()
  const { page } = await openWindow(product)
  await page.getByRole('button', { name: 'Run it on local' }).click()
  await page.waitForURL(/#\/jobs\/[0-9a-f-]{36}$/)
  const [job] = await product.jobs()
  expect(job).toMatchObject({ host: 'local', command: { line: 'uname -a; uptime; df -h .' }, folder: null })
})

describe('settings', () => {
  test('a change is written to the file with its comments kept, and one made in the file is seen', async () => {
    const product = await startProduct()
    const { path } = await product.call('config.get', {})
    const { page } = await openWindow(product)
    const ofThisWindow = readFileSync(path, 'utf8')
    writeFileSync(path, `${ofThisWindow}# mine\nlog_level: debug # for now\n`)
    await page.getByRole('link', { name: 'Settings' }).click()
    const days = page.getByLabel('Keep files of ended jobs')
    await days.fill('soon')
    await days.press('Enter')
    await page.getByRole('alert').getByText('“soon” is no number').waitFor()
    await days.fill('-1')
    await days.press('Enter')
    await page.getByRole('alert').getByText('push.keep_finished_days').waitFor()
    await days.fill('7')
    await days.press('Enter')
    await waitFor(() => readFileSync(path, 'utf8').includes('keep_finished_days: 7'), { what: 'the setting in the file' })
    expect(readFileSync(path, 'utf8')).toContain('# mine\nlog_level: debug # for now\n')
    writeFileSync(path, `${ofThisWindow}# mine\nlog_level: warn\n`)
    await waitFor(async () => (await page.getByLabel('Log', { exact: true }).inputValue()) === 'warn', {
      what: 'the change in the form',
    })
    await page.getByRole('button', { name: /^Reset to .*: Log$/ }).click()
    await waitFor(() => !readFileSync(path, 'utf8').includes('warn'), { what: 'the default' })
  })

  test('a broken file is told with its place, and its form is read-only until it is mended', async () => {
    const product = await startProduct()
    const { path } = await product.call('config.get', {})
    const { page } = await openWindow(product)
    const ofThisWindow = readFileSync(path, 'utf8')
    await page.getByRole('link', { name: 'Settings' }).click()
    await page.getByLabel('Log', { exact: true }).waitFor()
    writeFileSync(path, `log_levle: debug\n${ofThisWindow}`)
    await page
      .getByRole('alert')
      .getByText(/config\.yaml:1/)
      .waitFor()
    expect(await page.getByLabel('Log', { exact: true }).isDisabled()).toBe(true)
    writeFileSync(path, `log_level: debug\n${ofThisWindow}`)
    await waitFor(async () => (await page.getByLabel('Log', { exact: true }).inputValue()) === 'debug', {
      what: 'the mended file',
    })
    expect(await page.getByLabel('Log', { exact: true }).isDisabled()).toBe(false)
  })

  test('the theme is kept by this browser; signing out ends this page too', async () => {
    const product = await startProduct()
    const { page } = await openWindow(product, { colorScheme: 'dark' })
    await page.getByRole('link', { name: 'Settings' }).click()
    await page.getByRole('radio', { name: 'Light' }).check()
    await page.reload()
    // An address that is opened asks once there is a core to ask.
    await page.getByLabel('Log', { exact: true }).waitFor()
    expect(await page.locator('html').getAttribute('data-theme')).toBe('light')
    await page.getByRole('button', { name: 'Sign out all browsers…' }).click()
    await page.getByRole('button', { name: 'Sign out all', exact: true }).click()
    await page.getByText('drover open').waitFor()
  })
})
