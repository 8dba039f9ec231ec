/**
 * Moves what was pulled from its staging folder to where the person wants it, on the same file system. It is looked at as a whole
 * first: if anything there is in the way, nothing is moved. What is there already, and is the same, is not in the way and stays as it is.
 */
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  type Stats,
  symlinkSync,
  unlinkSync,
} from 'node:fs'
import { AppError } from '../../../shared/errors.ts'
import { bytesOf, displayPath } from '../byte-path.ts'
import { isSameContent } from './same-content.ts'

type Move = { from: string; to: string; isDir: boolean; isLink: boolean; replaces: boolean }

const NAMED_CONFLICTS = 20

/** What has to be moved to make `to` hold what `from` holds. Paths are absolute byte paths. */
export class Placement {
  readonly #moves: Move[] = []
  readonly #inTheWay: string[] = []
  readonly #overwrite: boolean
  readonly #checkCancelled: () => void

  constructor(options: { overwrite: boolean; checkCancelled(): void }) {
    this.#overwrite = options.overwrite
    this.#checkCancelled = options.checkCancelled
  }

  /**
   * A folder that is there already is filled up; what else is there and differs is in the way, or replaced where it is no folder.
   *
   * @throws {AppError} `CANCELLED`
   */
  plan(from: string, to: string): void {
    const staged = lstatSync(bytesOf(from))
    const there = lstatSync(bytesOf(to), { throwIfNoEntry: false })
    if (there?.isDirectory() && staged.isDirectory()) {
      for (const name of readdirSync(bytesOf(from), 'latin1')) this.plan(`${from}/${name}`, `${to}/${name}`)
    } else if (there === undefined || (this.#overwrite && !there.isDirectory() && !staged.isDirectory())) {
      this.#moves.push(move(from, to, staged, there))
    } else if (!isSameContent(from, to, this.#checkCancelled)) this.#inTheWay.push(to)
  }

  /** @throws {AppError} `CONFLICT` naming what is in the way; then nothing was moved. */
  run(): void {
    this.#refuseConflicts()
    for (const one of this.#moves) {
      if (one.replaces || one.isDir) renameSync(bytesOf(one.from), bytesOf(one.to))
      else if (one.isLink) symlinkSync(readlinkSync(bytesOf(one.from), 'buffer'), bytesOf(one.to))
      else moveFile(one)
    }
  }

  #refuseConflicts(): void {
    const count = this.#inTheWay.length
    if (count === 0) return
    const named = this.#inTheWay.sort().slice(0, NAMED_CONFLICTS).map(displayPath)
    const more = count > named.length ? ` and ${count - named.length} more` : ''
    const advice = this.#overwrite
      ? 'A folder is never replaced by a file, nor a file by a folder'
      : 'Pull to another place, or overwrite'
    throw new AppError('CONFLICT', `Already there: ${named.join(', ')}${more}. Nothing was changed. ${advice}`, {
      details: { files: named, count },
    })
  }
}

export function makeFolder(path: string): void {
  mkdirSync(bytesOf(path), { recursive: true })
}

function move(from: string, to: string, staged: Stats, there: Stats | undefined): Move {
  return { from, to, isDir: staged.isDirectory(), isLink: staged.isSymbolicLink(), replaces: there !== undefined }
}

/** A rename would replace what has come to be there since we looked; a new hard link does not. */
function moveFile({ from, to }: Move): void {
  try {
    linkSync(bytesOf(from), bytesOf(to))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST')
      throw new AppError('CONFLICT', `${displayPath(to)} has just come to be there. Pull again`, { cause: error })
    // Some file systems have no hard links, and some only a few of one file.
    if (lstatSync(bytesOf(to), { throwIfNoEntry: false })) throw error
    renameSync(bytesOf(from), bytesOf(to))
    return
  }
  unlinkSync(bytesOf(from))
}
