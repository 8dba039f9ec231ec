/**
 * What each placement was made from, as text, so that it can be explained and replayed: the newest so many, and none longer than its job.
 * It is written when whoever waits for the placement has it: a power cut in that moment loses an explanation, no job.
 */
import type { Statement } from 'better-sqlite3'
import type { Database } from './database.ts'
import type { LateWrites } from './late-writes.ts'

/** With hundreds of hosts each is some 20 kB. */
const KEPT = 2_000

export class PlacementTable {
  readonly #late: LateWrites
  readonly #kept: number
  readonly #put: Statement<[string, string]>
  readonly #trim: Statement<[number]>
  readonly #byJob: Statement<[string], { inputs: string }>
  readonly #unsaved = new Map<string, () => string>()
  #timer: NodeJS.Immediate | null = null

  constructor({ sqlite }: Database, late: LateWrites, kept = KEPT) {
    this.#late = late
    this.#kept = kept
    this.#put = sqlite.prepare('INSERT OR REPLACE INTO placement_inputs (job_id, inputs) VALUES (?, ?)')
    this.#trim = sqlite.prepare('DELETE FROM placement_inputs WHERE rowid <= (SELECT max(rowid) FROM placement_inputs) - ?')
    this.#byJob = sqlite.prepare('SELECT inputs FROM placement_inputs WHERE job_id = ?')
  }

  /** `text` is asked for when it is written. */
  save(jobId: string, text: () => string): void {
    this.#unsaved.set(jobId, text)
    this.#timer ??= setImmediate(() => this.flush())
  }

  /** Null where none is kept. It may be another Drover's: check it. */
  get(jobId: string): string | null {
    this.flush()
    return this.#byJob.get(jobId)?.inputs ?? null
  }

  /** Where the disk is full it is done without: the job has its reason. */
  flush(): void {
    if (this.#timer) clearImmediate(this.#timer)
    this.#timer = null
    const unsaved = [...this.#unsaved].map(([jobId, text]) => [jobId, text()] as const)
    this.#unsaved.clear()
    if (unsaved.length === 0) return
    this.#late.make({
      write: () => {
        for (const [jobId, text] of unsaved) this.#put.run(jobId, text)
        this.#trim.run(this.#kept)
      },
    })
  }
}
