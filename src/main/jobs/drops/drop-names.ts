/**
 * The names of a dropped folder as the core keeps them while it is sent: bytes outside the heap, since there may be 200,000, and read by
 * workers only. A row is path, size and time, each ended by NUL; a folder's path ends in `/`.
 */
import { type DropEntry, dropPathProblem } from '../../../shared/drop.ts'
import { AppError } from '../../../shared/errors.ts'
import { displayLongPath, toBytePath } from '../byte-path.ts'
import { ByteRows, textsOf } from '../sync/byte-rows.ts'

/** Far beyond what any folder has. */
const MAX_BYTES = 512 * 1024 * 1024
/** What this system takes as a path, less its end. */
const MAX_PATH_BYTES = 4095

export class DropNames {
  readonly #rows = new ByteRows()
  readonly #prefixBytes: number
  #count = 0

  /** `prefixBytes`: of the path below which they will stand. */
  constructor(prefixBytes: number) {
    this.#prefixBytes = prefixBytes
  }

  get count(): number {
    return this.#count
  }

  /** All or none of them. @throws {AppError} `BAD_INPUT` naming the first that cannot be taken. */
  add(entries: readonly DropEntry[]): void {
    const rows = entries.map(([path, size, changedAt]) => {
      const problem = dropPathProblem(path)
      const bytePath = toBytePath(path)
      if (problem !== null) throw refused(bytePath, problem)
      if (this.#prefixBytes + bytePath.length > MAX_PATH_BYTES) throw refused(bytePath, 'is too long a path for this system')
      return `${bytePath}\0${size}\0${changedAt}\0`
    })
    if (rows.reduce((sum, row) => sum + row.length, this.#rows.totalBytes) > MAX_BYTES)
      throw new AppError('BAD_INPUT', `The names in the folder have more than ${MAX_BYTES} bytes`)
    for (const row of rows) this.#rows.add(row)
    this.#count += rows.length
  }

  /** Shared memory: it goes to several workers, one after the other. */
  pack(): Uint8Array {
    const bytes = this.#rows.bytes()
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length))
    shared.set(bytes)
    return shared
  }
}

export type DropRow = {
  index: number /** A byte path, without `/` at its end. */
  path: string
  isFolder: boolean
  size: number
  changedAt: number
}

export function* readNames(names: Uint8Array): Generator<DropRow> {
  const texts = textsOf(names)
  for (let index = 0; ; index += 1) {
    const path = texts.next().value
    const size = texts.next().value
    const changedAt = texts.next().value
    if (path === undefined || path === null) return
    const isFolder = path.endsWith('/')
    yield { index, path: isFolder ? path.slice(0, -1) : path, isFolder, size: Number(size), changedAt: Number(changedAt) }
  }
}

function refused(bytePath: string, problem: string): AppError {
  return new AppError('BAD_INPUT', `Nothing was taken of this folder: ${displayLongPath(bytePath)} ${problem}`)
}
