/**
 * Shares out the few sessions that sshd allows on one connection (MaxSessions: 10 by default, 1 or 2 on some hosts) and opens
 * further connections when they run out. For both ssh transports; owns all connections of one host.
 *
 * Two groups never take each other's slots: `main` holds the control channel and short commands, `stream` all that may last.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '../../shared/errors.ts'
import type { Channel, Lane } from './transport.ts'

export interface SlotConnection {
  readonly lost: Promise<Error>
  close(): void
}
/** `released` settles when the host no longer counts the channel as a session. */
export type Opened = { channel: Channel; released: Promise<unknown> }
/** What an opener throws when the host allows no further session on this connection. */
export class SessionRefused extends Error {
  override name = 'SessionRefused'
}

type Group = 'main' | 'stream'
type Member<C> = {
  group: Group
  /** The one the host was dialled by. It is kept as long as the transport. */
  isFirst: boolean
  connection: Promise<C>
  /** Slots taken, be their channels open or still opening. */
  used: number
  open: number
  /** Slots held by control channels, which never come back. */
  controls: number
  limit: number
  hasWorked: boolean
  idleTimer: NodeJS.Timeout | null
}
/** `take` gives a member with its slot already taken, or null: look again. */
type Waiter<C> = { group: Group; take(member: Member<C> | null): void }

/** Below sshd's ten, so that a slot it is slow to free does not matter. */
const LIMITS: Record<Group, number> = { main: 7, stream: 8 }
/** sshd frees a slot a moment after it has told us of the channel's end: these pauses outlast it. */
const RETRY_DELAYS_MS = [5, 10, 20, 20]
const IDLE_MS = 60_000

export class ChannelSlots<C extends SlotConnection> {
  readonly #host: string
  readonly #openAnother: () => Promise<C>
  readonly #idleMs: number
  readonly #members: Member<C>[] = []
  readonly #waiting: Waiter<C>[] = []
  /** The fewest sessions a connection of this host was seen to allow. */
  #learnedLimit = Number.POSITIVE_INFINITY
  #isClosed = false

  constructor(first: C, options: { host: string; openAnother(): Promise<C>; idleMs?: number }) {
    this.#host = options.host
    this.#openAnother = options.openAnother
    this.#idleMs = options.idleMs ?? IDLE_MS
    this.#add('main', Promise.resolve(first), true)
  }

  /**
   * Opens a channel on a connection that has room, waiting for room in `main` and making room in `stream`.
   *
   * @throws {AppError} `CANCELLED` if `signal` fired; `HOST_UNREACHABLE` after `close`; else what `open` throws.
   */
  async open(lane: Lane, signal: AbortSignal | undefined, open: (connection: C) => Promise<Opened>): Promise<Channel> {
    for (;;) {
      if (signal?.aborted) throw cancelled()
      const member = await this.#take(lane === 'stream' ? 'stream' : 'main', signal)
      try {
        const opened = await this.#tryOpen(member, signal, open)
        this.#hold(member, lane, opened.released)
        return opened.channel
      } catch (error) {
        if (!(error instanceof SessionRefused)) {
          this.#release(member)
          throw error
        }
        this.#learn(member, error)
        this.#release(member)
      }
    }
  }

  /** Connections open or opening now. */
  get size(): number {
    return this.#members.length
  }

  close(): void {
    this.#isClosed = true
    for (const member of [...this.#members]) this.#drop(member)
    this.#wakeAll()
  }

  async #tryOpen(member: Member<C>, signal: AbortSignal | undefined, open: (connection: C) => Promise<Opened>): Promise<Opened> {
    const connection = await member.connection
    for (const pauseMs of RETRY_DELAYS_MS) {
      if (this.#isClosed) throw closed(this.#host)
      try {
        return await orAborted(open(connection), signal)
      } catch (error) {
        if (!(error instanceof SessionRefused)) throw error
      }
      await delay(pauseMs)
    }
    return orAborted(open(connection), signal)
  }

  #hold(member: Member<C>, lane: Lane, released: Promise<unknown>): void {
    const controls = lane === 'control' ? 1 : 0
    member.open += 1
    member.controls += controls
    member.hasWorked = true
    released.finally(() => {
      member.open -= 1
      member.controls -= controls
      this.#release(member)
    })
  }

  /** A refusal with others open says how many the host allows. With none open, something we cannot see holds the slots. */
  #learn(member: Member<C>, refusal: SessionRefused): void {
    if (member.open === 0 && !member.hasWorked) {
      this.#drop(member)
      throw new AppError(
        'HOST_UNREACHABLE',
        `${this.#host} allows no session at all: ${refusal.message}. See MaxSessions in its sshd_config`,
      )
    }
    member.limit = member.open
    if (member.open > 0) this.#learnedLimit = Math.min(this.#learnedLimit, member.open)
    for (const other of this.#members) other.limit = Math.min(other.limit, this.#learnedLimit)
    this.#wakeAll() // There may be nothing left to wait for.
  }

  async #take(group: Group, signal: AbortSignal | undefined): Promise<Member<C>> {
    for (;;) {
      if (this.#isClosed) throw closed(this.#host)
      const free = this.#withRoom(group)
      if (!free && this.#canWait(group)) {
        const member = await this.#wait(group, signal)
        if (member) return member
        continue
      }
      const member = free ?? this.#add(group, this.#openAnother(), false)
      if (member.idleTimer) clearTimeout(member.idleTimer)
      member.idleTimer = null
      member.used += 1
      return member
    }
  }

  #withRoom(group: Group): Member<C> | undefined {
    return this.#members.find(member => member.group === group && member.used < member.limit)
  }

  /** Short commands wait for each other, as long as there is a slot that comes back. What may last for ever waits for nothing. */
  #canWait(group: Group): boolean {
    return group === 'main' && this.#members.some(member => member.group === 'main' && member.limit > member.controls)
  }

  async #wait(group: Group, signal: AbortSignal | undefined): Promise<Member<C> | null> {
    const { promise, resolve, reject } = Promise.withResolvers<Member<C> | null>()
    const waiter: Waiter<C> = { group, take: resolve }
    const abort = () => {
      const index = this.#waiting.indexOf(waiter)
      if (index < 0) return // It was just given a slot, and sees the abort by itself.
      this.#waiting.splice(index, 1)
      reject(cancelled())
    }
    this.#waiting.push(waiter)
    signal?.addEventListener('abort', abort, { once: true })
    try {
      return await promise
    } finally {
      signal?.removeEventListener('abort', abort)
    }
  }

  #release(member: Member<C>): void {
    const isKept = this.#members.includes(member)
    if (isKept && member.used <= member.limit) {
      const index = this.#waiting.findIndex(waiter => waiter.group === member.group)
      if (index >= 0) {
        // The slot goes from hand to hand, so that nobody who came later gets it.
        for (const waiter of this.#waiting.splice(index, 1)) waiter.take(member)
        return
      }
    }
    member.used -= 1
    if (!isKept || member.isFirst || member.used > 0) return
    // One without slots is of no use; another may serve again.
    if (member.limit === 0) this.#drop(member)
    else member.idleTimer = setTimeout(() => this.#drop(member), this.#idleMs).unref()
  }

  #wakeAll(): void {
    for (const waiter of this.#waiting.splice(0)) waiter.take(null)
  }

  #add(group: Group, connection: Promise<C>, isFirst: boolean): Member<C> {
    const limit = Math.min(LIMITS[group], this.#learnedLimit)
    const member: Member<C> = {
      group,
      isFirst,
      connection,
      used: 0,
      open: 0,
      controls: 0,
      limit,
      hasWorked: false,
      idleTimer: null,
    }
    this.#members.push(member)
    connection.then(
      made => made.lost.then(() => this.#drop(member)),
      () => this.#drop(member),
    )
    return member
  }

  #drop(member: Member<C>): void {
    const index = this.#members.indexOf(member)
    if (index < 0) return
    this.#members.splice(index, 1)
    if (member.idleTimer) clearTimeout(member.idleTimer)
    this.#wakeAll()
    member.connection.then(
      connection => connection.close(),
      () => undefined, // It never came up: whoever asked for it was told.
    )
  }
}

async function orAborted(opening: Promise<Opened>, signal: AbortSignal | undefined): Promise<Opened> {
  if (!signal) return opening
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = () => reject(cancelled())
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([opening, aborted])
  } catch (error) {
    // Should it open after all, nobody waits for it.
    if (signal.aborted) opening.then(({ channel }) => channel.close()).catch(() => undefined)
    throw error
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

function cancelled(): AppError {
  return new AppError('CANCELLED', 'The command was cancelled before it began')
}
function closed(host: string): AppError {
  return new AppError('HOST_UNREACHABLE', `The connection to ${host} is closed`)
}
