/** Reaches the core: the one that runs, the one that follows it, or one that we start. */
import type { Socket } from 'node:net'
import type { ConnectionEnd } from '../shared/core-connection.ts'
import { AppError } from '../shared/errors.ts'
import { delay } from './delay.ts'
import { connectToCore } from './find-core.ts'
import { CORE_TRIES } from './repeatable.ts'

export type Reach = {
  env: NodeJS.ProcessEnv
  /** Start a core when none runs. */
  start: boolean
  /** The core's program, when it is not the one beside us. */
  program?: string | undefined
  startTimeoutMs: number
  /** A core that was stopped may be followed by another, as when the window takes over: how long to wait for that. */
  successorTimeoutMs: number
}

/** How long to look for a core that others started, or that died and comes back by somebody else's doing. */
const LOOK_MS = 500

/** @throws {AppError} `CORE_UNREACHABLE` if none runs and none may be started; why it does not start; `TIMEOUT`. */
export async function reachCore(reach: Reach): Promise<Socket> {
  const running = await connectToCore(reach.env)
  if (running) return running
  if (!reach.start) throw new AppError('CORE_UNREACHABLE', 'No core is running; start it with: drover daemon start')
  const deadline = performance.now() + reach.startTimeoutMs
  const served = reach.program === undefined ? await reachByUnit(reach.env, deadline) : null
  if (served) return served
  const { startCore } = await import('./start-core.ts')
  let isHeld = false
  let kills = 0
  while (!isHeld || performance.now() < deadline) {
    const timeoutMs = Math.max(LOOK_MS, deadline - performance.now())
    const started = await startCore({ ...reach, timeoutMs }).catch(error => {
      if (isHeld && isTimeout(error)) return 'held'
      throw error
    })
    const isKilled = typeof started === 'object'
    const socket = await connectBefore(reach.env, performance.now() + (isKilled ? 0 : LOOK_MS))
    if (socket) return socket
    // Another core holds the lock and does not answer. It is about to go, and then ours will start; or it hangs.
    isHeld = started === 'held'
    // Who kills cores may hit one that only starts. Where the system does, for want of memory, it does so each time.
    if (isKilled && ++kills === CORE_TRIES)
      throw new AppError(
        'CORE_UNREACHABLE',
        `Each core that was started was killed (${started.killedBy}), ${kills} times in a row`,
      )
  }
  const seconds = reach.startTimeoutMs / 1000
  throw new AppError('TIMEOUT', `Another core holds the database, but nobody answered at its socket in ${seconds} s`)
}

/** Null where no unit keeps a core, or its core does not come. */
async function reachByUnit(env: NodeJS.ProcessEnv, deadline: number): Promise<Socket | null> {
  const { isUnitUp, startByUnit } = await import('./user-unit.ts')
  if (!(await startByUnit(env))) return null
  do {
    const socket = await connectBefore(env, performance.now() + LOOK_MS)
    if (socket) return socket
  } while (performance.now() < deadline && (await isUnitUp(env)))
  return null
}

function isTimeout(error: unknown): boolean {
  return error instanceof AppError && error.code === 'TIMEOUT'
}

/**
 * After a loss. A core that was stopped is not started again behind the back of whoever stopped it; one that died is.
 *
 * @throws {AppError} how the one before ended, if no other came.
 */
export async function reachNextCore(reach: Reach, previous: ConnectionEnd): Promise<Socket> {
  const mayStart = reach.start && !previous.isOrderly
  const socket = await connectBefore(reach.env, performance.now() + (mayStart ? LOOK_MS : reach.successorTimeoutMs))
  if (socket) return socket
  if (mayStart) return await reachCore(reach)
  throw previous.error
}

async function connectBefore(env: NodeJS.ProcessEnv, deadline: number): Promise<Socket | null> {
  for (let pauseMs = 10; ; pauseMs = Math.min(pauseMs * 1.5, 250)) {
    const socket = await connectToCore(env)
    if (socket || performance.now() > deadline) return socket
    await delay(pauseMs)
  }
}
