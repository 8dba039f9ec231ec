/** The command line's way to the core: finds it, starts it when none runs, calls it, and holds a session with it. */

import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Call } from '../shared/contract.ts'
import { AppError } from '../shared/errors.ts'
import { VERSION } from '../shared/version.ts'
import type { CoreClient } from './core-client.ts'
import { connectToCore } from './find-core.ts'
import { httpCall } from './http-call.ts'
import type { ConnectionEnd, SessionConnection } from './session-connection.ts'

export type ClientOptions = {
  env: NodeJS.ProcessEnv
  /** Start a core when none runs. */
  start?: boolean
  /** Told once when the core is of another version than we are. */
  onOtherVersion?: (coreVersion: string) => void
  /** The program of the core, for tests. */
  program?: string
  startTimeoutMs?: number
}

const START_TIMEOUT_MS = 10_000
/** A core that was stopped may be followed by another, as when the window takes over; this long we wait for that. */
const SUCCESSOR_TIMEOUT_MS = 15_000

export function createClient({ env, start = true, onOtherVersion = warnOfVersion }: ClientOptions): CoreClient {
  let isVersionKnown = false
  const checkVersion = (version: string | undefined) => {
    if (!isVersionKnown && version !== undefined && version !== VERSION) onOtherVersion(version)
    isVersionKnown = true
  }

  const call: Call = async (method, input) => {
    const socket = await reachCore(env, start)
    const { result, coreVersion } = await httpCall(socket, method, input)
    checkVersion(coreVersion)
    return result as never
  }

  const connect = async () => {
    // Loaded only by verbs that stream.
    const [{ Session }, { SessionConnection }] = await Promise.all([import('./session.ts'), import('./session-connection.ts')])
    const open = async (socket: Socket): Promise<SessionConnection> => {
      const connection = await SessionConnection.open(socket)
      checkVersion(connection.coreVersion)
      return connection
    }
    return Session.open(async previous => open(previous ? await reachAgain(env, previous, start) : await reachCore(env, start)))
  }

  return { call, connect }
}

/** @throws {AppError} `CORE_UNREACHABLE` if none runs and none may be started, or it does not start. */
async function reachCore(env: NodeJS.ProcessEnv, start: boolean): Promise<Socket> {
  const running = await connectToCore(env)
  if (running) return running
  if (!start) throw new AppError('CORE_UNREACHABLE', 'No core is running; start it with: drover daemon start')
  const deadline = performance.now() + START_TIMEOUT_MS
  const { startCore } = await import('./start-core.ts')
  for (;;) {
    await startCore(env, deadline - performance.now())
    const socket = await connectBefore(env, Math.min(deadline, performance.now() + 1000))
    if (socket) return socket
    // Another core held the lock, but nobody answers: it is about to go, or hangs.
    if (performance.now() > deadline)
      throw new AppError('CORE_UNREACHABLE', `A core holds the database, but none answered within ${START_TIMEOUT_MS / 1000} s`)
  }
}

/**
 * After a loss. A core that was stopped is not started again behind the back of whoever stopped it; one that died is.
 *
 * @throws {AppError} how the one before ended, if no other came.
 */
async function reachAgain(env: NodeJS.ProcessEnv, previous: ConnectionEnd, start: boolean): Promise<Socket> {
  const mayStart = start && !previous.isOrderly
  const socket = await connectBefore(env, performance.now() + (mayStart ? 500 : SUCCESSOR_TIMEOUT_MS))
  if (socket) return socket
  if (!mayStart) throw previous.error
  return await reachCore(env, true)
}

async function connectBefore(env: NodeJS.ProcessEnv, deadline: number): Promise<Socket | null> {
  for (let pauseMs = 10; ; pauseMs = Math.min(pauseMs * 1.5, 250)) {
    const socket = await connectToCore(env)
    if (socket || performance.now() > deadline) return socket
    await delay(pauseMs)
  }
}

function warnOfVersion(coreVersion: string): void {
  process.stderr.write(
    `drover: the running core is version ${coreVersion}, this command line is ${VERSION}; bring them together with: drover daemon restart\n`,
  )
}
