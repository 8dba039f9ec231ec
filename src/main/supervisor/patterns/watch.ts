/**
 * Watches the output of processes for failure patterns: all that is printed from when a pattern was added, by runs that go on and by those
 * that began and ended while no core was there, each byte once. What is found is told; what follows from that is for others to decide.
 */
import type { JobView } from '../../../shared/domain.ts'
import { AppError } from '../../../shared/errors.ts'
import type { BrokenBy, FailurePattern } from '../../../shared/process.ts'
import { freeChunk } from '../../chunks.ts'
import type { OutputHub } from '../output/output-hub.ts'
import type { HitContext } from './hit.ts'
import { PatternSet } from './matcher.ts'
import { OutputSearch } from './output-search.ts'
import { Slices } from './slices.ts'

/** How far the output of a process was searched. */
export type Searched = { jobId: string; byte: number }
export type WatchedProcess = {
  id: string
  /** As it was stored; null: never. */
  searched: Searched | null
}
export type PatternWatchOptions = {
  hub: OutputHub
  /** Of a process, oldest first. */
  runsOf(processId: string): readonly JobView[]
  /** Settles when a process has another run, or `signal` fired. */
  changed(processId: string, signal: AbortSignal): Promise<void>
  /** To be stored; may be late. */
  save(processId: string, searched: Searched): void
  onHit(processId: string, hit: { pattern: FailurePattern; by: BrokenBy }): void
  onError(error: unknown): void
  now(): number
}

const PART_BYTES = 1024 * 1024
const SAVE_EVERY_MS = 1_000
/** One pattern of one run is told so often: it may stand in every line. */
const TOLD_EVERY_MS = 60_000

/** @throws {AppError} `BAD_INPUT` for an expression that is none. */
export function checkPattern(pattern: Pick<FailurePattern, 'pattern' | 'isRegex'>): void {
  new PatternSet([pattern])
}

export class PatternWatch {
  readonly #options: PatternWatchOptions
  readonly #watches = new Map<string, ProcessWatch>()
  readonly #sets = new Map<string, PatternSet>()
  readonly #understood = new Map<string, boolean>()
  readonly #slices = new Slices()

  constructor(options: PatternWatchOptions) {
    this.#options = options
  }

  /**
   * Watches a process, from before its first run on, for these patterns; called again, for these in place of those. What is new then holds
   * for what is printed from now on. On the first call it goes on where it was left, or begins with the newest run.
   */
  follow(process: WatchedProcess, wanted: readonly FailurePattern[]): void {
    const patterns = wanted.filter(pattern => this.#isUnderstood(pattern))
    const known = this.#watches.get(process.id)
    if (known) {
      known.use(patterns)
      return
    }
    const watch = new ProcessWatch(this.#options, process.id, { slices: this.#slices, setOf: wanted => this.#setOf(wanted) })
    this.#watches.set(process.id, watch)
    watch.begin(patterns, process.searched)
  }

  /** Settles when it is known from where on the patterns given last hold. */
  async known(): Promise<void> {
    await Promise.all([...this.#watches.values()].map(watch => watch.known))
  }

  forget(processId: string): void {
    this.#watches.get(processId)?.close()
    this.#watches.delete(processId)
    if (this.#watches.size > 0) return
    this.#sets.clear()
    this.#understood.clear()
  }

  close(): void {
    for (const id of [...this.#watches.keys()]) this.forget(id)
  }

  /** One that an older or newer Drover took may be none to us: the others hold. */
  #isUnderstood(pattern: FailurePattern): boolean {
    if (!pattern.isRegex) return true
    const known = this.#understood.get(pattern.pattern)
    if (known !== undefined) return known
    let isUnderstood = true
    try {
      checkPattern(pattern)
    } catch (error) {
      isUnderstood = false
      this.#options.onError(error)
    }
    this.#understood.set(pattern.pattern, isUnderstood)
    return isUnderstood
  }

  /** A hundred processes have the same patterns. */
  #setOf(patterns: readonly FailurePattern[]): PatternSet {
    const key = JSON.stringify(patterns.map(({ pattern, isRegex }) => [pattern, isRegex]))
    const set = this.#sets.get(key) ?? new PatternSet(patterns)
    if (this.#sets.size > this.#watches.size) this.#sets.clear()
    this.#sets.set(key, set)
    return set
  }
}

/** By the watches of all processes. */
type Shared = { slices: Slices; setOf(patterns: readonly FailurePattern[]): PatternSet }

class ProcessWatch {
  readonly #options: PatternWatchOptions
  readonly #processId: string
  readonly #shared: Shared
  #wanted: readonly FailurePattern[] = []
  /** Those that are searched for where the search is now. */
  #sought: readonly FailurePattern[] = []
  /** From there on it is to be for those that are wanted. */
  #switchAt: Searched | null = null
  /** How far it has been read. */
  #at: Searched | null = null
  #known: Promise<void> = Promise.resolve()
  #loop: AbortController | null = null
  #unsaved: Searched | null = null
  #saveTimer: NodeJS.Timeout | null = null
  readonly #toldAt = new Map<string, number>()

  constructor(options: PatternWatchOptions, processId: string, shared: Shared) {
    this.#options = options
    this.#processId = processId
    this.#shared = shared
  }

  /** Settles when it is known from where on the patterns given last hold. */
  get known(): Promise<void> {
    return this.#known
  }

  begin(patterns: readonly FailurePattern[], searched: Searched | null): void {
    this.#wanted = patterns
    this.#start(searched)
  }

  use(patterns: readonly FailurePattern[]): void {
    const isNew = ({ id }: FailurePattern) => !this.#wanted.some(known => known.id === id)
    const hasNew = patterns.some(isNew)
    this.#wanted = patterns
    if (patterns.length === 0) this.close()
    else if (hasNew || !this.#loop) this.#known = this.#fromNowOn().catch(this.#options.onError)
  }

  close(): void {
    this.#loop?.abort()
    this.#loop = null
    if (this.#saveTimer) clearTimeout(this.#saveTimer)
    this.#saveTimer = null
    this.#saveNow()
  }

  async #fromNowOn(): Promise<void> {
    const end = await this.#end()
    // What was read meanwhile is read once more.
    if (this.#loop && end && this.#at?.jobId === end.jobId && this.#at.byte > end.byte) {
      this.#loop.abort()
      this.#loop = null
    }
    if (this.#loop) this.#switchAt = end
    else this.#start(end)
  }

  #start(from: Searched | null): void {
    if (this.#loop || this.#wanted.length === 0) return
    this.#loop = new AbortController()
    this.#sought = this.#wanted
    this.#run(from, this.#loop.signal).catch(this.#options.onError)
  }

  /** How far it has printed by now; null: nothing yet. */
  async #end(): Promise<Searched | null> {
    const newest = this.#runs().at(-1)
    if (!newest) return null
    try {
      return { jobId: newest.id, byte: await this.#options.hub.size(newest.id) }
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      // What is known of a run that goes on is from its beginning: what was searched already has been printed, too.
      const searched = this.#at?.jobId === newest.id ? this.#at.byte : 0
      return { jobId: newest.id, byte: Math.max(newest.logBytes ?? 0, searched) }
    }
  }

  #runs(): readonly JobView[] {
    return this.#options.runsOf(this.#processId)
  }

  /** Its runs one after the other, from where it was left; else from the newest on. */
  async #run(from: Searched | null, signal: AbortSignal): Promise<void> {
    const first = from ? Math.max(0, this.#indexOf(from.jobId)) : -1
    const known = new Set(
      this.#runs()
        .slice(0, first)
        .map(({ id }) => id),
    )
    while (!signal.aborted) {
      const next = this.#runs().find(({ id }) => !known.has(id))
      if (next) {
        known.add(next.id)
        await this.#search(next, next.id === from?.jobId ? from.byte : 0, signal)
      } else await this.#options.changed(this.#processId, signal)
    }
  }

  async #search(job: JobView, fromByte: number, signal: AbortSignal): Promise<void> {
    const reader = this.#options.hub.reader(job.id, { fromByte, signal })
    const search: OutputSearch = new OutputSearch(this.#shared.setOf(this.#sought), this.#shared.slices, {
      wants: index => this.#wants(this.#sought[index], job.id),
      found: (index, context) => {
        // With the next core it is found again, if it is not told.
        if (signal.aborted) return
        this.#found(this.#sought[index], job.id, context)
        this.#save({ jobId: job.id, byte: search.goesOnAt })
      },
    })
    for (;;) {
      const part = await reader.next(PART_BYTES)
      if (!part) break
      this.#at = { jobId: job.id, byte: part.byte + part.bytes.length }
      // Where to is only known now: it may have been wished while this was waited for.
      const before = Math.min(part.bytes.length, Math.max(0, this.#untilSwitch(job.id, part.byte)))
      if (before > 0) await search.take({ ...part, bytes: part.bytes.subarray(0, before) })
      if (before < part.bytes.length) {
        this.#switchAt = null
        this.#sought = this.#wanted
        search.use(this.#shared.setOf(this.#sought))
        await search.take({ ...part, byte: part.byte + before, bytes: part.bytes.subarray(before) })
      }
      freeChunk(part.bytes)
      if (signal.aborted) return
      this.#save({ jobId: job.id, byte: search.goesOnAt })
    }
    if (signal.aborted) return
    search.end()
    this.#save({ jobId: job.id, byte: reader.byte })
    this.#saveNow()
  }

  /** How many bytes of this run are still to be searched for what was sought before. */
  #untilSwitch(jobId: string, byte: number): number {
    if (!this.#switchAt) return Number.POSITIVE_INFINITY
    if (this.#switchAt.jobId === jobId) return this.#switchAt.byte - byte
    return this.#indexOf(jobId) > this.#indexOf(this.#switchAt.jobId) ? 0 : Number.POSITIVE_INFINITY
  }

  #indexOf(jobId: string): number {
    return this.#runs().findIndex(({ id }) => id === jobId)
  }

  #wants(pattern: FailurePattern | undefined, jobId: string): boolean {
    if (!pattern || !this.#wanted.some(({ id }) => id === pattern.id)) return false
    const key = `${jobId} ${pattern.id}`
    const toldAt = this.#toldAt.get(key)
    const now = performance.now()
    if (toldAt !== undefined && now - toldAt < TOLD_EVERY_MS) return false
    for (const known of this.#toldAt.keys()) if (!known.startsWith(jobId)) this.#toldAt.delete(known)
    this.#toldAt.set(key, now)
    return true
  }

  #found(pattern: FailurePattern | undefined, jobId: string, context: HitContext): void {
    // It may have been taken away while what came after was waited for.
    if (!pattern || !this.#wanted.some(({ id }) => id === pattern.id)) return
    const by: BrokenBy = { patternId: pattern.id, pattern: pattern.pattern, jobId, at: this.#options.now(), ...context }
    this.#options.onHit(this.#processId, { pattern, by })
  }

  /** At once when that is long ago; else together with what follows. */
  #save(searched: Searched): void {
    this.#unsaved = searched
    if (this.#saveTimer) return
    this.#saveNow()
    this.#saveTimer = setTimeout(() => {
      this.#saveTimer = null
      this.#saveNow()
    }, SAVE_EVERY_MS)
  }

  #saveNow(): void {
    if (this.#unsaved) this.#options.save(this.#processId, this.#unsaved)
    this.#unsaved = null
  }
}
