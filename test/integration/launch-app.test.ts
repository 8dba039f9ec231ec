/** Apps of the catalogue, launched as their entries say: by a menu, by the window. */
import { execFileSync } from 'node:child_process'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { entryText, writeEntry } from '../helpers/app-host.ts'
import { type LaunchStage, openLaunchStage } from '../helpers/launch-stage.ts'
import { Pane } from '../helpers/pane.ts'
import { DROVER } from '../helpers/product.ts'
import { hostBlock, makeKey } from '../helpers/sshd.ts'
import { waitFor } from '../helpers/wait.ts'

let stage: LaunchStage

beforeAll(async () => {
  stage = await openLaunchStage()
})

afterAll(async () => {
  await stage.close()
})

test('an app of a host is launched by its entry in the menu, with a file of this computer', async () => {
  const { product, box, desktop } = stage
  const command = `foot -T "of the menu" sh -c "echo more >>\\\\"\\\\$1\\\\"; exec sleep 100" sh %f`
  writeEntry(box.home, 'editor.desktop', entryText({ Name: 'Editor', Exec: command }))
  const known = async () => (await product.call('app.list', { query: 'editor' })).apps.find(({ id }) => id === 'editor')
  await product.call('app.refresh', {})
  await waitFor(async () => await known(), { what: 'the app to be known' })
  expect(await product.drover(['desktop', 'install', 'editor'])).toMatchObject({ code: 0 })
  const entry = join(product.home.dir, '.local/share/applications/drover-editor.desktop')
  execFileSync('desktop-file-validate', [entry])
  const exec = /^Exec=(.*)$/m.exec(readFileSync(entry, 'utf8'))?.[1] ?? ''
  const file = join(product.home.dir, 'a letter.txt')
  writeFileSync(file, 'first\n')
  const words = exec
    .split(' ')
    .slice(1)
    .map(word => (word === '%U' ? file : word))
  expect(await product.drover(words)).toMatchObject({ code: 0, stderr: '' })
  await stage.windows('foot')
  expect((await desktop.windows())[0]?.title).toBe('of the menu')
  await waitFor(() => readFileSync(file, 'utf8') === 'first\nmore\n', { timeoutMs: 20_000, what: 'the file to come back' })
  expect(await known()).toMatchObject({ uses: 1 })
  await desktop.closeWindows()
})

test('--dry-run only says where; a program of the terminal is attached to, at a terminal and by --cli', async () => {
  const { product, box } = stage
  const command = `sh -c "stty size; pwd; echo hello \\$WHOM; read x; exit \\$x" sh %U`
  writeEntry(box.home, 'typed.desktop', entryText({ Name: 'Typed', Exec: command, Terminal: 'true', Path: '/usr/share' }))
  await product.call('app.refresh', {})
  await waitFor(async () => (await product.call('app.list', { query: 'typed' })).apps.length === 1, { what: 'the app' })
  const before = (await product.jobs()).length
  const placed = await product.drover(['launch', '--app', 'typed', '--dry-run'])
  expect(placed).toMatchObject({ code: 0, stdout: expect.stringMatching(/^box: /) })
  // Its program is on this computer too; the app is not.
  await product.drover(['host', 'drain', 'box'])
  const drained = await product.drover(['launch', '--app', 'typed', '--dry-run'])
  expect(drained).toMatchObject({ stdout: '', stderr: expect.stringContaining('box') })
  await product.drover(['host', 'undrain', 'box'])
  expect(await product.jobs()).toHaveLength(before)

  const pane = Pane.open({ env: { ...product.env, TERM: 'tmux-256color' }, columns: 90, rows: 20 })
  for (const more of ['', '--cli']) {
    pane.line(`clear; ${DROVER} launch ${more} -e WHOM=you --app typed; echo "code $?"`)
    expect(await pane.sees('hello you')).toMatch(/^19 90\n\/usr\/share\nhello/m)
    pane.line('7')
    await pane.sees('Press any key')
    pane.keys('Enter')
    await pane.sees('code 7')
  }
  const silent = await product.drover(['launch', '--silent', '--app', 'typed'])
  expect(silent).toEqual({ code: 0, stdout: '', stderr: '' })
  await product.drover(['stop', (await product.jobs())[0]?.id ?? ''])
})

test('a key that was unlocked serves the connection that draws as well, and is asked for before', async () => {
  const { product, box, desktop, windows } = stage
  const key = makeKey(join(product.home.dir, 'locked'), 'ed25519', 'open sesame')
  // No other one is let in from now on.
  writeFileSync(join(box.dir, 'authorized_keys'), `${key.publicKey}\n`)
  appendFileSync(product.home.sshConfigPath, hostBlock('guarded', box, key.path))
  await product.drover(['host', 'add', 'guarded'])
  const foot = ['launch', '--on', 'guarded', '-d', 'foot']
  const refused = await product.drover(foot)
  expect(refused.code).not.toBe(0)
  expect(refused.stderr).toContain(`${key.path}, which needs its passphrase`)
  expect(await product.drover(['unlock', '--stdin', key.path], { input: 'open sesame\n' })).toMatchObject({ code: 0 })
  expect(await product.drover(foot)).toMatchObject({ code: 0, stderr: '' })
  await windows('foot')
  await desktop.closeWindows()
  await windows()
})
