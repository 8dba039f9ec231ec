/**
 * The logs of this machine's runs: files, read as such. The kernel tells when a quiet one grows; one that keeps growing is looked at now
 * and then instead, since to hear of each write would be more work than to read them.
 */
import { type FSWatcher, statSync, watch } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '../../../shared/errors.ts'
import type { HostLogs, LogPart } from './host-logs.ts'
import { parseTimes, type TimeMark } from './log-times.ts'

const LOOK_EVERY_MS = 20
/** After so long without more the kernel is asked to tell. */
const QUIET_AFTER_MS = 500
/** As long as the agent waits for what lays a log anew, which may have been killed in that. */
const MOST_MOVING_TRIES = 100

export class LocalLogs implements HostLogs {
  readonly #jobsFolder: string
  readonly #watches = new Map<string, Watch>()

  /** `root`: as the agent tells it. */
  constructor(root: string) {
    this.#jobsFolder = join(root, 'jobs')
  }

  async read(jobId: string, fromByte: number, most: number): Promise<LogPart> {
    for (;;) {
      const begin = await this.#start(jobId)
      const byte = Math.max(fromByte, begin.kept)
      const part = await this.#readFile(jobId, { byte, base: begin.base, most })
      // What is to go is said to be gone first: so what was read before that is what was printed.
      const after = await this.#start(jobId)
      if (after.kept <= byte && after.base === begin.base) return part
    }
  }

  async times(jobId: string): Promise<TimeMark[]> {
    return parseTimes(await readFile(join(this.#jobsFolder, jobId, 'log_times'), 'latin1').catch(() => ''), 0)
  }

  watch(jobId: string, grown: () => void): () => void {
    const known = this.#watches.get(jobId) ?? new Watch(this.#path(jobId))
    known.listeners.add(grown)
    if (!this.#watches.has(jobId)) known.begin()
    this.#watches.set(jobId, known)
    return () => {
      known.listeners.delete(grown)
      if (known.listeners.size > 0 || this.#watches.get(jobId) !== known) return
      known.close()
      this.#watches.delete(jobId)
    }
  }

  close(): void {
    for (const watched of this.#watches.values()) watched.close()
    this.#watches.clear()
  }

  async #readFile(jobId: string, { byte, base, most }: { byte: number; base: number; most: number }): Promise<LogPart> {
    const file = await open(this.#path(jobId)).catch(cause => {
      throw new AppError('NOT_FOUND', `The output of job ${jobId.slice(0, 8)} is not there`, { cause })
    })
    try {
      const { size } = await file.stat()
      const logBytes = base + size
      const length = Math.max(0, Math.min(most, logBytes - byte))
      // Memory of its own, so that its reader may let go of it.
      const bytes = Buffer.allocUnsafeSlow(length)
      const { bytesRead } = length === 0 ? { bytesRead: 0 } : await file.read(bytes, 0, length, byte - base)
      return { byte, bytes: bytes.subarray(0, bytesRead), logBytes }
    } finally {
      await file.close()
    }
  }

  /** The first byte that is kept of a log, and that which its file begins with: see cut_log of agent.sh. */
  async #start(jobId: string): Promise<{ kept: number; base: number }> {
    const path = join(this.#jobsFolder, jobId, 'log_start')
    for (let tries = 0; ; tries++) {
      const text = await readFile(path, 'latin1').catch(unlessMissing)
      const [, kept, base, moving] = /^(\d{1,15}) (\d{1,15})( moving)?\s*$/.exec(text) ?? []
      if (kept === undefined || base === undefined) throw new AppError('INTERNAL', `${path} cannot be read`)
      if (moving === undefined || tries === MOST_MOVING_TRIES) return { kept: Number(kept), base: Number(base) }
      await delay(LOOK_EVERY_MS)
    }
  }

  #path(jobId: string): string {
    return join(this.#jobsFolder, jobId, 'output.log')
  }
}

/** Nothing has gone of most. */
function unlessMissing(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return '0 0'
  throw error
}

class Watch {
  readonly listeners = new Set<() => void>()
  readonly #path: string
  #size: number
  #grownAt = 0
  #watcher: FSWatcher | null = null
  #timer: NodeJS.Timeout | null = null

  constructor(path: string) {
    this.#path = path
    this.#size = this.#now()
  }

  /** Once it has a listener: with none left it would look no more. */
  begin(): void {
    this.#listen()
  }

  close(): void {
    this.#watcher?.close()
    this.#watcher = null
    if (this.#timer) clearTimeout(this.#timer)
  }

  /** What came between the last look and the kernel's watch is seen by one more look. */
  #listen(): void {
    try {
      this.#watcher = watch(this.#path, { persistent: false }, () => this.#woken())
      this.#watcher.on('error', () => this.#woken())
    } catch {
      // Not there yet, or the kernel watches as many files as it may: it is looked at.
      this.#plan()
      return
    }
    if (this.#now() > this.#size) this.#woken()
  }

  #woken(): void {
    if (!this.#watcher) return
    this.#watcher.close()
    this.#watcher = null
    this.#grownAt = performance.now()
    this.#look()
  }

  #look(): void {
    const size = this.#now()
    if (size !== this.#size) {
      this.#size = size
      this.#grownAt = performance.now()
      for (const listener of [...this.listeners]) listener()
    }
    if (this.listeners.size === 0) return
    if (performance.now() - this.#grownAt > QUIET_AFTER_MS) this.#listen()
    else this.#plan()
  }

  #plan(): void {
    this.#timer = setTimeout(() => this.#look(), LOOK_EVERY_MS)
    this.#timer.unref()
  }

  #now(): number {
    return statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0
  }
}
