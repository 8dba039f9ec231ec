/**
 * One connection of the system's ssh: a master without a session of its own, through which sessions and forwards go. It asks nothing,
 * ends with the core, and is gone within 15 s when its host is.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { access } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '../../shared/errors.ts'
import type { Opened, SlotConnection } from './channel-slots.ts'
import type { KeyVault } from './key-vault.ts'
import { lendingKeys } from './lent-agent.ts'
import { opensshError } from './openssh-errors.ts'
import { openSession } from './openssh-session.ts'
import type { SshHost } from './ssh-config.ts'
import { configArguments, runTool, type SshSettings, toolEnv } from './ssh-tools.ts'
import { joinStreams } from './streams.ts'
import type { ExecOptions } from './transport.ts'

export type OpensshDeps = { settings: SshSettings; vault: KeyVault }
export type OpensshTarget = { name: string; connection: string; host: SshHost; jumps?: readonly string[] | undefined }

/** Whatever the person's config says: nothing is asked, nothing is forwarded, no command runs, and it stays in the foreground. */
const ALWAYS = {
  BatchMode: 'yes',
  StrictHostKeyChecking: 'yes',
  UpdateHostKeys: 'no',
  ClearAllForwardings: 'yes',
  ForwardAgent: 'no',
  ForwardX11: 'no',
  PermitLocalCommand: 'no',
  RemoteCommand: 'none',
  ControlPersist: 'no',
  ServerAliveInterval: '4',
  ServerAliveCountMax: '2',
}
/** Newer options that a person may have set; an ssh that does not know them would refuse them. */
const ALWAYS_IF_KNOWN = { ForkAfterAuthentication: 'no', SessionType: 'default', StdinNull: 'no' }
/** Through the master or not at all: where a session is refused, ssh would otherwise quietly log in anew. */
const THROUGH_MASTER = { ControlMaster: 'no', ProxyCommand: 'false' }
/**
 * A shell keeps the master, and ends it when its input ends: so no master outlives the core, not even one killed by -9.
 * The shell lets go of stderr, whose end thus tells of the master's.
 */
const KEEPER = '"$@" </dev/null >/dev/null & m=$!; exec 2>/dev/null; read -r _; kill "$m"; wait "$m"'
const READY_TIMEOUT_MS = 30_000
const READY_POLL_MS = 10
const MAX_SOCKET_PATH = 107
/** ssh makes the socket under a longer name first. */
const TEMPORARY_SUFFIX = 17

/** @throws {AppError} as `dial` does. */
export async function openMaster(target: OpensshTarget, { settings, vault }: OpensshDeps): Promise<OpensshMaster> {
  const socketPath = join(settings.runtimeDir, `m${randomBytes(4).toString('hex')}`)
  requireSocketPath(socketPath)
  return await lendingKeys({ vault, settings, agentSocket: target.host.agentSocket }, async lent => {
    const args = ['ssh', '-N', '-T', '-M', '-S', socketPath, ...lent.args, ...connecting(target), ...leading(target, settings)]
    const child = spawn('/bin/sh', ['-c', KEEPER, 'sh', ...args], {
      env: toolEnv(lent.env),
      cwd: homedir(),
      detached: true,
      stdio: 'pipe',
    })
    const master = new OpensshMaster(child, { target, settings, socketPath })
    await master.ready()
    return master
  })
}

/**
 * What makes ssh a master that goes into the background when it is let in, outlives us, and ends by itself when it carried nothing for so
 * long: for what is drawn on a desktop. Everything else is as with ours.
 */
export function backgroundMasterArguments(
  target: OpensshTarget,
  settings: SshSettings,
  { controlPath, logPath, idleSeconds }: { controlPath: string; logPath: string; idleSeconds: number },
): string[] {
  const how = ['-f', '-N', '-T', '-M', '-S', controlPath, '-E', logPath, '-o', `ControlPersist=${idleSeconds}`]
  // -f sets what ALWAYS_IF_KNOWN would unset.
  const newer = target.host.hasSessionOptions ? { ...ALWAYS_IF_KNOWN, ForkAfterAuthentication: 'yes' } : {}
  return [...how, ...options(newer), ...connecting(target), ...leading(target, settings)]
}

/** @throws {AppError} `BAD_CONFIG` if no socket can have so long a path. */
export function requireSocketPath(path: string): void {
  if (Buffer.byteLength(path) + TEMPORARY_SUFFIX <= MAX_SOCKET_PATH) return
  throw new AppError(
    'BAD_CONFIG',
    `The folder for sockets has too long a name: ${dirname(path)}. Set XDG_RUNTIME_DIR to a shorter one`,
  )
}

/** The first value that ssh hears of an option counts. */
function connecting({ host }: OpensshTarget): string[] {
  const timeout: Record<string, string> = host.connectTimeoutMs === null ? { ConnectTimeout: '15' } : {}
  return options({ ...ALWAYS, ...timeout, LogLevel: 'ERROR' })
}

export class OpensshMaster implements SlotConnection {
  readonly lost: Promise<Error>
  readonly #child: ChildProcessWithoutNullStreams
  readonly #target: OpensshTarget
  readonly #settings: SshSettings
  readonly #socketPath: string
  #complaint = ''
  #isGone = false

  constructor(
    child: ChildProcessWithoutNullStreams,
    about: { target: OpensshTarget; settings: SshSettings; socketPath: string },
  ) {
    this.#child = child
    this.#target = about.target
    this.#settings = about.settings
    this.#socketPath = about.socketPath
    child.stdin.on('error', () => undefined) // It has ended: `lost` tells.
    child.on('error', () => child.stderr.destroy())
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#complaint = (this.#complaint + text).slice(-8_000)
    })
    this.lost = once(child.stderr, 'close').then(() => {
      this.#isGone = true
      child.stdin.end()
      const words = this.#complaint.trim().split('\n').at(-1) || 'the connection was closed'
      return new AppError('HOST_UNREACHABLE', `Lost ${this.#target.name}: ${words}`)
    })
  }

  async ready(): Promise<void> {
    const deadline = performance.now() + READY_TIMEOUT_MS
    while (!this.#isGone) {
      if (await exists(this.#socketPath)) return
      if (performance.now() > deadline) {
        this.close()
        throw new AppError(
          'HOST_UNREACHABLE',
          `Cannot connect to ${this.#target.name}: ssh was not let in within ${READY_TIMEOUT_MS / 1000} s`,
        )
      }
      await delay(READY_POLL_MS)
    }
    throw opensshError(this.#target, this.#complaint)
  }

  async exec(command: string, execOptions: ExecOptions): Promise<Opened> {
    this.#check()
    return openSession(command, execOptions, {
      host: this.#target.name,
      args: this.#through(),
      env: toolEnv(this.#settings.env),
      dir: this.#settings.runtimeDir,
      isMasterAlive: () => this.#isAlive(),
    })
  }

  /** A failure to connect shows as the stream's error, and so does its end. */
  async forward(place: { host: string; port: number }): Promise<Duplex> {
    this.#check()
    const address = place.host.includes(':') ? `[${place.host}]` : place.host
    const args = [...options({ LogLevel: 'ERROR' }), '-W', `${address}:${place.port}`, ...this.#through()]
    const child = spawn('ssh', args, { env: toolEnv(this.#settings.env), cwd: homedir(), detached: true, stdio: 'pipe' })
    await once(child, 'spawn')
    let words = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      words = (words + text).slice(-500)
    })
    child.on('error', () => undefined) // Only a failed kill.
    const stream = joinStreams(child.stdout, child.stdin, { onDestroy: () => child.kill(), endsByError: true })
    child.once('close', code => {
      const why = words.trim().split('\n').at(-1) || (code === 0 ? 'the connection was closed' : `ssh ended with ${code}`)
      stream.destroy(new Error(`${this.#target.name}, on the way to ${place.host} port ${place.port}: ${why}`))
    })
    return stream
  }

  close(): void {
    this.#child.stdin.end()
  }

  #check(): void {
    if (this.#isGone) throw new AppError('HOST_UNREACHABLE', `The connection to ${this.#target.name} is lost`)
  }

  #through(): string[] {
    return [...options({ ...ALWAYS, ...THROUGH_MASTER }), '-S', this.#socketPath, ...leading(this.#target, this.#settings)]
  }

  async #isAlive(): Promise<boolean> {
    if (this.#isGone) return false
    const args = ['-S', this.#socketPath, '-O', 'check', ...leading(this.#target, this.#settings)]
    const { code } = await runTool('ssh', args, this.#settings.env)
    return code === 0 && !this.#isGone
  }
}

/** Which config, and which host of it. */
function leading({ host, jumps }: OpensshTarget, settings: SshSettings): string[] {
  const newer = host.hasSessionOptions ? options(ALWAYS_IF_KNOWN) : []
  const proxyJump = jumps === undefined ? [] : options({ ProxyJump: jumps.join(',') || 'none' })
  return [...configArguments(settings), ...newer, ...proxyJump, '-l', host.user, '-p', `${host.port}`, '--', host.alias]
}

function options(values: Record<string, string>): string[] {
  return Object.entries(values).flatMap(([name, value]) => ['-o', `${name}=${value}`])
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
