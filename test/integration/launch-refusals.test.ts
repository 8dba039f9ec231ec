/** What stands in an app's way is said before anything is begun, with where it is and what to do. */

import { spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Compositor, startCompositor } from '../helpers/compositor.ts'
import { openProduct, type Product } from '../helpers/product.ts'
import { openSshd, type Sshd } from '../helpers/sshd.ts'
import { toolsWithout } from '../helpers/tools.ts'

let bare: Sshd
let box: Sshd
let closed: Sshd
let desktop: Compositor
let product: Product

beforeAll(async () => {
  ;[bare, box, closed, desktop] = await Promise.all([
    openSshd(),
    openSshd(),
    openSshd({ extraConfig: ['AllowStreamLocalForwarding no'] }),
    startCompositor(),
  ])
  const folder = join(box.home, 'bin')
  mkdirSync(folder)
  copyFileSync('/bin/sleep', join(folder, 'firefox'))
  // A login shell has its PATH from the profile.
  writeFileSync(join(bare.home, '.profile'), `PATH=${toolsWithout(bare.dir, ['waypipe', 'foot'])}\n`)
  writeFileSync(join(box.home, '.profile'), `PATH=${folder}:$PATH\n`)
  product = await openProduct({ bare, box, closed }, { env: { WAYLAND_DISPLAY: desktop.socketPath } })
})

afterAll(async () => {
  await product.close()
  await Promise.all([bare.stop(), box.stop(), closed.stop(), desktop.stop()])
})

const launch = (args: readonly string[], env: Record<string, string> = {}) => product.drover(['launch', ...args], { env })

async function isRefused(args: readonly string[], words: readonly string[], env: Record<string, string> = {}): Promise<void> {
  const before = (await product.jobs()).length
  const { code, stdout, stderr } = await launch(args, env)
  expect({ code, stdout }, stderr).toEqual({ code: 125, stdout: '' })
  for (const word of words) expect(stderr).toContain(word)
  expect(await product.jobs()).toHaveLength(before)
}

test('an app that is not installed there', async () => {
  await isRefused(['--on', 'bare', 'foot'], ['foot is not installed on bare'])
})

test('a host without waypipe: the line that installs it', async () => {
  await isRefused(
    ['--on', 'bare', 'weston-flower'],
    ['waypipe is not installed on bare', 'Install it: ssh -t bare sudo apt-get install waypipe'],
  )
})

test('a host that lets no socket be forwarded', async () => {
  await isRefused(['--on', 'closed', 'foot'], ['closed lets no socket be forwarded', 'AllowStreamLocalForwarding yes'])
})

test('no desktop here, one that is gone, and one that knows X11 only', async () => {
  await isRefused(['--on', 'box', 'foot'], ['No Wayland here: nobody answers at /no/such'], { WAYLAND_DISPLAY: '/no/such' })
  await isRefused(['--on', 'box', 'foot'], ['No Wayland here', 'only X11 runs here'], { WAYLAND_DISPLAY: '', DISPLAY: ':99' })
})

test('an app that draws by X11 only', async () => {
  await isRefused(['--on', 'box', 'xdotool'], ['xdotool on box draws by X11 only', '--on local'])
})

test('an app of one instance that runs there already: on another screen, so one of its own is offered', async () => {
  const other = spawn(join(box.home, 'bin/firefox'), ['600'], { stdio: 'ignore' })
  try {
    await isRefused(['--on', 'box', 'firefox', '1'], ['firefox runs on box already', `PID ${other.pid}`, '--new-instance'])
    const own = await launch(['--on', 'box', '--new-instance', '--', 'firefox', '0'])
    // What stands for it is sleep, which does not know the option: that it was given is all that can be seen.
    expect(own.stdout).toContain('--new-instance')
    expect((await product.jobs())[0]).toMatchObject({
      command: { argv: ['firefox', '0', '--new-instance', '--profile', `${box.home}/.drover/profiles/firefox`] },
    })
  } finally {
    other.kill('SIGKILL')
  }
})

test('without a host, those that lack the app are passed over, and why is kept', async () => {
  await product.drover(['host', 'rm', 'closed'])
  const { code, stderr } = await launch(['firefox', '0'])
  expect(code, stderr).toBe(0)
  const [job] = await product.jobs()
  expect(job?.host).toBe('box')
  const none = await launch(['no-such-app'])
  expect(none).toMatchObject({ code: 125, stdout: '' })
  for (const host of ['bare', 'box', 'local']) expect(none.stderr).toContain(`no-such-app is not installed on ${host}`)
})
