/**
 * The connection that carries an app's drawing from its host: the system's ssh as a master that went into the background, so that it
 * outlives the core. It ends by itself when nothing was drawn for a day, and within 15 s when its host is gone.
 */
import { type SpawnOptions, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import type { KeyVault } from '../hosts/key-vault.ts'
import { lendingKeys } from '../hosts/lent-agent.ts'
import { throughLoginShell } from '../hosts/login-shell.ts'
import { opensshError } from '../hosts/openssh-errors.ts'
import { backgroundMasterArguments, requireSocketPath } from '../hosts/openssh-master.ts'
import type { SshHost } from '../hosts/ssh-config.ts'
import { missing, runTool, type SshSettings, toolEnv } from '../hosts/ssh-tools.ts'
import type { ClientRecord, DisplayRecords, MasterRecord } from './display-records.ts'
import { isRunning, markOf, signalProcess } from './process-mark.ts'

export type MasterOptions = { records: DisplayRecords; settings: SshSettings }
export type LoginOptions = MasterOptions & { vault: KeyVault }

/** Should no core come any more to end it. */
const IDLE_SECONDS = 24 * 3600
/** What is asked of a master goes by its socket alone: the config, and the forwards in it, are no matter then. */
const NO_CONFIG = ['-F', '/dev/null']
/** Where the master is gone, ssh would otherwise log in anew, to whatever is called `host`. */
const NO_OTHER_WAY = ['-o', 'ControlMaster=no', '-o', 'ProxyCommand=false']

/** @throws {AppError} as `dial` does; it says so when the other transport could have come in. */
export async function startMaster(
  target: { name: string; connection: string; host: SshHost },
  { records, settings, vault }: LoginOptions,
): Promise<MasterRecord> {
  const id = randomBytes(4).toString('hex')
  const controlPath = join(settings.runtimeDir, `d${id}`)
  const logPath = `${controlPath}.log`
  requireSocketPath(controlPath)
  const args = backgroundMasterArguments(target, settings, { controlPath, logPath, idleSeconds: IDLE_SECONDS })
  const [code] = await lendingKeys({ vault, settings, agentSocket: target.host.agentSocket }, lent => {
    const options: SpawnOptions = { env: toolEnv(lent.env), cwd: homedir(), detached: true, stdio: 'ignore' }
    // It goes into the background when it is let in.
    return once(spawn('ssh', [...lent.args, ...args], options), 'exit').catch(() => {
      throw missing('ssh')
    })
  })
  const words = readLog(logPath)
  if (code !== 0) {
    rmSync(logPath, { force: true })
    throw forDrawing(opensshError(target, words))
  }
  const mark = await askMark(controlPath, settings)
  if (mark === null) throw new AppError('HOST_UNREACHABLE', `The connection to ${target.name} was lost as it was made`)
  const record: MasterRecord = {
    kind: 'master',
    id,
    mark,
    host: target.name,
    connection: target.connection,
    controlPath,
    forwards: [],
    sounds: [],
  }
  records.put(record)
  return record
}

/**
 * Runs a POSIX command on the host through the master. Each must have had one before it draws: only with its first session do ssh and sshd
 * cease to hold back small packets (TCP_NODELAY), which costs what is drawn 40 ms at every step.
 */
export async function runThrough({ controlPath }: MasterRecord, command: string, settings: SshSettings): Promise<void> {
  await runTool('ssh', sessionArguments(controlPath, command), settings.env)
}

/** For an ssh that runs a POSIX command through a master, or not at all. */
export function sessionArguments(controlPath: string, command: string): string[] {
  return [...NO_CONFIG, ...NO_OTHER_WAY, '-T', '-S', controlPath, '--', 'host', throughLoginShell(command)]
}

/** From now on `remoteSocket` there leads to the client here. @throws {AppError} `HOST_ERROR` if the host does not let it. */
export async function forward(
  record: MasterRecord,
  { linkId, remoteSocket, client }: { linkId: string; remoteSocket: string; client: ClientRecord },
  how: MasterOptions,
): Promise<void> {
  await forwardSocket(record, { remoteSocket, socketPath: client.socketPath }, how)
  how.records.put({ ...record, forwards: [...record.forwards, { linkId, clientId: client.id, remoteSocket }] })
}

/** The same for the gate of sound. @throws {AppError} `HOST_ERROR` */
export async function forwardSound(
  record: MasterRecord,
  sound: MasterRecord['sounds'][number],
  how: MasterOptions,
): Promise<void> {
  await forwardSocket(record, sound, how)
  how.records.put({ ...record, sounds: [...record.sounds, sound] })
}

async function forwardSocket(
  record: MasterRecord,
  { remoteSocket, socketPath }: { remoteSocket: string; socketPath: string },
  { settings }: MasterOptions,
): Promise<void> {
  const where = `${remoteSocket}:${socketPath}`
  const args = [...NO_CONFIG, '-S', record.controlPath, '-O', 'forward', '-R', where, '--', 'host']
  const { code, stderr } = await runTool('ssh', args, settings.env)
  if (code !== 0) {
    const said = stderr.trim().split('\n').at(-1) || `ssh ended with ${code}`
    throw new AppError(
      'HOST_ERROR',
      `${record.host} lets no socket be forwarded, and what apps show and play needs one: ${said}. In its sshd_config: AllowStreamLocalForwarding yes`,
    )
  }
}

export function endMaster(record: MasterRecord, records: DisplayRecords): void {
  if (isRunning(record.mark)) signalProcess(record.mark, 'SIGTERM')
  rmSync(record.controlPath, { force: true })
  rmSync(`${record.controlPath}.log`, { force: true })
  records.remove(record)
}

async function askMark(controlPath: string, settings: SshSettings) {
  const { stdout, stderr } = await runTool('ssh', [...NO_CONFIG, '-S', controlPath, '-O', 'check', '--', 'host'], settings.env)
  const pid = /pid=(\d+)/.exec(stdout + stderr)?.[1]
  return pid === undefined ? null : markOf(Number(pid))
}

function readLog(path: string): string {
  try {
    return readFileSync(path, 'utf8').slice(-8_000)
  } catch {
    return '' // ssh ended before it made one.
  }
}

/** Whoever reads it may have jobs running there: the link of these is another one. */
function forDrawing(error: AppError): AppError {
  return new AppError(error.code, `Apps are drawn through the system's ssh. ${error.message}`, {
    cause: error,
    details: { ...error.details },
  })
}
