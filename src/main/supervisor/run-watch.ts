/** Watches each run that goes on: asks whether it is ready, and notes when it has gone on so long that past failures are of no account. */
import type { OutputPattern } from '../../shared/project.ts'
import { freeChunk } from '../chunks.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { ProcessRow } from '../store/project-table.ts'
import type { OutputHub } from './output/output-hub.ts'
import { Matcher, PatternSet } from './patterns/matcher.ts'
import { Slices } from './patterns/slices.ts'
import type { ProcessBook } from './process-book.ts'
import { untilReady } from './readiness.ts'

type Watched = { jobId: string; abort: AbortController; stable: NodeJS.Timeout | null; isAsked: boolean }

export type RunWatchOptions = { book: ProcessBook; jobs: Jobs; hub: Pick<OutputHub, 'reader'>; now(): number }

/** What is read at once. */
const PART_BYTES = 256 * 1024

export class RunWatch {
  readonly #book: ProcessBook
  readonly #jobs: Jobs
  readonly #hub: Pick<OutputHub, 'reader'>
  readonly #now: () => number
  /** By the process. */
  readonly #watched = new Map<string, Watched>()
  readonly #slices = new Slices()

  constructor({ book, jobs, hub, now }: RunWatchOptions) {
    this.#book = book
    this.#jobs = jobs
    this.#hub = hub
    this.#now = now
  }

  changed(projectId: string): void {
    const rows = this.#book.rowsOf(projectId)
    const ids = new Set(rows.map(({ id }) => id))
    for (const id of this.#watched.keys()) if (!ids.has(id) && !this.#book.find(id)) this.#end(id)
    for (const row of rows) this.#follow(row)
  }

  close(): void {
    for (const id of [...this.#watched.keys()]) this.#end(id)
  }

  #follow(row: ProcessRow): void {
    const { id, jobId, state, unknownSince } = row
    const goesOn = (state === 'running' || state === 'ready') && unknownSince === null && jobId !== null
    const known = this.#watched.get(id)
    if (known && (!goesOn || known.jobId !== jobId)) this.#end(id)
    if (!goesOn) return
    const watched = this.#watched.get(id) ?? { jobId, abort: new AbortController(), stable: null, isAsked: false }
    this.#watched.set(id, watched)
    if (row.failures > 0) watched.stable ??= this.#whenStable(row, jobId)
    if (state === 'running' && row.definition.options.readiness !== null && !watched.isAsked) {
      watched.isAsked = true
      void this.#ask(row, jobId, watched.abort.signal)
    }
  }

  #whenStable({ id, definition }: ProcessRow, jobId: string): NodeJS.Timeout {
    const { startedAt } = this.#jobs.row(jobId)
    const lasted = this.#now() - (startedAt ?? this.#now())
    const timer = setTimeout(
      () => this.#book.apply(id, { type: 'stable', jobId }),
      Math.max(0, definition.options.backoff.stableMs - lasted),
    )
    return timer.unref()
  }

  async #ask({ id, definition }: ProcessRow, jobId: string, signal: AbortSignal): Promise<void> {
    const { readiness } = definition.options
    const { host, workdir, env, folder } = this.#jobs.row(jobId)
    const live = host === null ? null : this.#jobs.link(host).live
    if (!readiness || !live) return
    try {
      await untilReady({
        readiness,
        transport: live.transport,
        workdir: workdir ?? folder ?? '/',
        env,
        line: (pattern, until) => this.#line(jobId, pattern, until),
        signal,
        late: reason => this.#book.apply(id, { type: 'not-ready', jobId, reason }),
      })
      if (!signal.aborted) this.#book.apply(id, { type: 'ready', jobId })
    } catch (error) {
      if (signal.aborted) return
      this.#book.apply(id, { type: 'not-ready', jobId, reason: error instanceof Error ? error.message : String(error) })
    }
  }

  /** Settles when a line of the run matches, from its beginning on. */
  async #line(jobId: string, pattern: OutputPattern, signal: AbortSignal): Promise<void> {
    const matcher = new Matcher(new PatternSet([{ pattern: pattern.source, isRegex: pattern.kind === 'regex' }]))
    let isFound = false
    const found = () => {
      isFound = true
    }
    const reader = this.#hub.reader(jobId, { fromByte: 0, signal })
    while (!isFound) {
      const part = await reader.next(PART_BYTES)
      if (!part) break
      await this.#slices.scan(matcher, part.bytes, found)
      freeChunk(part.bytes)
    }
    reader.close()
    if (!isFound) matcher.finish(found)
    if (isFound) return
    signal.throwIfAborted()
    throw new Error('it ended before it printed that')
  }

  #end(processId: string): void {
    const watched = this.#watched.get(processId)
    this.#watched.delete(processId)
    watched?.abort.abort()
    if (watched?.stable) clearTimeout(watched.stable)
  }
}
