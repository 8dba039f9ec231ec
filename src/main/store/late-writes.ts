/**
 * Writes that a full disk may delay but not stop: what a host or a person has done already, and what is only of use. Each is made at
 * once; while there is no room it waits in memory, and is made as soon as there is. Owns those that wait.
 *
 * A core that is killed meanwhile loses them. So it is for what the hosts can tell again, or what a wrong guess does not spoil.
 */
import { AppError } from '../../shared/errors.ts'
import type { Database } from './database.ts'

export type LateWrite = {
  write(): void
  /** The write is in the database. */
  done?(): void
  /** Waits for the disk, as Database.durably does. */
  isDurable?: boolean
}

const RETRY_MS = 1_000
/** Of those that are only of use: beyond it the oldest are given up. */
const LIMIT = 1_000

export class LateWrites {
  readonly #database: Database
  readonly #waiting = new Set<LateWrite>()
  #timer: NodeJS.Timeout | null = null
  #problem: AppError | null = null

  constructor(database: Database) {
    this.#database = database
  }

  /** Why writes wait; null while none does. */
  get problem(): AppError | null {
    return this.#problem
  }

  /** The same object given twice waits once. @throws what is no lack of room. */
  make(late: LateWrite): void {
    try {
      this.#make(late)
      this.#waiting.delete(late)
    } catch (error) {
      if (!isFull(error)) throw error
      this.#problem = error
      this.#waiting.add(late)
      const [oldest] = this.#waiting
      if (this.#waiting.size > LIMIT && oldest) this.#waiting.delete(oldest)
      this.#retryLater()
    }
  }

  /** Makes what waits, in its order, as far as there is room now. */
  flush(): void {
    try {
      for (const late of this.#waiting) {
        this.#make(late)
        this.#waiting.delete(late)
      }
      this.#problem = null
    } catch (error) {
      if (!isFull(error)) throw error
      this.#retryLater()
    }
  }

  /** The last chance: what still finds no room is lost. */
  close(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    this.flush()
    if (this.#timer) clearTimeout(this.#timer)
  }

  #make({ write, done, isDurable }: LateWrite): void {
    if (isDurable && !this.#database.sqlite.inTransaction) this.#database.durably(write)
    else this.#database.write(write)
    done?.()
  }

  #retryLater(): void {
    if (this.#timer) return
    this.#timer = setTimeout(() => {
      this.#timer = null
      this.flush()
    }, RETRY_MS)
    this.#timer.unref()
  }
}

function isFull(error: unknown): error is AppError {
  return error instanceof AppError && error.code === 'DISK_FULL'
}
