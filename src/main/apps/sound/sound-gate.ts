/** Starts and ends the gate through which apps of one host play on this desktop: a process of its own that outlives the core, so that sound does. */
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { appImageOf } from '../../../shared/core-program.ts'
import { AppError } from '../../../shared/errors.ts'
import { NODE_FLAGS } from '../../../shared/node-flags.ts'
import { workerUrl } from '../../resources.ts'
import type { DisplayRecords, GateRecord } from '../display-records.ts'
import { isListening } from '../listening.ts'
import { startOutliving } from '../outliving.ts'
import { isRunning, signalProcess } from '../process-mark.ts'

export type GateOptions = { records: DisplayRecords; env: NodeJS.ProcessEnv }

/** It only passes on: a small heap costs it nothing. */
const GATE_FLAGS = [...NODE_FLAGS, '--max-semi-space-size=1', '--optimize-for-size']

/** @throws {AppError} `TIMEOUT` */
export async function startGate(
  gate: Pick<GateRecord, 'id' | 'host' | 'masterId' | 'socketPath' | 'serverPath'>,
  { records, env }: GateOptions,
): Promise<GateRecord> {
  const { file, args } = gateProgram(env)
  const problem = (what: string, cause?: unknown) => new AppError('TIMEOUT', `the gate for sound ${what}`, { cause })
  const mark = await startOutliving(file, [...args, gate.socketPath, gate.serverPath, gate.host], {
    env: { ...env, ...(process.versions.electron !== undefined && { ELECTRON_RUN_AS_NODE: '1' }) },
    cwd: '/',
    isUp: () => isListening(gate.socketPath),
  }).catch(cause => {
    throw problem('cannot be started', cause)
  })
  if (mark === null) throw problem(`does not open its socket ${gate.socketPath}`)
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
