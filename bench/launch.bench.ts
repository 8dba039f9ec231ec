/** launch: from typing the command until the app's window is on the desktop, on a host that is connected, against `waypipe ssh`. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Compositor, startCompositor } from '../test/helpers/compositor.ts'
import { DROVER } from '../test/helpers/product.ts'
import { waitFor } from '../test/helpers/wait.ts'
import { against, type BenchRow } from './bench.ts'
import { interleaved } from './measure.ts'
import { onStage, type Stage } from './stage.ts'

export const names = ['launch']

const APPS = ['foot', 'weston-flower']
const CURVE = ['-o', 'KexAlgorithms=curve25519-sha256']
/** Between two launches of a person; ours has a display ready again by then, and makes it in nobody's time. */
const PAUSE_MS = 1_000
const AIM = 0.5
const AIM_OF_CURVE = 0.8

export async function bench(): Promise<BenchRow[]> {
  const desktop = await startCompositor()
  // Made by a login elsewhere; waypipe does not begin without.
  const hostEnv = { XDG_RUNTIME_DIR: mkdtempSync(join(tmpdir(), 'run-')) }
  try {
    return await onStage({ hosts: 1, isAdded: true, hostEnv }, async stage => {
      const rows: BenchRow[] = []
      for (const app of APPS) rows.push(...(await rowsOf(app, stage, desktop)))
      return rows
    })
  } finally {
    rmSync(hostEnv.XDG_RUNTIME_DIR, { recursive: true, force: true })
    await desktop.stop()
  }
}

async function rowsOf(app: string, { product, ssh }: Stage, desktop: Compositor): Promise<BenchRow[]> {
  const env = { ...product.env, WAYLAND_DISPLAY: desktop.socketPath }
  const timed = (file: string, args: readonly string[]) => () =>
    untilWindow(desktop, () => spawn(file, args, { env, cwd: product.home.dir, stdio: 'ignore' }))
  const { ours, peer, curve } = await interleaved(
    {
      ours: timed(DROVER, ['launch', '--on', 'h1', '--', app]),
      peer: timed('waypipe', ['ssh', ...ssh, 'h1', app]),
      curve: timed('waypipe', ['ssh', ...ssh, ...CURVE, 'h1', app]),
    },
    { n: 10, pauseMs: PAUSE_MS },
  )
  const row = { unit: 'ms', better: 'lower', ours } as const
  return [
    against({ ...row, name: `launch:${app}`, aim: AIM, peer, peerCommand: `waypipe ssh -F CONFIG h1 ${app}` }),
    against({
      ...row,
      name: `launch:${app}, curve25519`,
      aim: AIM_OF_CURVE,
      peer: curve,
      peerCommand: `waypipe ssh -F CONFIG ${CURVE.join(' ')} h1 ${app}`,
    }),
  ]
}

async function untilWindow(desktop: Compositor, start: () => ChildProcess): Promise<number> {
  const coming = desktop.nextWindow()
  const startedAt = performance.now()
  const child = start()
  const ended = once(child, 'exit')
  const at = await Promise.race([coming, ended])
  if (typeof at !== 'number') throw new Error(`${child.spawnargs.join(' ')} ended without a window`)
  const tookMs = at - startedAt
  // An app that has only just begun may not heed it.
  const isGone = async () => {
    await desktop.closeWindows()
    return (await desktop.windows()).length === 0
  }
  await waitFor(isGone, { what: 'the window to be gone' })
  await ended
  return tookMs
}
