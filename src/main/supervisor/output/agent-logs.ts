/** The logs of a host that is reached over ssh: all of them over one channel to its agent, opened when the first is asked for. */
import { AppError } from '../../../shared/errors.ts'
import { violation } from '../../hosts/agent-protocol.ts'
import type { Live } from '../../hosts/host-link.ts'
import type { Channel } from '../../hosts/transport.ts'
import { FeedParser } from './feed-parser.ts'
import type { HostLogs, LogPart } from './host-logs.ts'
import { parseTimes, type TimeMark } from './log-times.ts'

/** Without anybody who asks, the channel is given back after so long. */
const IDLE_MS = 30_000
const MOST_STDERR = 64 * 1024

export class AgentLogs implements HostLogs {
  readonly #live: Live
  readonly #listeners = new Map<string, Set<() => void>>()
  #feed: Promise<Feed> | null = null
  #idleTimer: NodeJS.Timeout | null = null

  constructor(live: Live) {
    this.#live = live
  }

  async read(jobId: string, fromByte: number, most: number): Promise<LogPart> {
    for (;;) {
      const feed = await this.#open()
      const part = await feed.ask('r', jobId, `${fromByte} ${most}`)
      // Else it went while it was read; what is kept begins later now.
      if (part) return part
    }
  }

  async times(jobId: string): Promise<TimeMark[]> {
    const feed = await this.#open()
    const { bytes } = (await feed.ask('t', jobId).catch(unlessNone)) ?? { bytes: Buffer.alloc(0) }
    return parseTimes(bytes.toString('latin1'), this.#live.agent.clockOffsetMs)
  }

  watch(jobId: string, grown: () => void): () => void {
    const known = this.#listeners.get(jobId)
    const listeners = known ?? new Set()
    this.#listeners.set(jobId, listeners)
    listeners.add(grown)
    if (!known) this.#write(`w ${jobId}\n`)
    return () => {
      listeners.delete(grown)
      if (listeners.size > 0 || this.#listeners.get(jobId) !== listeners) return
      this.#listeners.delete(jobId)
      this.#write(`d ${jobId}\n`)
    }
  }

  close(): void {
    if (this.#idleTimer) clearTimeout(this.#idleTimer)
    this.#feed?.then(
      feed => feed.close(),
      () => undefined, // It never came up.
    )
  }

  /** A channel that does not open is for whoever reads to hear. */
  #write(line: string): void {
    this.#open().then(
      feed => feed.write(line),
      () => undefined,
    )
  }

  #open(): Promise<Feed> {
    this.#idleLater()
    if (this.#feed) return this.#feed
    const opened = this.#begin()
    this.#feed = opened
    opened.then(
      feed => feed.over.then(() => this.#forget(opened)),
      () => this.#forget(opened),
    )
    return opened
  }

  async #begin(): Promise<Feed> {
    const { transport, agent } = this.#live
    const channel = await transport.exec(agent.commands.feed(), { lane: 'stream' })
    const feed = new Feed(channel, jobId => {
      for (const listener of [...(this.#listeners.get(jobId) ?? [])]) listener()
    })
    for (const jobId of this.#listeners.keys()) feed.write(`w ${jobId}\n`)
    return feed
  }

  /** Whoever watches looks again, and so opens another. */
  #forget(feed: Promise<Feed>): void {
    if (this.#feed !== feed) return
    this.#feed = null
    for (const listeners of this.#listeners.values()) for (const listener of [...listeners]) listener()
  }

  #idleLater(): void {
    if (this.#idleTimer) clearTimeout(this.#idleTimer)
    this.#idleTimer = setTimeout(() => {
      if (this.#listeners.size === 0) this.close()
    }, IDLE_MS).unref()
  }
}

/** Where there are none there may be some later. */
function unlessNone(error: unknown): null {
  if (error instanceof AppError && error.code === 'NOT_FOUND') return null
  throw error
}

type Asked = { resolve(part: LogPart | null): void; reject(error: Error): void }

/** One channel. Reads are answered in their order. */
class Feed {
  readonly over: Promise<void>
  readonly #channel: Channel
  readonly #asked: Asked[] = []
  #count = 0
  #isOver = false

  constructor(channel: Channel, grown: (jobId: string) => void) {
    this.#channel = channel
    const parser = new FeedParser(answer => {
      const asked = this.#asked.shift()
      if (!asked) throw violation('an answer to a read', answer.type)
      if (answer.type === 'part') asked.resolve(answer.part)
      else if (answer.type === 'gone') asked.resolve(null)
      else asked.reject(new AppError('NOT_FOUND', 'The output of this job is not there'))
    })
    channel.stdout.on('data', (chunk: Buffer) => {
      try {
        parser.push(chunk)
      } catch (error) {
        this.#fail(error)
      }
    })
    let rest = ''
    channel.stderr.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString('latin1')).split('\n')
      rest = (lines.pop() ?? '').slice(-MOST_STDERR)
      for (const line of new Set(lines)) grown(line)
    })
    // A broken stream ends the channel, and its end tells.
    for (const stream of [channel.stdin, channel.stdout, channel.stderr]) stream.on('error', () => undefined)
    this.over = channel.end.then(() => this.#fail(new AppError('HOST_UNREACHABLE', 'The connection to the host was lost')))
  }

  write(line: string): void {
    if (!this.#isOver) this.#channel.stdin.write(line)
  }

  /** Null: what was read went meanwhile. */
  ask(what: 'r' | 't', jobId: string, more = ''): Promise<LogPart | null> {
    return new Promise((resolve, reject) => {
      if (this.#isOver) {
        reject(new AppError('HOST_UNREACHABLE', 'The connection to the host was lost'))
        return
      }
      this.#asked.push({ resolve, reject })
      this.#count += 1
      this.write(`${what} ${this.#count} ${jobId} ${more}\n`)
    })
  }

  close(): void {
    this.#fail(new AppError('HOST_UNREACHABLE', 'The connection to the host was closed'))
    this.#channel.stdin.end()
    this.#channel.close()
  }

  #fail(error: unknown): void {
    if (this.#isOver) return
    this.#isOver = true
    const cause = error instanceof Error ? error : new AppError('INTERNAL', String(error))
    for (const { reject } of this.#asked.splice(0)) reject(cause)
    if (!(error instanceof AppError) || error.code === 'PROTOCOL') this.#channel.close()
  }
}
