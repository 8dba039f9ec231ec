/** Whatever dies while apps run: windows stay as long as anything can draw them, and then no app is left without one. */
import { existsSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JobView } from '../../src/shared/domain.ts'
import { type LaunchStage, openLaunchStage } from '../helpers/launch-stage.ts'
import { isAlive, signalAll } from '../helpers/processes.ts'
import type { Running } from '../helpers/product.ts'
import { waitFor } from '../helpers/wait.ts'

const FLOWER = 'org.freedesktop.weston.flower'

let stage: LaunchStage

beforeAll(async () => {
  stage = await openLaunchStage()
})

afterAll(async () => {
  await stage.close()
})

async function flower(): Promise<{ app: Running; id: string }> {
  const before = new Set((await stage.product.jobs()).map(({ id }) => id))
  const app = stage.product.begin(['launch', '--on', 'box', '--', 'weston-flower'])
  await stage.windows(FLOWER)
  const job = await waitFor(async () =>
    (await stage.product.jobs()).find(({ id, state }) => !before.has(id) && state === 'running'),
  )
  return { app, id: job.id }
}

async function isLinkLost({ app, id }: { app: Running; id: string }): Promise<JobView> {
  const { product, windows, nothingLeft } = stage
  await windows()
  const end = await app.done
  expect(end).toMatchObject({ code: 125 })
  expect(end.stderr).toContain('what drew its window here was lost')
  const job = await product.reaches(id, 'ended')
  expect(job).toMatchObject({ outcome: 'link-lost', exitCode: null, signal: null })
  await nothingLeft()
  return job
}

test('the core is killed while an app runs: its window stays, and the next core finds it, its link and its end', async () => {
  const { product, master, windows, desktop } = stage
  const { app, id } = await flower()
  const { mark } = master()
  await product.killCore()
  await windows(FLOWER)
  expect(await product.reaches(id, 'running')).toMatchObject({ outcome: null })
  const second = product.begin(['launch', '--on', 'box', '--', 'weston-flower'])
  await windows(FLOWER, FLOWER)
  expect(master().mark).toEqual(mark)
  await desktop.closeWindows()
  expect(await app.done).toMatchObject({ code: 0 })
  expect(await second.done).toMatchObject({ code: 0 })
  expect(await product.job(id)).toMatchObject({ outcome: 'exited', exitCode: 0 })
})

test('the command line is killed: the app goes on', async () => {
  const { product, windows, desktop } = stage
  const { app, id } = await flower()
  signalAll([app.child.pid ?? 0], 'SIGKILL')
  await app.done
  await windows(FLOWER)
  expect(await product.job(id)).toMatchObject({ state: 'running' })
  await desktop.closeWindows()
  expect(await product.reaches(id, 'ended')).toMatchObject({ outcome: 'exited', exitCode: 0 })
})

test('the core is killed during a launch: the app is begun once, by the next core', async () => {
  const { product, windows, desktop } = stage
  const app = product.begin(['launch', '--on', 'box', '--', 'weston-flower'])
  const isStored = async () => (await product.jobs()).some(({ state }) => state !== 'ended')
  await waitFor(isStored, { what: 'the job to be stored' })
  await product.killCore()
  await windows(FLOWER)
  await desktop.closeWindows()
  expect(await app.done).toMatchObject({ code: 0 })
  const ours = (await product.jobs()).slice(0, 2)
  expect(ours[0]).toMatchObject({ outcome: 'exited', exitCode: 0 })
  expect(ours[1]?.state).toBe('ended')
  await windows()
})

test('the connection that draws is killed: the app is ended as link-lost, and the next launch makes another', async () => {
  const { master, windows, desktop } = stage
  const one = await flower()
  const { mark, controlPath } = master()
  signalAll([mark.pid], 'SIGKILL')
  await isLinkLost(one)
  const next = await flower()
  expect(master().mark).not.toEqual(mark)
  await waitFor(() => !existsSync(controlPath), { what: 'the socket of the killed connection to be swept away' })
  await desktop.closeWindows()
  expect(await next.app.done).toMatchObject({ code: 0 })
  await windows()
})

test('waypipe is killed: link-lost as well, and the connection serves the next', async () => {
  const { master, clientPid, desktop } = stage
  const one = await flower()
  const { mark } = master()
  signalAll([clientPid()], 'SIGKILL')
  // Its window is drawn by a process of its own: the app loses nothing until that goes too.
  signalAll([(await desktop.windows())[0]?.pid ?? 0], 'SIGKILL')
  await isLinkLost(one)
  const next = await flower()
  expect(master().mark).toEqual(mark)
  await desktop.closeWindows()
  expect(await next.app.done).toMatchObject({ code: 0 })
})

test('the connection that draws is killed while no core runs: the next one says link-lost', async () => {
  const { product, master, windows, nothingLeft } = stage
  const { app, id } = await flower()
  signalAll([app.child.pid ?? 0], 'SIGKILL')
  await app.done
  await product.killCore()
  signalAll([master().mark.pid], 'SIGKILL')
  await windows()
  await nothingLeft()
  expect(await product.reaches(id, 'ended')).toMatchObject({ outcome: 'link-lost', exitCode: null })
})

test('an app that outlives its window is not left on the host', async () => {
  const { product, master, nothingLeft } = stage
  const script = 'trap "" TERM HUP; weston-flower; sleep 600'
  const id = (await product.drover(['launch', '-d', '--on', 'box', '--', 'sh', '-c', script])).stdout.trim()
  await stage.windows(FLOWER)
  signalAll([master().mark.pid], 'SIGKILL')
  expect(await product.reaches(id, 'ended')).toMatchObject({ outcome: 'link-lost' })
  await nothingLeft()
})

test('the host goes away with everything, and is back: no app is called running', async () => {
  const { product, box, windows } = stage
  const { app, id } = await flower()
  await box.killEverything()
  await windows()
  await box.restart()
  const job = await product.reaches(id, 'ended')
  expect(['link-lost', 'lost']).toContain(job.outcome)
  expect((await app.done).code).toBe(125)
})

test('the desktop is gone: the app is ended as link-lost, and a launch says that nobody is there', async () => {
  const { product, desktop, nothingLeft, clientPid } = stage
  const { app, id } = await flower()
  const pid = clientPid()
  await desktop.kill()
  expect(await app.done).toMatchObject({ code: 125 })
  expect(await product.job(id)).toMatchObject({ outcome: 'link-lost' })
  await nothingLeft()
  expect(isAlive(pid)).toBe(true)
  const refused = await product.drover(['launch', '--on', 'box', '--', 'weston-flower'])
  expect(refused).toMatchObject({ code: 125, stdout: '' })
  expect(refused.stderr).toContain('No Wayland here: nobody answers')
})
