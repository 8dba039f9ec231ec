/**
 * One session through an OpenSSH master: a local `ssh` that lends its streams to the master. The command on the host first writes a mark,
 * by which we know that the session stands; an exit code of 255 is explained by what ssh wrote to its log.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, type Readable } from 'node:stream'
import { AppError } from '../../shared/errors.ts'
import { type Opened, SessionRefused } from './channel-slots.ts'
import { type ChildSession, childChannel, type ToEnd } from './child-channel.ts'
import { throughLoginShell } from './login-shell.ts'
import { markOutput, NoiseFilter, newMark } from './output-mark.ts'
import { ptyChannel } from './pty.ts'
import { isOver } from './streams.ts'
import type { ChannelEnd, ExecOptions } from './transport.ts'

export type SessionOptions = {
  host: string
  /** Arguments that lead to the master, up to the command; without `-E`. */
  args: readonly string[]
  env: NodeJS.ProcessEnv
  /** A folder of ours for the log. */
  dir: string
  /** Asks whether the master is still there. */
  isMasterAlive(): Promise<boolean>
}

/** ssh's own failures, and commands that ended so. */
const SSH_FAILED = 255

/**
 * @throws {SessionRefused} when the host allows no further session on this connection.
 * @throws {AppError} `HOST_UNREACHABLE`
 */
export async function openSession(command: string, { terminal }: ExecOptions, options: SessionOptions): Promise<Opened> {
  const { host, env, dir } = options
  const mark = newMark()
  const logPath = join(dir, `${mark}.log`)
  const remote = throughLoginShell(markOutput(command, mark, terminal !== undefined))
  // On a terminal ssh would also say goodbye, were it not for the log level.
  const how = terminal ? ['-tt', '-e', 'none', '-o', 'LogLevel=ERROR'] : ['-T', '-o', 'LogLevel=DEBUG2']
  const args = ['-E', logPath, ...how, ...options.args, remote]
  const toEnd = (end: ChannelEnd) => explainEnd(end, { ...options, logPath, hasTerminal: terminal !== undefined })
  const { channel, exited } = terminal
    ? await ptyChannel({ file: 'ssh', args, cwd: homedir(), env, terminal, toEnd })
    : await startChild(args, env, toEnd)
  const released = exited.finally(() => rm(logPath, { force: true }))
  const filter = () => new NoiseFilter(mark, terminal !== undefined)
  const stdout = withoutNoise(channel.stdout, filter())
  // A terminal has no stderr.
  const stderr = terminal ? { found: stdout.found, rest: channel.stderr } : withoutNoise(channel.stderr, filter())
  const isOpen = await Promise.race([stderr.found, exited.then(({ code }) => code !== null && code !== SSH_FAILED)])
  if (isOpen) {
    const end = Promise.all([channel.end, isOver(stdout.rest), isOver(stderr.rest)]).then(([known]) => known)
    const close = () => {
      channel.close()
      stdout.rest.destroy()
      stderr.rest.destroy()
    }
    return { channel: { ...channel, stdout: stdout.rest, stderr: stderr.rest, end, close }, released }
  }
  const log = await readLog(logPath)
  channel.close()
  if (/[Ss]ession (open|request) (refused|failed)/.test(log)) throw new SessionRefused('Session open refused by peer')
  throw new AppError('HOST_UNREACHABLE', `${host}: no command can be run: ${lastWords(log)}`)
}

async function startChild(args: string[], env: NodeJS.ProcessEnv, toEnd: ToEnd): Promise<ChildSession> {
  const child = spawn('ssh', args, { env, cwd: homedir(), detached: true, stdio: 'pipe' })
  await once(child, 'spawn')
  return childChannel(child, { toEnd, onClose: () => child.kill() })
}

type EndOptions = SessionOptions & { logPath: string; hasTerminal: boolean }

async function explainEnd(end: ChannelEnd, { logPath, hasTerminal, isMasterAlive }: EndOptions): Promise<ChannelEnd> {
  const nothing = { code: null, signal: null }
  if (end.code !== SSH_FAILED) return end.code === null ? nothing : end
  if (/Received exit status from master/.test(await readLog(logPath))) return end
  if (!(await isMasterAlive())) return nothing
  // The connection stands, so the command died by a signal, whose name ssh does not pass on. On a terminal we cannot tell that from a 255.
  return hasTerminal ? end : { code: null, signal: 'UNKNOWN' }
}

/** Drops what is not the command's own. `found` settles with false if the stream ends without any. */
function withoutNoise(source: Readable, filter: NoiseFilter): { found: Promise<boolean>; rest: Readable } {
  const { promise: found, resolve } = Promise.withResolvers<boolean>()
  const rest = new PassThrough()
  const look = (chunk: Buffer) => {
    const own = filter.take(chunk)
    if (filter.isWaiting) return
    source.off('data', look)
    if (own.length > 0) rest.write(own)
    source.pipe(rest)
    resolve(true)
  }
  source.on('data', look)
  source.once('close', () => {
    resolve(false)
    if (filter.isWaiting) rest.end(filter.rest())
    else rest.end()
  })
  rest.once('close', () => source.destroy()) // Nobody reads it any more; the channel shall still end.
  return { found, rest }
}

async function readLog(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '') // ssh ended before it made one.
}

function lastWords(log: string): string {
  const lines = log.split('\n').filter(line => line.trim() !== '' && !line.startsWith('debug'))
  return lines.at(-1)?.trim() ?? 'ssh gives no reason'
}
