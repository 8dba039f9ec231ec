/**
 * A terminal on one job: its screen, and the stream that fills it while it is looked at. What breaks the stream does not end it: it
 * attaches again by itself, and the job's own screen (tmux) draws itself anew. Leaving only detaches.
 */
import type { TerminalStream } from '../../shared/core-stream.ts'
import { AppError, toErrorBody } from '../../shared/errors.ts'
import { core } from '../core.ts'
import { useCore } from '../stores/core-store.ts'
import { feed } from './feed.ts'
import { fontLoaded, openScreen, type Screen } from './screen.ts'

/**
 * `lost`: the way to it is cut, and it attaches again by itself. `left`: a person detached it, the job goes on. `closed`: there is no
 * terminal any more, and why, if it is not that the job has ended.
 */
export type TerminalState =
  | { kind: 'opening' }
  | { kind: 'attached' }
  | { kind: 'lost'; message: string }
  | { kind: 'left' }
  | { kind: 'closed'; message: string | null }

export type TerminalSnapshot = {
  state: TerminalState
  size: { columns: number; rows: number } | null
  hoveredLink: string | null
  /** To be asked about before it is opened. */
  clickedLink: string | null
}

/** As xterm.js is: what it is not, tmux on the host leaves out. */
const TERM = 'xterm-256color'
const RETRY_MS = 3_000
const FULL_RESET = '\x1bc'

export class TerminalSession {
  readonly jobId: string
  /** Moves from page to page with its screen. */
  readonly element = document.createElement('div')
  onSearch: () => void = () => undefined
  onLeave: () => void = () => undefined
  #screen: Screen | undefined
  #stream: TerminalStream | undefined
  #attachment: AbortController | undefined
  #snapshot: TerminalSnapshot = { state: { kind: 'opening' }, size: null, hoveredLink: null, clickedLink: null }
  readonly #listeners = new Set<() => void>()

  constructor(jobId: string) {
    this.jobId = jobId
    this.element.className = 'terminal-screen'
  }

  readonly snapshot = (): TerminalSnapshot => this.#snapshot
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
  get screen(): Screen | undefined {
    return this.#screen
  }

  /** Shows it in `place` and attaches. Returns what detaches it and takes it out again. */
  show(place: HTMLElement): () => void {
    place.append(this.element)
    const attachment = new AbortController()
    this.#attachment = attachment
    const { signal } = attachment
    void this.#start(signal)
    return () => {
      attachment.abort()
      this.#stream?.close()
      this.#stream = undefined
      this.element.remove()
    }
  }

  /** After `left`. */
  attachAgain(): void {
    const signal = this.#attachment?.signal
    if (signal && !signal.aborted && this.#stream === undefined) void this.#attach(signal)
  }

  focus(): void {
    this.#screen?.terminal.focus()
  }

  answerLink(): void {
    this.#change({ clickedLink: null })
  }

  dispose(): void {
    this.#attachment?.abort()
    this.#stream?.close()
    this.#screen?.dispose()
    this.element.remove()
  }

  async #start(signal: AbortSignal): Promise<void> {
    this.#change({ state: { kind: 'opening' } })
    await fontLoaded()
    if (signal.aborted) return
    if (this.#screen === undefined) this.#open()
    else this.#screen.draw()
    this.#followSize(signal)
    await this.#attach(signal)
  }

  #open(): void {
    const screen = openScreen(this.element, {
      hovered: hoveredLink => this.#change({ hoveredLink }),
      linkClicked: clickedLink => this.#change({ clickedLink }),
      search: () => this.onSearch(),
      leave: () => this.onLeave(),
    })
    this.#screen = screen
    const encoder = new TextEncoder()
    // One after another: what is typed while a long paste waits for room comes behind it.
    let sent = Promise.resolve()
    const send = (bytes: Uint8Array) => {
      const stream = this.#stream
      sent = sent.then(() => stream?.write(bytes)).catch(() => undefined) // A stream that has ended says so where it is read.
    }
    screen.terminal.onData(text => send(encoder.encode(text)))
    screen.terminal.onBinary(text => send(Uint8Array.from(text, char => char.charCodeAt(0))))
  }

  /** The screen is as large as its place, at once; the host hears of it once a frame. */
  #followSize(signal: AbortSignal): void {
    let frame = 0
    const observer = new ResizeObserver(() => {
      cancelAnimationFrame(frame)
      frame = requestAnimationFrame(() => this.#fit())
    })
    observer.observe(this.element)
    signal.addEventListener('abort', () => {
      observer.disconnect()
      cancelAnimationFrame(frame)
    })
    this.#fit()
  }

  #fit(): void {
    const proposed = this.#screen?.fit.proposeDimensions()
    if (!proposed || !this.#screen || Number.isNaN(proposed.cols) || Number.isNaN(proposed.rows)) return
    const size = { columns: Math.max(2, proposed.cols), rows: Math.max(1, proposed.rows) }
    const { size: before } = this.#snapshot
    if (before?.columns === size.columns && before.rows === size.rows) return
    this.#screen.terminal.resize(size.columns, size.rows)
    this.#change({ size })
    this.#stream?.resize(size)
  }

  async #attach(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#attachOnce(signal)
        if (!signal.aborted) this.#change({ state: hasEnded(this.jobId) ? { kind: 'closed', message: null } : { kind: 'left' } })
        return
      } catch (error) {
        if (signal.aborted) return
        const { code, message } = toErrorBody(error)
        if (code !== 'CORE_UNREACHABLE' && code !== 'HOST_UNREACHABLE')
          return this.#change({ state: { kind: 'closed', message } })
        this.#change({ state: { kind: 'lost', message } })
        await wayBack(this.jobId, signal)
      } finally {
        this.#stream = undefined
      }
    }
  }

  /** Until the stream ends. */
  async #attachOnce(signal: AbortSignal): Promise<void> {
    const screen = this.#screen
    if (screen === undefined) return
    const { columns, rows } = this.#snapshot.size ?? { columns: 80, rows: 24 }
    const stream = await core.openTerminal({ job: this.jobId, columns, rows, term: TERM })
    if (signal.aborted) return stream.close()
    this.#stream = stream
    const { size } = this.#snapshot
    if (size && (size.columns !== columns || size.rows !== rows)) stream.resize(size)
    let isFirst = true
    await feed(stream, (bytes, done) => {
      if (signal.aborted) return done()
      // Only now: until then what was there last is better than nothing.
      if (isFirst) {
        screen.terminal.write(FULL_RESET)
        this.#change({ state: { kind: 'attached' } })
      }
      isFirst = false
      screen.terminal.write(bytes, done)
    })
    if (isFirst && signal.aborted) throw new AppError('CANCELLED', 'Nobody looks at this terminal any more')
  }

  #change(change: Partial<TerminalSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change }
    for (const listener of this.#listeners) listener()
  }
}

function hasEnded(jobId: string): boolean {
  return useCore.getState().jobById.get(jobId)?.state === 'ended'
}

/** Settles when the core or the job's host has come back, or after a while: then it is tried again. */
function wayBack(jobId: string, signal: AbortSignal): Promise<void> {
  const isOpen = () => {
    const { link, jobById, hosts } = useCore.getState()
    const host = hosts.find(({ name }) => name === jobById.get(jobId)?.host)
    return link.kind === 'connected' && host?.state === 'connected'
  }
  // It may look open still: what was cut is noticed here before it is told.
  let wasShut = !isOpen()
  return new Promise(resolve => {
    const done = () => {
      unsubscribe()
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const unsubscribe = useCore.subscribe(() => {
      if (!isOpen()) wasShut = true
      else if (wasShut) done()
    })
    const timer = setTimeout(done, RETRY_MS)
    signal.addEventListener('abort', done)
  })
}
