/**
 * `waypipe client`: draws on one desktop what apps of other hosts send through its socket. One for each desktop and compression, for all
 * hosts; a process of its own that outlives the core, so that windows do.
 */
import { randomBytes } from 'node:crypto'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import type { Compression } from './compression.ts'
import type { ClientRecord, DisplayRecords } from './display-records.ts'
import { startOutliving } from './outliving.ts'
import { isRunning, signalProcess } from './process-mark.ts'

export type ClientOptions = {
  records: DisplayRecords
  /** A 0700 folder with a short path. */
  runtimeDir: string
  env: NodeJS.ProcessEnv
}

/** The name of its socket. */
export const CLIENT_SOCKET = /^w[0-9a-f]{8}$/

/** @throws {AppError} `MISSING_TOOL`, `TIMEOUT` */
export async function startClient(
  { desktopSocket, compression }: { desktopSocket: string; compression: Compression },
  { records, runtimeDir, env }: ClientOptions,
): Promise<ClientRecord> {
  const id = randomBytes(4).toString('hex')
  const socketPath = join(runtimeDir, `w${id}`)
  const mark = await startOutliving('waypipe', ['--compress', compression, '--socket', socketPath, 'client'], {
    env: { ...env, WAYLAND_DISPLAY: desktopSocket },
    isUp: () => existsSync(socketPath),
  }).catch(cause => {
    throw new AppError('MISSING_TOOL', 'waypipe is not installed on this computer', {
      cause,
      details: { tool: 'waypipe', host: 'local', install: 'apt-get install waypipe' },
    })
  })
  if (mark === null)
    throw new AppError(
      'TIMEOUT',
      `waypipe does not open its socket ${socketPath}. Try it by hand: waypipe --socket ${socketPath} client`,
    )
  const record: ClientRecord = { kind: 'client', id, mark, socketPath, desktopSocket, compression }
  records.put(record)
  return record
}

export function endClient(record: ClientRecord, records: DisplayRecords): void {
  if (isRunning(record.mark)) signalProcess(record.mark, 'SIGTERM')
  rmSync(record.socketPath, { force: true })
  records.remove(record)
}
