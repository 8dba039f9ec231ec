/** Starts and ends the gate through which apps of one host play on this desktop: a process of its own that outlives the core, so that sound does. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { appImageOf } from '../../../shared/core-program.ts'
import { AppError } from '../../../shared/errors.ts'
import { NODE_FLAGS } from '../../../shared/node-flags.ts'
import { workerUrl } from '../../resources.ts'
import type { DisplayRecords, GateRecord } from '../display-records.ts'
import { isListening } from '../listening.ts'
import { isRunning, markOf, signalProcess } from '../process-mark.ts'

export type GateOptions = { records: DisplayRecords; env: NodeJS.ProcessEnv }

const READY_MS = 5_000
const POLL_MS = 5
/** It only passes on: a small heap costs it nothing. */
const GATE_FLAGS = [...NODE_FLAGS, '--max-semi-space-size=1', '--optimize-for-size']

/** @throws {AppError} `TIMEOUT` */
export async function startGate(
  gate: Pick<GateRecord, 'id' | 'host' | 'masterId' | 'socketPath' | 'serverPath'>,
  { records, env }: GateOptions,
): Promise<GateRecord> {
  const { file, args } = gateProgram(env)
  const child = spawn(file, [...args, gate.socketPath, gate.serverPath, gate.host], {
    env: { ...env, ...(process.versions.electron !== undefined && { ELECTRON_RUN_AS_NODE: '1' }) },
    cwd: '/',
    detached: true,
    stdio: 'ignore',
  })
  const problem = (what: string, cause?: unknown) => new AppError('TIMEOUT', `the gate for sound ${what}`, { cause })
  await once(child, 'spawn').catch(cause => {
    throw problem('cannot be started', cause)
  })
  child.unref()
  const mark = markOf(child.pid ?? 0)
  const deadline = performance.now() + READY_MS
  while (mark === null || !isListening(gate.socketPath)) {
    if (child.exitCode !== null || mark === null || performance.now() > deadline) {
      child.kill('SIGKILL')
      throw problem(`does not open its socket ${gate.socketPath}`)
    }
    await delay(POLL_MS)
  }
  const record: GateRecord = { kind: 'gate', ...gate, mark }
  records.put(record)
  return record
}

/** Whoever plays through it is cut off. */
export function endGate(record: GateRecord, records: DisplayRecords): void {
  if (isRunning(record.mark)) signalProcess(record.mark, 'SIGKILL')
  rmSync(record.socketPath, { force: true })
  records.remove(record)
}

/** As a core is started: see core-program.ts. */
function gateProgram(env: NodeJS.ProcessEnv): { file: string; args: string[] } {
  const { execPath } = process
  const appImage = appImageOf({ execPath, env })
  if (appImage !== null) return { file: appImage, args: ['sound-gate'] }
  return { file: execPath, args: [...GATE_FLAGS, fileURLToPath(workerUrl('apps/sound/sound-gate'))] }
}
