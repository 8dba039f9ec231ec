/**
 * A core in a window's process takes the place of one that runs without: it asks that one to end, waits, and starts. Jobs live on their
 * hosts, and command lines that are attached find the next core by themselves.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '../shared/errors.ts'
import { request } from './node-http.ts'
import type { RunningCore } from './running-core.ts'

export type TakeOver = {
  /** @throws {AppError} `CORE_RUNNING` as long as another core runs. */
  create(): Promise<RunningCore>
  /** The file in which the other core says where its socket is. */
  socketPathFile: string
  timeoutMs: number
}

const RETRY_MS = 50
/** A core answers at once; one that does not may hang, and is not waited for. */
const ANSWER_MS = 2_000

/** @throws {AppError} `CORE_RUNNING` if the other one does not go; whatever else keeps ours from starting. */
export async function takeOver({ create, socketPathFile, timeoutMs }: TakeOver): Promise<RunningCore> {
  const deadline = performance.now() + timeoutMs
  let hasAgreed = false
  for (;;) {
    try {
      return await create()
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'CORE_RUNNING') throw error
      if (performance.now() > deadline) {
        const message = `Another core of yours runs and does not end${hasAgreed ? ', though it said that it would' : ''}. End it with: drover daemon stop`
        throw new AppError('CORE_RUNNING', message, { cause: error })
      }
    }
    hasAgreed ||= await askToStop(socketPathFile)
    await delay(RETRY_MS)
  }
}

/** Whether it said that it ends. One that is about to listen, or to go, is asked again. */
async function askToStop(socketPathFile: string): Promise<boolean> {
  try {
    const socketPath = readFileSync(socketPathFile, 'utf8').trimEnd()
    return (await post(socketPath, '/rpc/core.stop', {})) === 200
  } catch {
    return false
  }
}

function post(socketPath: string, path: string, body: object): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json' }
    const call = request({ socketPath, path, method: 'POST', headers, timeout: ANSWER_MS }, response => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    call.on('timeout', () => call.destroy(new Error('no answer')))
    call.on('error', reject).end(JSON.stringify(body))
  })
}
