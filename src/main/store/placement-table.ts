/** What each placement was made from, so that it can be explained and replayed: the newest so many, and none longer than its job. */
import type { Statement } from 'better-sqlite3'
import type { PlacementInputs } from '../../shared/placement.ts'
import type { Database } from './database.ts'
import type { LateWrites } from './late-writes.ts'

/** With hundreds of hosts each is some 100 kB. */
const KEPT = 1_000

export class PlacementTable {
  readonly #late: LateWrites
  readonly #kept: number
  readonly #put: Statement<[string, string]>
  readonly #trim: Statement<[number]>
  readonly #byJob: Statement<[string], { inputs: string }>

  constructor({ sqlite }: Database, late: LateWrites, kept = KEPT) {
    this.#late = late
    this.#kept = kept
    this.#put = sqlite.prepare('INSERT OR REPLACE INTO placement_inputs (job_id, inputs) VALUES (?, ?)')
    this.#trim = sqlite.prepare('DELETE FROM placement_inputs WHERE rowid <= (SELECT max(rowid) FROM placement_inputs) - ?')
    this.#byJob = sqlite.prepare('SELECT inputs FROM placement_inputs WHERE job_id = ?')
  }

  /** Where the disk is full they are done without: the job has its reason. */
  save(jobId: string, inputs: PlacementInputs): void {
    const text = JSON.stringify(inputs)
    this.#late.make({
      write: () => {
        this.#put.run(jobId, text)
        this.#trim.run(this.#kept)
      },
    })
  }

  /** As they stand there, perhaps from another Drover: check them. Null where none are kept. */
  get(jobId: string): unknown {
    const row = this.#byJob.get(jobId)
    return row === undefined ? null : JSON.parse(row.inputs)
  }
}
