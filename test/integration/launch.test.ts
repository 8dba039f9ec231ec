/** Apps of a host with their windows on a desktop here: launched, followed, told of signals, stopped. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JobView } from '../../src/shared/domain.ts'
import { shellQuote } from '../../src/shared/shell-quote.ts'
import { type LaunchStage, openLaunchStage } from '../helpers/launch-stage.ts'
import { Pane } from '../helpers/pane.ts'
import { pidsWithEnv, processName, signalAll } from '../helpers/processes.ts'
import { DROVER, type Running } from '../helpers/product.ts'
import { waitFor } from '../helpers/wait.ts'

let stage: LaunchStage

beforeAll(async () => {
  stage = await openLaunchStage()
})

afterAll(async () => {
  await stage.close()
})

const onBox = (...command: string[]) => stage.product.begin(['launch', '--on', 'box', '--', ...command])

/** The id of the only job that runs. */
async function runningJob(): Promise<JobView> {
  return waitFor(async () => (await stage.product.jobs()).find(({ state }) => state === 'running'), { what: 'a job to run' })
}

/** As its host has it. */
const appPid = (id: string) => Number(readFileSync(join(stage.box.home, '.drover/jobs', id, 'app_pid'), 'utf8').split(' ')[0])

async function toldPid(id: string): Promise<number> {
  return await waitFor(async () => (await stage.product.job(id)).pid, { what: 'the app’s PID' })
}

/** The app's own process, once it has printed that it is ready. */
async function appOf(app: Running): Promise<number> {
  await waitFor(() => app.output.stdout.includes('ready'), { what: 'the app to be ready' })
  const { id } = await runningJob()
  return appPid(id)
}

const signalsOf = (text: string) => ['sh', '-c', `${text}; echo ready; while :; do sleep 0.02; done`]

test('an app of a host opens its window here, and a second one needs no handshake', async () => {
  const { desktop, master, windows, nothingLeft } = stage
  const flower = onBox('weston-flower')
  await windows('org.freedesktop.weston.flower')
  const { mark, forwards } = master()
  const foot = onBox('foot', '-T', 'of the box')
  await windows('org.freedesktop.weston.flower', 'foot')
  expect(await desktop.windows()).toContainEqual(expect.objectContaining({ title: 'of the box' }))
  expect(master()).toMatchObject({ mark, forwards })
  expect(forwards).toHaveLength(1)
  const job = (await stage.product.jobs())[0]
  expect(job).toMatchObject({ kind: 'app', host: 'box', state: 'running', placement: { reason: 'asked for' } })
  await desktop.closeWindows()
  expect(await flower.done).toMatchObject({ code: 0, stderr: '' })
  expect(await foot.done).toMatchObject({ code: 1, stderr: '' })
  await nothingLeft()
})

test('the PID that is told is the app’s own, also by the next core, as long as it runs', async () => {
  const { product, desktop, windows, box } = stage
  const flower = onBox('weston-flower')
  await windows('org.freedesktop.weston.flower')
  const { id } = await runningJob()
  const pid = await toldPid(id)
  expect(box.pids()).toContain(pid)
  expect(processName(pid)).toBe('weston-flower')
  await product.killCore()
  expect(await toldPid(id)).toBe(pid)
  await desktop.closeWindows()
  await flower.done
  expect(await product.job(id)).toMatchObject({ state: 'ended', pid: null })
})

test('who launches from a terminal is told of the host and the PID there, unless it is to be silent', async () => {
  const { product, desktop, windows } = stage
  const pane = Pane.open({ env: { ...product.env, TERM: 'tmux-256color' } })
  const type = (options: string) =>
    pane.line(`clear; ${shellQuote(DROVER)} launch --on box ${options} weston-flower; echo "code $?"`)
  type('')
  await windows('org.freedesktop.weston.flower')
  const { id } = await runningJob()
  await pane.sees(`[process ${await toldPid(id)} on box]`)
  expect(pane.screen()).toContain(`box: asked for (id ${id.slice(0, 8)})`)
  await desktop.closeWindows()
  await pane.sees('code 0')
  type('--silent')
  await windows('org.freedesktop.weston.flower')
  await toldPid((await runningJob()).id)
  await desktop.closeWindows()
  expect(await pane.sees('code 0')).not.toContain('process')
})

test('an app that has forked away has no PID of its own any more', async () => {
  const { product, desktop, windows } = stage
  const app = onBox('sh', '-c', 'weston-flower & sleep 1.5')
  await windows('org.freedesktop.weston.flower')
  const { id } = await runningJob()
  expect(processName(await toldPid(id))).toBe('sh')
  await waitFor(async () => (await product.job(id)).pid === null, { what: 'its PID to be gone' })
  expect(await product.job(id)).toMatchObject({ state: 'running' })
  await desktop.closeWindows()
  await app.done
})

test('the connection that draws has had a session: only then do ssh and sshd hold back no small packets', () => {
  const portsOf = (what: RegExp) => new Set([...stage.box.log().matchAll(what)].map(([, port]) => port))
  const all = portsOf(/Accepted publickey .* port (\d+)/g)
  expect(all.size).toBeGreaterThan(1)
  expect(portsOf(/Starting session: .* port (\d+)/g)).toEqual(all)
})

test.each([
  ['exit 7', 7],
  ['kill -KILL $$', 137],
  ['kill -SEGV $$', 139],
  ['kill -INT $$', 130],
  ['exit 143', 143],
])('an app that ends by `%s` gives %i', async (text, code) => {
  expect(await onBox('sh', '-c', text).done).toMatchObject({ code })
})

test('what ended an app by a signal is told as that, and an exit code is not', async () => {
  const [exited, , , , seventh] = await stage.product.jobs()
  expect(exited).toMatchObject({ outcome: 'exited', exitCode: 143 })
  expect(seventh).toMatchObject({ outcome: 'exited', exitCode: 7 })
  const killed = (await stage.product.jobs()).find(({ signal }) => signal === 'KILL')
  expect(killed).toMatchObject({ outcome: 'signalled', exitCode: null })
})

test.each(['INT', 'TERM', 'HUP', 'QUIT'] as const)('SIG%s goes to the app, which answers it in its own way', async signal => {
  const app = onBox(...signalsOf(`trap 'echo heard; exit 9' ${signal}`))
  await appOf(app)
  app.child.kill(`SIG${signal}`)
  const end = await app.done
  expect(end).toMatchObject({ code: 9 })
  expect(end.stdout).toContain('heard')
})

test('Ctrl+Z holds the app and us, and CONT lets both go on', async () => {
  const app = onBox(...signalsOf('x=1'))
  const pid = await appOf(app)
  const state = (of: number) => / ([A-Z]) /.exec(readFileSync(`/proc/${of}/stat`, 'latin1').replace(/^.*\)/, ''))?.[1]
  app.child.kill('SIGTSTP')
  await waitFor(() => state(pid) === 'T' && state(app.child.pid ?? 0) === 'T', { what: 'both to be held' })
  app.child.kill('SIGCONT')
  await waitFor(() => state(pid) !== 'T', { what: 'the app to go on' })
  app.child.kill('SIGTERM')
  expect(await app.done).toMatchObject({ code: 143 })
})

test('stop ends all of an app, with what it has forked away and the window of that', async () => {
  const { product, windows, nothingLeft } = stage
  const app = onBox('sh', '-c', 'setsid -f weston-flower')
  await windows('org.freedesktop.weston.flower')
  const { id } = await runningJob()
  expect(app.child.exitCode).toBeNull()
  expect(await product.drover(['stop', id])).toMatchObject({ code: 0 })
  await app.done
  expect(await product.job(id)).toMatchObject({ outcome: 'stopped' })
  await windows()
  await nothingLeft()
})

test('a line goes to the login shell there, and the app is told of nothing but its own desktop', async () => {
  const end = await stage.product.drover([
    'launch',
    '--on',
    'box',
    '-e',
    'A=b',
    'echo $A $DISPLAY $XDG_SESSION_TYPE | tr a-z A-Z',
  ])
  expect(end).toMatchObject({ code: 0, stdout: 'B WAYLAND\n' })
  const env = await stage.product.drover(['launch', '--on', 'box', 'env'])
  expect(env.stdout).not.toMatch(/^d_|DROVER_SCRIPT/m)
})

test('beowulf takes words as they are, says where with --dry-run, and runs programs of the terminal with --cli', async () => {
  const { product } = stage
  const as = 'beowulf'
  expect(await product.drover(['--on', 'box', 'sh', '-c', 'exit 5', '--silent'], { as })).toMatchObject({ code: 5, stdout: '' })
  expect(await product.drover(['--dry-run', '--on', 'box', 'foot'], { as })).toMatchObject({
    code: 0,
    stdout: 'box: asked for\n',
  })
  const cli = await product.drover(['--cli', '--on', 'box', 'echo $WAYLAND_DISPLAY; exit 3'], {
    as,
    env: { WAYLAND_DISPLAY: '' },
  })
  expect(cli).toMatchObject({ code: 3, stdout: '\n' })
  expect((await product.jobs())[0]).toMatchObject({ kind: 'app', exitCode: 3 })
})

test('an app that is run again has its window again, on the host where it was', async () => {
  const { product, desktop, windows } = stage
  const first = onBox('weston-flower')
  await windows('org.freedesktop.weston.flower')
  const { id } = await runningJob()
  await desktop.closeWindows()
  await first.done
  expect(await product.drover(['rerun', '-d', id])).toMatchObject({ code: 0 })
  await windows('org.freedesktop.weston.flower')
  expect(await runningJob()).toMatchObject({ kind: 'app', host: 'box' })
  await desktop.closeWindows()
  await windows()
})

test('an app of this machine shows itself on the desktop directly', async () => {
  const { product, desktop, windows } = stage
  const app = product.begin(['launch', '--on', 'local', '--', 'foot', '-T', 'here'])
  await windows('foot')
  const [window] = await desktop.windows()
  expect(processName(window?.pid ?? 0)).toBe('foot')
  expect((await runningJob()).pid).toBe(window?.pid)
  signalAll([window?.pid ?? 0], 'SIGKILL')
  expect(await app.done).toMatchObject({ code: 137 })
  expect(pidsWithEnv(`DROVER_JOB=${(await product.jobs())[0]?.id}`)).toEqual([])
})
