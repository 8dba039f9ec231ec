/** The display that stands ready on a host: taken by the next app, made anew, and gone with whatever it hangs on. */
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JobView } from '../../src/shared/domain.ts'
import { type LaunchStage, openLaunchStage } from '../helpers/launch-stage.ts'
import { isAlive, pidsWithEnv, processName, signalAll } from '../helpers/processes.ts'
import { waitFor } from '../helpers/wait.ts'

const FLOWER = 'org.freedesktop.weston.flower'
type Spare = { name: string; pid: number }

let stage: LaunchStage

beforeAll(async () => {
  stage = await openLaunchStage()
})

afterAll(async () => {
  await stage.close()
})

const spares = (): Spare[] =>
  readdirSync(join(stage.box.home, '.drover/display')).flatMap(file => {
    const [, name, pid] = /^[0-9a-f]+\.(w[0-9a-f]+)\.(\d+)$/.exec(file) ?? []
    return name === undefined ? [] : [{ name, pid: Number(pid) }]
  })

/** The one that is ready, and none of those. */
async function another(...before: (Spare | undefined)[]): Promise<Spare> {
  return await waitFor(() => spares().find(({ name }) => before.every(one => one?.name !== name)), {
    what: 'a display to be ready',
  })
}

/** Launches it, to the moment when its window is open. */
async function flower(): Promise<{ id: string; display: string }> {
  const { stdout } = await stage.product.drover(['launch', '-d', '--on', 'box', '--', 'weston-flower'])
  const id = stdout.trim()
  await stage.windows(FLOWER)
  return { id, display: displayOf(id) }
}

function displayOf(id: string): string {
  const pid = readFileSync(join(jobFolder(id), 'app_pid'), 'utf8').split(' ')[0]
  const env = `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}`
  const [, display = ''] = /\0WAYLAND_DISPLAY=[^\0]*\/([^\0]+)/.exec(env) ?? []
  return display
}

const jobFolder = (id: string) => join(stage.box.home, '.drover/jobs', id)

async function closed(id: string): Promise<JobView> {
  await stage.desktop.closeWindows()
  await stage.windows()
  return await stage.product.reaches(id, 'ended')
}

const waypipes = () => stage.box.pids().filter(pid => processName(pid) === 'waypipe')

test('an app takes the display that is ready, another is made, and it is gone with the app', async () => {
  const first = await flower()
  const spare = await another()
  expect(first.display).not.toBe(spare.name)
  expect(await closed(first.id)).toMatchObject({ outcome: 'exited', exitCode: 0 })
  const second = await flower()
  expect(second.display).toBe(spare.name)
  expect(lstatSync(join(jobFolder(second.id), 'display')).isFIFO()).toBe(true)
  const third = await another(spare)
  expect(isAlive(spare.pid)).toBe(true)
  expect(await closed(second.id)).toMatchObject({ outcome: 'exited', exitCode: 0 })
  const text = 'basename "$WAYLAND_DISPLAY"; echo words >&2; exit 3'
  expect(await stage.product.drover(['launch', '--on', 'box', '--', 'sh', '-c', text])).toMatchObject({
    code: 3,
    stdout: `${third.name}\nwords\n`,
  })
  const next = await another(spare, third)
  await waitFor(() => waypipes().join() === `${next.pid}`, { what: 'nothing but the display that is ready to be left' })
})

test('two at once: one takes it, the other has one of its own', async () => {
  const spare = await another()
  const [one, two] = await Promise.all(
    [1, 2].map(() => stage.product.drover(['launch', '-d', '--on', 'box', '--', 'weston-flower'])),
  )
  await stage.windows(FLOWER, FLOWER)
  const displays = [one, two].map(end => displayOf(end?.stdout.trim() ?? ''))
  expect(displays).toContain(spare.name)
  expect(new Set(displays).size).toBe(2)
  await stage.desktop.closeWindows()
  await stage.windows()
  await another(spare)
})

test('a job that is killed with all it has leaves no display behind', async () => {
  const spare = await another()
  const { id, display } = await flower()
  expect(display).toBe(spare.name)
  await another(spare)
  signalAll(pidsWithEnv(`DROVER_JOB=${id}`), 'SIGKILL')
  await waitFor(() => !isAlive(spare.pid), { what: 'the display to be gone' })
  await stage.windows()
  await stage.nothingLeft()
})

test('one whose waypipe was killed is not taken', async () => {
  const spare = await another()
  signalAll([spare.pid], 'SIGKILL')
  await waitFor(() => !isAlive(spare.pid), { what: 'it to be gone' })
  const { id, display } = await flower()
  expect(display).not.toBe(spare.name)
  expect(await closed(id)).toMatchObject({ exitCode: 0 })
  await another(spare)
})

test('when the core is killed it is gone, and what an app has taken stays', async () => {
  const spare = await another()
  const { id } = await flower()
  const next = await another(spare)
  await stage.product.killCore()
  await waitFor(() => !isAlive(next.pid) && spares().length === 0, { what: 'the display that was ready to be gone' })
  expect(isAlive(spare.pid)).toBe(true)
  await stage.windows(FLOWER)
  expect(await closed(id)).toMatchObject({ outcome: 'exited', exitCode: 0 })
  expect(waypipes()).toEqual([])
})

test('when the connection that draws is lost it is gone with that', async () => {
  await closed((await flower()).id)
  const spare = await another()
  signalAll([stage.master().mark.pid], 'SIGKILL')
  await waitFor(() => !isAlive(spare.pid) && spares().length === 0, { what: 'the display to be gone' })
})
