/**
 * A job's log as the page looks at it: a window over any size of it. It follows the end while one looks at that; elsewhere it reads what
 * stands before and behind as it is come to, and only asks how much came meanwhile. What breaks is tried again when the core is back.
 */
import type { ByteStream } from '../../../../shared/core-stream.ts'
import { type ErrorBody, toErrorBody } from '../../../../shared/errors.ts'
import { firstLineStart, joined, LogWindow, WINDOW_BYTES } from './log-window.ts'
import type { LogSource } from './read-log.ts'

export type LogState = {
  window: LogWindow
  sizeBytes: number
  /** Of its beginning: kept no more. */
  droppedBytes: number
  isFollowing: boolean
  /** The first part is here. */
  isLoaded: boolean
  isReading: boolean
  error: ErrorBody | null
  /** A line to be brought into sight, once: another object each time. */
  target: { byte: number } | null
}

export type LogModelOptions = {
  source: LogSource
  /** No more will come. */
  isFinal(): boolean
  /** Calls back when the page next draws: what came until then is one change. */
  nextFrame(callback: () => void): void
}

/** What is read at once. */
const PART_BYTES = 256 * 1024
/** Who follows the end wants to see it: so far behind, what is between is left out. */
const BEHIND_BYTES = 4 * WINDOW_BYTES

export class LogModel {
  readonly #source: LogSource
  readonly #isFinal: () => boolean
  readonly #nextFrame: LogModelOptions['nextFrame']
  readonly #listeners = new Set<() => void>()
  #state: LogState = {
    window: new LogWindow(0, new Uint8Array()),
    sizeBytes: 0,
    droppedBytes: 0,
    isFollowing: false,
    isLoaded: false,
    isReading: false,
    error: null,
    target: null,
  }
  #stream: ByteStream | undefined
  /** Counts up with each place gone to: what was read for an earlier one comes too late. */
  #visit = 0

  constructor({ source, isFinal, nextFrame }: LogModelOptions) {
    this.#source = source
    this.#isFinal = isFinal
    this.#nextFrame = nextFrame
  }

  readonly state = (): LogState => this.#state
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The end, and what comes there. */
  async follow(): Promise<void> {
    await this.#read(async visit => {
      const { bytes: size, droppedBytes } = await this.#source.size()
      const from = Math.max(droppedBytes, size - PART_BYTES)
      const bytes = await this.#source.read(from, size - from)
      if (visit !== this.#visit) return
      const cut = from === droppedBytes ? 0 : firstLineStart(bytes)
      const window = new LogWindow(from + cut, bytes.slice(cut))
      this.#change({
        window,
        droppedBytes,
        sizeBytes: Math.max(size, window.end),
        isFollowing: true,
        isLoaded: true,
        target: null,
      })
      void this.#followFrom(window.end, visit)
    })
  }

  /** One looks elsewhere. */
  leaveEnd(): void {
    if (!this.#state.isFollowing) return
    this.#visit++
    this.#endStream()
    this.#change({ isFollowing: false, isReading: false })
  }

  async goTo(wanted: number): Promise<void> {
    const { window, droppedBytes } = this.#state
    const byte = Math.max(wanted, droppedBytes)
    this.leaveEnd()
    if (byte >= window.start && byte < window.end) return this.#change({ target: { byte } })
    await this.#read(async visit => {
      // What stands before is of use too.
      const from = Math.max(droppedBytes, byte - PART_BYTES / 2)
      const bytes = await this.#source.read(from, PART_BYTES)
      if (visit !== this.#visit) return
      const cut = from === droppedBytes ? 0 : Math.min(firstLineStart(bytes), byte - from)
      const next = new LogWindow(from + cut, bytes.slice(cut))
      this.#change({ window: next, sizeBytes: Math.max(this.#state.sizeBytes, next.end), isLoaded: true, target: { byte } })
    })
  }

  /** Goes to a place at once, without having seen the end. */
  async lookFrom(byte: number): Promise<void> {
    const told = await this.#source.size().catch(() => null) // What cannot be asked is told of by the reading.
    if (told) this.#change({ sizeBytes: Math.max(told.bytes, this.#state.sizeBytes), droppedBytes: told.droppedBytes })
    await this.goTo(byte)
  }

  async readBefore(): Promise<void> {
    const { window, isReading, droppedBytes } = this.#state
    if (isReading || window.start <= droppedBytes) return
    await this.#read(async visit => {
      const from = Math.max(droppedBytes, window.start - PART_BYTES)
      const bytes = await this.#source.read(from, window.start - from)
      if (visit !== this.#visit || bytes.length < window.start - from) return
      const cut = from === droppedBytes ? 0 : firstLineStart(bytes)
      this.#change({ window: this.#state.window.prepend(bytes.slice(cut)) })
    })
  }

  async readAfter(): Promise<void> {
    const { window, isReading, isFollowing, sizeBytes } = this.#state
    if (isReading || isFollowing || window.end >= sizeBytes) return
    await this.#read(async visit => {
      const bytes = await this.#source.read(window.end, PART_BYTES)
      if (visit === this.#visit) this.#change({ window: this.#state.window.append(bytes) })
    })
  }

  /** How much came while one looked elsewhere, or while a slow line brought what was before it: then it goes on at the end. */
  async lookAtSize(): Promise<void> {
    const { isLoaded, isReading, error } = this.#state
    if (!isLoaded || isReading || error) return
    const told = await this.#source.size().catch(() => null) // Asked again soon.
    if (told === null || told.bytes <= this.#state.sizeBytes) return
    const { bytes: size, droppedBytes } = told
    this.#change({ sizeBytes: size, droppedBytes })
    const { isFollowing, window } = this.#state
    if (isFollowing && size - window.end > BEHIND_BYTES) await this.follow()
  }

  /** After an error: the way to the host may be open again. */
  async again(): Promise<void> {
    this.#change({ error: null })
    if (!this.#state.isLoaded) await this.follow()
    else if (this.#state.isFollowing) void this.#followFrom(this.#state.window.end, ++this.#visit)
  }

  close(): void {
    this.#visit++
    this.#endStream()
  }

  async #read(work: (visit: number) => Promise<void>): Promise<void> {
    this.#endStream()
    const visit = ++this.#visit
    this.#change({ isReading: true, error: null })
    try {
      await work(visit)
    } catch (error) {
      if (visit === this.#visit) this.#change({ error: toErrorBody(error) })
    } finally {
      if (visit === this.#visit) this.#change({ isReading: false })
    }
  }

  async #followFrom(byte: number, visit: number): Promise<void> {
    if (this.#isFinal() && byte >= this.#state.sizeBytes) return
    let gathered: Uint8Array = new Uint8Array()
    let isScheduled = false
    let lost = 0
    const flush = () => {
      isScheduled = false
      if (visit !== this.#visit || gathered.length === 0) return
      const { window } = this.#state
      // Of more than a window's worth in one frame only the end is kept.
      const next = lost > 0 ? new LogWindow(window.end + lost, gathered) : window.append(gathered)
      gathered = new Uint8Array()
      lost = 0
      this.#change({ window: next, sizeBytes: Math.max(this.#state.sizeBytes, next.end) })
    }
    try {
      const stream = await this.#source.follow(byte)
      if (visit !== this.#visit) return stream.close()
      this.#stream = stream
      for await (const bytes of stream) {
        if (visit !== this.#visit) return
        const all = joined(gathered, bytes)
        const over = Math.max(0, all.length - WINDOW_BYTES)
        lost += over
        gathered = all.slice(over)
        if (!isScheduled) this.#nextFrame(flush)
        isScheduled = true
      }
      flush()
    } catch (error) {
      flush()
      if (visit === this.#visit) this.#change({ error: toErrorBody(error) })
    }
  }

  #endStream(): void {
    this.#stream?.close()
    this.#stream = undefined
  }

  #change(change: Partial<LogState>): void {
    this.#state = { ...this.#state, ...change }
    for (const listener of this.#listeners) listener()
  }
}
