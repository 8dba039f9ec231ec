/**
 * Copies a folder's pushed content to another place on this machine, by plain file calls: what `local` has in place of rsync. Runs in
 * a file worker. The copy grows in a folder of its own beside the target, which gets its name only when it is whole.
 */
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs'
import { AppError } from '../../../shared/errors.ts'
import { bytesOf, byteText, displayPath, toBytePath } from '../byte-path.ts'
import { type Entry, type ManifestTotals, openManifest } from './manifest.ts'
import { scanFolder } from './scan-folder.ts'
import type { TaskContext } from './worker-protocol.ts'

export type CopyInput = {
  /** Absolute, as text. */
  folder: string
  /** Absolute; its parent must exist. It may be an empty folder; one that holds something was filled before, and is left as it is. */
  target: string
  now: number
  /** What to copy, if it was scanned before; else it is scanned now. */
  manifest: Uint8Array | null
}
export type CopyResult = ManifestTotals

/** Larger files are copied in pieces, so that progress is seen and a cancel is heard. */
const PIECE_BYTES = 8 * 1024 * 1024

/** @throws {AppError} as a scan does, and `DISK_FULL`, `CANCELLED`, `BAD_INPUT` naming the file that could not be copied. */
export async function copyTree(input: CopyInput, context: TaskContext): Promise<CopyResult> {
  const bytes = input.manifest ?? (await scanFolder({ folder: input.folder, now: input.now, explain: 0 }, context)).manifest.bytes
  const target = toBytePath(input.target)
  // It gets its content all at once: then an earlier try came to its end, and only its news was lost.
  if (holdsSomething(target)) return totalsOf(bytes)
  // So named, it is cleared away with the rest of what was not finished, should we be killed.
  const slash = target.lastIndexOf('/')
  const growing = `${target.slice(0, slash)}/.new.${target.slice(slash + 1)}.${process.pid}`
  rmSync(bytesOf(growing), { recursive: true, force: true })
  try {
    const copy = new TreeCopy({ from: toBytePath(input.folder), to: growing, manifest: bytes, context })
    mkdirSync(bytesOf(growing), 0o700)
    copy.run()
    // Takes the place of an empty folder.
    renameSync(bytesOf(growing), bytesOf(target))
    return copy.totals
  } catch (error) {
    rmSync(bytesOf(growing), { recursive: true, force: true })
    throw error instanceof AppError ? error : copyError(error, input.target)
  }
}

class TreeCopy {
  readonly totals: ManifestTotals = { files: 0, dirs: 0, links: 0, totalBytes: 0 }
  readonly #from: string
  readonly #to: string
  readonly #manifest: Uint8Array
  readonly #context: TaskContext
  readonly #all: ManifestTotals

  constructor(options: { from: string; to: string; manifest: Uint8Array; context: TaskContext }) {
    this.#from = options.from
    this.#to = options.to
    this.#manifest = options.manifest
    this.#context = options.context
    this.#all = totalsOf(options.manifest)
  }

  run(): void {
    const folders: { to: Buffer; mode: number }[] = []
    for (const entry of openManifest(this.#manifest).entries) {
      this.#context.checkCancelled()
      const from = bytesOf(`${this.#from}/${entry.path}`)
      const to = bytesOf(`${this.#to}/${entry.path}`)
      // Writable for us until all is in it.
      if (entry.type === 'dir') {
        mkdirSync(to, 0o700)
        folders.push({ to, mode: entry.mode })
      } else if (entry.type === 'link') symlinkSync(bytesOf(entry.target), to)
      else this.#copyFile(entry, from, to)
      this.totals[`${entry.type}s`] += 1
      this.#tell()
    }
    for (const { to, mode } of folders.toReversed()) chmodSync(to, mode)
  }

  /** A file that has gone since the scan is left out, as the next scan would. */
  #copyFile(entry: Entry, from: Buffer, to: Buffer): void {
    try {
      if (entry.size > PIECE_BYTES) this.#copyBig(entry, from, to)
      else {
        copyFileSync(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL)
        this.totals.totalBytes += entry.size
      }
      chmodSync(to, entry.mode)
      const at = Number(entry.mtimeNs) / 1e9
      utimesSync(to, at, at)
    } catch (error) {
      if (error instanceof AppError) throw error
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw copyError(error, displayPath(byteText(from)))
      return
    }
  }

  #copyBig(entry: Entry, from: Buffer, to: Buffer): void {
    try {
      copyFileSync(from, to, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL)
      this.totals.totalBytes += entry.size
      return
    } catch {
      // Most file systems cannot share content between files: then it is read and written.
      rmSync(to, { force: true })
    }
    const input = openSync(from, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const output = openSync(to, 'wx', 0o600)
      try {
        this.#pump(input, output)
      } finally {
        closeSync(output)
      }
    } finally {
      closeSync(input)
    }
  }

  #pump(input: number, output: number): void {
    const piece = Buffer.allocUnsafe(PIECE_BYTES)
    for (let length = readSync(input, piece); length > 0; length = readSync(input, piece)) {
      for (let written = 0; written < length; ) written += writeSync(output, piece, written, length - written)
      this.totals.totalBytes += length
      this.#context.checkCancelled()
      this.#tell()
    }
  }

  #tell(): void {
    const { files, dirs, links, totalBytes } = this.totals
    this.#context.progress(() => ({
      phase: 'copying',
      filesDone: files + dirs + links,
      filesTotal: this.#all.files + this.#all.dirs + this.#all.links,
      bytesDone: totalBytes,
      bytesTotal: this.#all.totalBytes,
    }))
  }
}

function holdsSomething(target: string): boolean {
  try {
    return readdirSync(bytesOf(target)).length > 0
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw copyError(error, displayPath(target))
  }
}

function totalsOf(manifest: Uint8Array): ManifestTotals {
  const totals = { files: 0, dirs: 0, links: 0, totalBytes: 0 }
  for (const entry of openManifest(manifest).entries) {
    totals[`${entry.type}s`] += 1
    totals.totalBytes += entry.size
  }
  return totals
}

function copyError(error: unknown, place: string): AppError {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new AppError('DISK_FULL', `No space left on this machine for ${place}. Free some with: drover gc --host local`, {
      cause: error,
    })
  }
  if (code === 'ENAMETOOLONG') {
    const message = 'the path of something in the folder is too long for this system there'
    return new AppError('BAD_INPUT', `No copy could be made in ${place}: ${message}. Shorten it, or add it to .gitignore`, {
      cause: error,
    })
  }
  return new AppError('BAD_INPUT', `${place} could not be copied: ${message}`, { cause: error })
}
