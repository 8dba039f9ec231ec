/**
 * Takes the bytes of dropped files from a page and writes them aside; a file that has come whole is moved to its place. A part that was
 * broken off stays, and goes on at its end the next time. Runs in a file worker, fed with what the page writes: see shared/drop.ts.
 */
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  futimesSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { decodeUploadHeader, isRuleFile, UPLOAD_END, UPLOAD_HEADER_BYTES, type UploadHeader } from '../../../shared/drop.ts'
import { AppError } from '../../../shared/errors.ts'
import { bytesOf, displayPath, toBytePath } from '../byte-path.ts'
import type { TaskContext } from '../sync/worker-protocol.ts'
import { type DropRow, readNames } from './drop-names.ts'
import { partName } from './drop-place.ts'
import { rowsOf } from './drop-wanted.ts'
import { fileError } from './file-error.ts'

export type DropReceiveInput = {
  names: Uint8Array
  /** Indices of the files that may come; null for the rule files. */
  wanted: Uint32Array | null
  /** Absolute, as text: where parts are, and where a whole file goes; for rule files the one folder for both. */
  parts: string
  folder: string
}
export type DropReceiveResult = { files: number; bytes: number }

/** @throws {AppError} `PROTOCOL` on bytes that no page of ours sends, `DISK_FULL`, `CANCELLED`. */
export async function receiveDrop(input: DropReceiveInput, context: TaskContext): Promise<DropReceiveResult> {
  const reception = new Reception(input)
  try {
    for await (const chunk of context.feed()) {
      context.checkCancelled()
      if (reception.take(chunk)) return reception.result
    }
    throw new AppError('CANCELLED', 'The page went away in the midst of it')
  } catch (error) {
    throw fileError(error, 'writing what was dropped')
  } finally {
    reception.close()
  }
}

type OpenFile = { row: DropRow; part: string; fd: number; at: number }

class Reception {
  readonly result: DropReceiveResult = { files: 0, bytes: 0 }
  readonly #input: DropReceiveInput
  readonly #root: string
  readonly #rows = new Map<number, DropRow>()
  readonly #madeFolders = new Set<string>()
  #head = new Uint8Array(0)
  /** How much of the record under way is still to come. */
  #left = 0
  #open: OpenFile | null = null

  constructor(input: DropReceiveInput) {
    this.#input = input
    this.#root = toBytePath(input.folder)
    const rows = input.wanted === null ? readNames(input.names) : rowsOf(input.names, input.wanted)
    for (const row of rows) if (input.wanted !== null || (isRuleFile(row.path) && !row.isFolder)) this.#rows.set(row.index, row)
  }

  /** True at the end of the upload. */
  take(chunk: Uint8Array): boolean {
    let rest = chunk
    while (rest.length > 0) {
      if (this.#left > 0) {
        const part = rest.subarray(0, this.#left)
        this.#write(part)
        rest = rest.subarray(part.length)
        continue
      }
      const missing = UPLOAD_HEADER_BYTES - this.#head.length
      this.#head = joined(this.#head, rest.subarray(0, missing))
      rest = rest.subarray(missing)
      if (this.#head.length < UPLOAD_HEADER_BYTES) break
      const header = decodeUploadHeader(this.#head)
      this.#head = new Uint8Array(0)
      if (header.index === UPLOAD_END) return true
      this.#begin(header)
    }
    return false
  }

  close(): void {
    if (this.#open) closeSync(this.#open.fd)
    this.#open = null
  }

  #begin({ index, offset, length }: UploadHeader): void {
    const row = this.#rows.get(index)
    if (!row) throw new AppError('PROTOCOL', `The page sent file ${index}, which was not asked for`)
    if (!(offset >= 0 && offset + length <= row.size))
      throw new AppError('PROTOCOL', `The page sent more of ${displayPath(row.path)} than it said there is`)
    if (this.#open?.row.index !== index) {
      this.close()
      this.#open = this.#openPart(row)
    }
    const file = this.#open
    if (file === null || offset > file.at || (offset < file.at && offset !== 0))
      throw new AppError('PROTOCOL', `The page sent ${displayPath(row.path)} out of its order`)
    // From its beginning: what was here of it is not what it begins with any more.
    if (offset === 0 && file.at > 0) ftruncateSync(file.fd, 0)
    file.at = offset
    this.#left = length
    if (length === 0) this.#settle(file)
  }

  #openPart(row: DropRow): OpenFile {
    const part = join(this.#input.parts, this.#input.wanted === null ? String(row.index) : partName(row))
    const fd = openSync(part, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600)
    const { size } = fstatSync(fd)
    return { row, part, fd, at: size }
  }

  #write(bytes: Uint8Array): void {
    const file = this.#open
    if (!file) throw new TypeError('Bytes came for no file')
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(file.fd, bytes, done, bytes.length - done, file.at + done)
    } catch (error) {
      // What does not fit is not to keep the disk full.
      rmSync(file.part, { force: true })
      throw error
    }
    file.at += bytes.length
    this.#left -= bytes.length
    this.result.bytes += bytes.length
    if (this.#left === 0) this.#settle(file)
  }

  /** A file that has come whole goes to its place. */
  #settle(file: OpenFile): void {
    const { row, part, fd, at } = file
    if (at < row.size) return
    this.result.files += 1
    if (this.#input.wanted === null) return
    // A browser tells no modes: what names its interpreter is meant to be run.
    fchmodSync(fd, beginsWithInterpreter(fd) ? 0o755 : 0o644)
    futimesSync(fd, row.changedAt / 1000, row.changedAt / 1000)
    this.close()
    this.#move(part, row.path)
  }

  #move(part: string, path: string): void {
    this.#makeFolder(path.slice(0, Math.max(0, path.lastIndexOf('/'))))
    const target = bytesOf(`${this.#root}/${path}`)
    if (lstatSync(target, { throwIfNoEntry: false })?.isDirectory()) rmSync(target, { recursive: true })
    renameSync(part, target)
  }

  /** What was a file before may be a folder now. */
  #makeFolder(path: string): void {
    if (this.#madeFolders.has(path)) return
    if (path !== '') this.#makeFolder(path.slice(0, Math.max(0, path.lastIndexOf('/'))))
    const place = bytesOf(path === '' ? this.#root : `${this.#root}/${path}`)
    const there = lstatSync(place, { throwIfNoEntry: false })
    if (there && !there.isDirectory()) rmSync(place)
    if (!there?.isDirectory()) mkdirSync(place, { mode: 0o755 })
    this.#madeFolders.add(path)
  }
}

function beginsWithInterpreter(fd: number): boolean {
  const two = Buffer.alloc(2)
  return readSync(fd, two, 0, 2, 0) === 2 && two.toString('latin1') === '#!'
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(one.length + other.length)
  all.set(one)
  all.set(other, one.length)
  return all
}
