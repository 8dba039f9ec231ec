/**
 * Files that were dropped before with the same folder stand in its new place without being sent again: as a second name of the same file,
 * since what is whole is written to no more. Used by a file worker.
 */
import { linkSync, mkdirSync } from 'node:fs'
import { bytesOf, toBytePath } from '../byte-path.ts'
import type { DropRow } from './drop-names.ts'
import { isStaged, statStaged } from './drop-staged.ts'

export class TakeOver {
  readonly #from: string
  readonly #to: string
  readonly #made = new Set<string>()

  /** Absolute, as text: where it was dropped before, and where it is to stand. */
  constructor({ from, to }: { from: string; to: string }) {
    this.#from = toBytePath(from)
    this.#to = toBytePath(to)
  }

  /** False for a file that is another one now, or cannot have a second name here: it is to be sent. */
  take(row: DropRow): boolean {
    const source = bytesOf(`${this.#from}/${row.path}`)
    if (!isStaged(row, statStaged(source))) return false
    const target = `${this.#to}/${row.path}`
    try {
      this.#makeFolder(target.slice(0, target.lastIndexOf('/')))
      linkSync(source, bytesOf(target))
      return true
    } catch {
      return false // A disk that knows no second names, too many of them, something in its way: sent, it says what is wrong.
    }
  }

  #makeFolder(path: string): void {
    if (this.#made.has(path)) return
    mkdirSync(bytesOf(path), { recursive: true, mode: 0o755 })
    this.#made.add(path)
  }
}
