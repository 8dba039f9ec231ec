/** What the desktop is told of jobs, read back from a real notification service on a real bus. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { entryText, writeEntry } from '../helpers/app-host.ts'
import { connectClient } from '../helpers/bus-client.ts'
import { type Desktop, startDesktop } from '../helpers/desktop.ts'
import { makeBrowsers } from '../helpers/fake-browser.ts'
import { startProduct } from '../helpers/product.ts'
import { type Sshd, startSshd } from '../helpers/sshd.ts'
import type { TestHomeOptions } from '../helpers/test-home.ts'
import { trayOn } from '../helpers/tray.ts'
import { waitFor } from '../helpers/wait.ts'

/** The core is a child of the first command line, which has the desktop's environment. */
const startOn = (desktop: Desktop, hosts: Readonly<Record<string, Sshd>> = {}, options: TestHomeOptions = {}) =>
  startProduct(hosts, { ...options, env: desktop.env })

test('a job that fails is told, one that goes well or is stopped is not', async () => {
  const desktop = await startDesktop()
  const sshd = await startSshd()
  const product = await startOn(desktop, { box: sshd })
  const push = (...command: string[]) => product.drover(['push', '-d', '--on', 'box', '-n', '--', ...command])
  await push('true')
  const stopped = await product.running(['--on', 'box', '-n', '--', 'sleep 1000'])
  await product.drover(['stop', stopped])
  await push('echo "<b>no & tag</b>" >/dev/null; exit 3')
  await waitFor(async () => (await desktop.shown()) > 0, { what: 'a notification' })
  const [first, ...others] = await desktop.read()
  expect(others).toEqual([])
  expect(first).toMatchObject({ appname: 'Drover' })
  expect(first?.summary).toBe('echo "<b>no & tag</b>" >/dev/null; exit 3 failed')
  expect(first?.body).toMatch(/^done \[3\] on box after 0:00:0\d \([0-9a-f]{8}\)$/)
})

test('many at once are one; who watched it fail is not told; by the config nobody is', async () => {
  const desktop = await startDesktop()
  const product = await startOn(desktop)
  const summaries = async () => (await desktop.read()).map(({ summary }) => summary)
  for (const way of [[], ['--json']]) expect((await product.drover(['push', '-n', ...way, '--', 'exit 4'])).code).toBe(4)
  // However slowly they end: six are told one by one in a minute, and what is left of so many then is more than is told so.
  for (let code = 11; code <= 20; code++)
    await product.running(['-n', '--', `until [ -e ~/go ]; do sleep 0.1; done; exit ${code}`])
  writeFileSync(join(product.home.dir, 'go'), '')
  const count = (told: string[]) => told.reduce((sum, text) => sum + Number(/^(\d+) jobs failed$/.exec(text)?.[1] ?? 1), 0)
  let failed: string[] = []
  const areAllTold = async () => {
    failed = await summaries()
    return count(failed) >= 10
  }
  await waitFor(areAllTold, { timeoutMs: 90_000, what: 'ten failures' })
  expect(failed).not.toContain('exit 4 failed')
  expect(count(failed)).toBe(10)
  expect(failed.length).toBeLessThanOrEqual(7)

  await product.drover(['config', 'set', 'notifications.failed', 'false'])
  await product.drover(['config', 'set', 'notifications.long_job_seconds', '1'])
  await product.drover(['push', '-d', '-n', '--', 'exit 6'])
  await product.drover(['push', '-d', '-n', '--', 'sleep 2'])
  let told: string[] = []
  const isMoreTold = async () => {
    told = await summaries()
    return told.length > failed.length
  }
  await waitFor(isMoreTold, { timeoutMs: 90_000, what: 'the notification of the long one' })
  expect(told).toEqual([...failed, 'sleep 2 is done'])
}, 240_000)

test('what quiet hours held back is told by the next core, also when the first was killed', async () => {
  const desktop = await startDesktop()
  const product = await startOn(desktop)
  await product.drover(['config', 'set', 'notifications.quiet_from', '00:00'])
  await product.drover(['config', 'set', 'notifications.quiet_to', '23:59'])
  await product.drover(['push', '-d', '-n', '--', 'exit 3'])
  const database = join(product.home.dir, '.local/share/drover/drover.db')
  await waitFor(() => [database, `${database}-wal`].some(path => readFileSync(path, 'latin1').includes('exit 3 failed')), {
    what: 'the news to be kept',
  })
  await product.killCore()
  expect((await product.drover(['config', 'set', 'notifications.quiet_from', 'null'], { env: desktop.env })).code).toBe(0)
  await waitFor(async () => (await desktop.shown()) > 0, { what: 'the notification' })
  expect(await desktop.read()).toMatchObject([{ summary: 'exit 3 failed' }])
})

test('a click opens the window at the job, on the desktop last heard of', async () => {
  const desktop = await startDesktop()
  const product = await startOn(desktop, {}, { path: home => `${home}/programs:${process.env.PATH}` })
  const browser = join(product.home.dir, 'programs/chromium')
  const record = join(product.home.dir, 'opened')
  mkdirSync(join(product.home.dir, 'programs'))
  writeFileSync(browser, `#!/bin/sh\ncat "\${1#--app=file://}" >"${record}"; echo "$DISPLAY" >>"${record}"; sleep 5\n`)
  chmodSync(browser, 0o755)
  const pushed = await product.drover(['push', '-d', '-n', '--', 'exit 3'])
  await waitFor(async () => (await desktop.shown()) > 0, { what: 'a notification' })
  await desktop.click()
  await waitFor(() => existsSync(record) && readFileSync(record, 'utf8').includes(desktop.env.DISPLAY), { what: 'the window' })
  expect(readFileSync(record, 'utf8')).toContain(`to=/jobs/${pushed.stdout.trim()}`)
})

test('log and run again are chosen in the desktop’s own menu; a muted host and quiet hours are heeded', async () => {
  const desktop = await startDesktop()
  const product = await startOn(desktop, {}, { path: home => `${home}/programs:${process.env.PATH}` })
  const browser = makeBrowsers(join(product.home.dir, 'programs'), { chromium: 'exec sleep 60' })
  const ended = (count: number) =>
    waitFor(async () => (await product.jobs()).filter(job => job.state === 'ended').length === count, { what: `${count} ends` })
  const id = (await product.drover(['push', '-d', '-n', '--', 'exit 3'])).stdout.trim()
  await waitFor(async () => (await desktop.shown()) > 0, { what: 'a notification' })
  await desktop.choose('Log')
  expect((await browser.started('chromium')).page).toContain(`to=/jobs/${id}/log`)
  await desktop.read()
  await product.drover(['push', '-d', '-n', '--', 'exit 2'])
  await waitFor(async () => (await desktop.shown()) > 0, { what: 'the next notification' })
  await desktop.choose('Run again')
  await ended(3)
  await waitFor(async () => (await desktop.read()).length === 3, { what: 'all to be told' })

  await product.drover(['config', 'set', 'notifications.muted_hosts', '[local]'])
  await product.drover(['push', '-d', '-n', '--', 'exit 4'])
  await ended(4)
  await product.drover(['config', 'set', 'notifications.muted_hosts', 'null'])
  const minute = (ms: number) => new Date(Date.now() + ms).toTimeString().slice(0, 5)
  await product.drover(['config', 'set', 'notifications.quiet_from', minute(-3_600_000)])
  await product.drover(['config', 'set', 'notifications.quiet_to', minute(3_600_000)])
  await product.drover(['push', '-d', '-n', '--', 'exit 5'])
  await product.drover(['push', '-d', '-n', '--', 'exit 6'])
  await ended(6)
  // What is told together is gathered for half a second.
  for (const until = performance.now() + 1_500; performance.now() < until; await delay(250))
    expect(await desktop.read()).toHaveLength(3)
  // They end: what failed meanwhile is told, and nothing of the muted host.
  await waitFor(async () => {
    await product.call('config.set', { key: 'notifications.quiet_to', value: minute(-60_000) })
    return (await desktop.shown()) > 0
  })
  const told = (await desktop.read()).slice(3)
  expect(told.map(({ summary }) => summary)).toEqual(['While it was quiet: 2 jobs failed'])
})

test('what was chosen in the tray and did not work is told, and a file that both sides changed', async () => {
  const desktop = await startDesktop()
  const box = await startSshd()
  const product = await startOn(desktop, { box })
  writeEntry(product.home.dir, 'gone.desktop', entryText({ Name: 'Gone', Exec: 'no-such-program', Terminal: 'true' }))
  const waits = `sh -c "until [ -e ~/go ]; do sleep 0.1; done; echo there >>\\\\"\\\\$1\\\\"" sh %f`
  writeEntry(box.home, 'edits.desktop', entryText({ Name: 'Edits', Exec: waits, Terminal: 'true' }))
  await product.call('app.refresh', {})
  await waitFor(async () => (await product.call('app.list', { host: 'box', query: 'edits' })).apps.length === 1)
  await product.drover(['favourite', 'add', 'gone'])
  const tray = await trayOn(connectClient(desktop.env.DBUS_SESSION_BUS_ADDRESS))
  await waitFor(async () => (await tray.labels())[0] === 'Gone')
  await tray.choose('Gone', 'On the best host')
  await waitFor(async () => (await desktop.shown()) > 0, { what: 'the notification' })
  const [failure] = await desktop.read()
  expect(failure?.summary).toBe('The app could not be launched')
  expect(failure?.body).toContain('no-such-program is not installed on local')

  const file = join(product.home.dir, 'letter.txt')
  writeFileSync(file, 'first\n')
  expect(await product.drover(['launch', '--app', 'edits', '--', file])).toMatchObject({ code: 0 })
  writeFileSync(file, 'here\n')
  writeFileSync(join(box.home, 'go'), '')
  await waitFor(async () => (await desktop.shown()) > 0, { timeoutMs: 20_000, what: 'the news of the file' })
  expect((await desktop.read()).at(-1)).toMatchObject({ summary: 'letter.txt was changed here and on box' })
  expect(readFileSync(file, 'utf8')).toBe('here\n')
})

test('a bus that goes away, and none at all, harm nothing', async () => {
  const desktop = await startDesktop()
  const product = await startOn(desktop)
  await product.drover(['push', '-d', '-n', '--', 'exit 3'])
  await waitFor(async () => (await desktop.shown()) > 0, { what: 'a notification' })
  desktop.killBus()
  const pid = product.corePid()
  await product.drover(['push', '-d', '-n', '--', 'exit 4'])
  await waitFor(() => /a notification could not be shown/.test(product.coreLog()), { what: 'the log to say so' })
  expect(product.corePid()).toBe(pid)
})
