/**
 * Sends chosen entries of a folder into the host's copy with the system's rsync, through the connection that is open already: rsync
 * starts, in place of ssh, a small shell that ties it to two pipes of ours, and the core carries their bytes over a channel.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { AppError } from '../../../shared/errors.ts'
import type { Channel, ChannelEnd } from '../../hosts/transport.ts'
import { lastLines } from './last-lines.ts'
import { ProgressReader } from './rsync-progress.ts'
import { cancelled, hostFailure, type Transfer, type TransferResult } from './transfer.ts'

export type RsyncTransfer = Transfer & {
  /** Byte paths relative to the folder, each ended by NUL. */
  paths: Uint8Array
  count: number
  totalBytes: number
  /** Compares contents, whatever the times say; else a file of the same size and time is left alone. */
  comparesContent: boolean
  compresses: boolean
}

/**
 * Runs as rsync's remote shell. It tells us the words for the other side, NUL by NUL with their count before them, on descriptor 4,
 * then copies rsync's output there, and to rsync what comes on 3. Without single quotes, which rsync itself takes off.
 */
const BRIDGE = 'printf "%s\\0" "$#" "$@" >&4; exec 5<&0; cat <&5 >&4 3<&- & exec 4>&-; cat <&3; kill $! 2>/dev/null'

const OPTIONS = [
  // Else the bridge's way back to rsync refuses what rsync is too busy to read, as when a host asks for very many files.
  '--blocking-io',
  ...['--from0', '--files-from=-', '--links', '--perms', '--times', '--omit-dir-times', '--omit-link-times'],
  ...['--info=progress2,flist0,stats0', '--outbuf=N', '--no-human-readable', `--rsh=/bin/sh -c '${BRIDGE}' bridge`],
]
/** What rsync needs to know of its other side; the agent puts the copy in its place. */
const DESTINATION = 'host:copy'

const VANISHED = 24
const SOME_FAILED = 23
const ANSWER_MS = 5_000
const HEADER_LIMIT_BYTES = 64 * 1024
/** How long either side may need to end when the other one has. */
const END_GRACE_MS = 10_000

/** Whether this machine's rsync answers, and speaks what we need: 3.1 or newer. */
export function hasRsync(): Promise<boolean> {
  return new Promise(resolve => {
    execFile('rsync', ['--version'], { timeout: ANSWER_MS, killSignal: 'SIGKILL' }, (error, stdout) =>
      resolve(!error && isRsyncUsable(/^rsync +version v?(\S+)/.exec(stdout)?.[1])),
    )
  })
}

export function isRsyncUsable(version: string | null | undefined): boolean {
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number)
  return major > 3 || (major === 3 && minor >= 1)
}

/** @throws {AppError} `CANCELLED`, `DISK_FULL`, `HOST_UNREACHABLE`, `BAD_INPUT` naming what cannot be read, `HOST_ERROR`. */
export async function sendByRsync(transfer: RsyncTransfer): Promise<TransferResult> {
  const startedAt = performance.now()
  const run = new RsyncRun(transfer)
  const outcome = await run.finish()
  const problem = problemOf(outcome, transfer)
  if (problem) throw problem
  return { sentBytes: run.sentBytes, tookMs: performance.now() - startedAt, vanished: outcome.code === VANISHED }
}

/** `signal`: what ended our rsync, where that was not us. */
type Outcome = {
  code: number | null
  signal: string | null
  said: string
  host: { end: ChannelEnd; said: string } | null
  error: unknown
}

class RsyncRun {
  sentBytes = 0
  readonly #transfer: RsyncTransfer
  readonly #child: ChildProcess
  readonly #exit: Promise<Pick<Outcome, 'code' | 'signal'>>

  constructor(transfer: RsyncTransfer) {
    this.#transfer = transfer
    const { comparesContent, compresses, folder } = transfer
    const options = [...OPTIONS, ...(comparesContent ? ['--ignore-times'] : []), ...(compresses ? ['--compress'] : [])]
    this.#child = spawn('rsync', [...options, '--', `${folder}/`, DESTINATION], {
      cwd: '/',
      env: rsyncEnvironment(),
      stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
    })
    this.#exit = new Promise((resolve, reject) => {
      this.#child.once('close', (code, signal) => resolve({ code, signal: this.#child.killed ? null : signal }))
      this.#child.once('error', reject)
    })
    this.#exit.catch(() => undefined) // Whoever waits for it is told.
  }

  async finish(): Promise<Outcome> {
    const { signal, onProgress, count, totalBytes } = this.#transfer
    const abort = () => this.#child.kill()
    signal?.addEventListener('abort', abort, { once: true })
    try {
      if (signal?.aborted) abort()
      const [stdin, stdout, stderr, fromHost, toHost] = pipesOf(this.#child)
      for (const pipe of [stdin, fromHost, toHost]) pipe.on('error', () => undefined) // Its end tells why.
      const said = lastLines(stderr)
      const progress = new ProgressReader({ count, totalBytes, onProgress })
      stdout.on('data', (chunk: Buffer) => progress.push(chunk))
      stdin.end(pathList(this.#transfer.paths))
      const bridged = await this.#bridge(toHost, fromHost).catch(error => ({ error, host: null }))
      if (bridged.error !== undefined) {
        this.#child.kill()
        // The bridge reads from one and holds rsync's stderr as long as it does.
        for (const pipe of [fromHost, toHost]) pipe.destroy()
      }
      return { ...bridged, ...(await this.#exit), said: await said }
    } finally {
      signal?.removeEventListener('abort', abort)
    }
  }

  async #bridge(toHost: Readable, fromHost: Writable): Promise<Pick<Outcome, 'host' | 'error'>> {
    const { transport, agent, folderKey, signal } = this.#transfer
    const words = await readWords(toHost)
    const command = agent.commands.rsyncReceive(folderKey, words.slice(words.indexOf('--server')))
    const channel = await transport.exec(command, { lane: 'stream', ...(signal && { signal }) })
    try {
      const said = lastLines(channel.stderr)
      this.#carry(toHost, channel, fromHost)
      const end = await this.#endOf(channel)
      return { host: { end, said: await said }, error: undefined }
    } finally {
      channel.close()
    }
  }

  #carry(toHost: Readable, channel: Channel, fromHost: Writable): void {
    toHost.on('data', (chunk: Buffer) => {
      this.sentBytes += chunk.length
    })
    channel.stdin.on('error', () => undefined) // The channel's end tells why.
    toHost.pipe(channel.stdin)
    channel.stdout.on('error', () => undefined)
    channel.stdout.pipe(fromHost)
    // Where our side has gone nobody takes what the host says, and a channel does not end before it was read.
    fromHost.once('close', () => channel.stdout.resume())
    // A channel that breaks does not always end its output.
    void channel.end.then(() => fromHost.end())
  }

  /** Normally the host's side ends first. When ours does, by a cancel or an error, the host's has to follow. */
  async #endOf(channel: Channel): Promise<ChannelEnd> {
    let timer: NodeJS.Timeout | undefined
    const close = () => {
      timer = setTimeout(() => channel.close(), END_GRACE_MS)
    }
    // Not when its pipes are closed: what it leaves behind may hold them.
    this.#child.once('exit', close)
    void channel.end.then(() => setTimeout(() => this.#child.kill('SIGKILL'), END_GRACE_MS).unref())
    try {
      return await channel.end
    } finally {
      clearTimeout(timer)
    }
  }
}

/** What went wrong, told by whoever knows best: the person's wish, the host's end, then rsync. */
function problemOf(outcome: Outcome, transfer: RsyncTransfer): AppError | null {
  const { code, signal, said, host, error } = outcome
  if (transfer.signal?.aborted) return cancelled()
  // Ours may end well where the host's has not taken a file: it says so to nobody but us.
  if (code === 0 && !host?.end.code) return null
  if (code === VANISHED && host?.end.code !== null) return null
  if (signal !== null) {
    const message = `rsync on this computer was ended by ${signal} while it sent ${transfer.folder} to ${transfer.host}`
    return new AppError('HOST_ERROR', `${message}. Push again: it goes on from what has arrived`)
  }
  if (error instanceof AppError) return error
  const doing = `receiving ${transfer.folder}`
  const unreadable = /send_files failed to open "(.*)": Permission denied/.exec(said)?.[1]
  if (code === SOME_FAILED && unreadable !== undefined) {
    return new AppError('BAD_INPUT', `Not all of ${transfer.folder} was pushed: no right to read ${unreadable}`)
  }
  const all = [said, host?.said ?? ''].filter(text => text !== '').join('; ')
  // The host's side also ends in an ordinary way when it was ours that failed.
  const end = host?.end.code === 0 ? { code, signal: null } : (host?.end ?? { code, signal: null })
  return (
    hostFailure(transfer.host, doing, { end, said: all }) ?? new AppError('HOST_ERROR', `rsync failed while ${doing}: ${all}`)
  )
}

/** Reads what the bridge says first, and leaves the rest in the stream. */
async function readWords(stream: Readable): Promise<string[]> {
  let read = Buffer.alloc(0)
  for (;;) {
    const fields = read.toString('utf8').split('\0')
    const count = Number(fields[0])
    if (fields.length > 1 && fields.length >= count + 2) {
      const words = fields.slice(1, count + 1)
      stream.unshift(read.subarray(Buffer.byteLength(`${fields.slice(0, count + 1).join('\0')}\0`)))
      return words
    }
    const chunk = await nextChunk(stream)
    if (chunk === null || read.length > HEADER_LIMIT_BYTES) throw new AppError('HOST_ERROR', 'rsync ended before it began')
    read = Buffer.concat([read, chunk])
  }
}

function nextChunk(stream: Readable): Promise<Buffer | null> {
  return new Promise(resolve => {
    const look = () => {
      const chunk: Buffer | null = stream.read()
      if (chunk === null && !stream.readableEnded && !stream.destroyed) return
      for (const event of ['readable', 'end', 'close']) stream.off(event, look)
      resolve(chunk)
    }
    for (const event of ['readable', 'end', 'close']) stream.on(event, look)
    look()
  })
}

/** With `./` before each: rsync takes lines that begin with # or ; for comments. */
function pathList(paths: Uint8Array): Buffer {
  const list = Buffer.from(paths.buffer, paths.byteOffset, paths.byteLength).toString('latin1')
  return Buffer.from(list.replace(/[^\0]+\0/g, './$&'), 'latin1')
}

function pipesOf(child: ChildProcess): [Writable, Readable, Readable, Writable, Readable] {
  const [stdin, stdout, stderr, fromHost, toHost] = child.stdio
  if (!stdin || !stdout || !stderr || !fromHost || !toHost) throw new TypeError('rsync was started without its pipes')
  return [stdin, stdout, stderr, fromHost as Writable, toHost as Readable]
}

function rsyncEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('RSYNC_') && !name.startsWith('LC_'))
  return { ...Object.fromEntries(kept), LC_ALL: 'C' }
}
