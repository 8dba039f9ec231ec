/**
 * Packs chosen entries of a folder into a tar stream: what a host gets that has no rsync. Runs in a file worker. Each entry is looked
 * at again when its turn comes, for it may have changed since the scan.
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, readSync } from 'node:fs'
import { AppError } from '../../../shared/errors.ts'
import { bytesOf, byteText, displayPath, toBytePath } from '../byte-path.ts'
import { BLOCK_BYTES, encodeHeader, encodePax, type WrittenKind } from '../tar/tar-header.ts'
import type { TaskContext } from './worker-protocol.ts'

export type PackInput = {
  /** Absolute, as text. */
  folder: string
  /** Byte paths, each ended by NUL. */
  lists: readonly Uint8Array[]
  totalBytes: number
}
/** `vanished`: entries that were not there any more, or had become something that is not sent. */
export type PackResult = { vanished: number }

const CHUNK_BYTES = 256 * 1024
const NANOSECONDS = 1_000_000_000n

/** @throws {AppError} `BAD_INPUT` naming what cannot be read, `CANCELLED`. */
export async function packTask(input: PackInput, context: TaskContext): Promise<PackResult> {
  // A folder comes before what is in it.
  const paths = input.lists.flatMap(list => byteText(list).split('\0').slice(0, -1)).sort()
  let filesDone = 0
  const writer: TarWriter = new TarWriter(context, () =>
    context.progress(() => ({
      phase: 'sending',
      filesDone,
      filesTotal: paths.length,
      bytesDone: Math.min(writer.contentBytes, input.totalBytes),
      bytesTotal: input.totalBytes,
    })),
  )
  const closedFolders: Described[] = []
  let vanished = 0
  for (const path of paths) {
    const described = describe(`${toBytePath(input.folder)}/${path}`, path)
    if (described === null) vanished += 1
    else if (described.kind === 'file') vanished += await writer.file(described)
    else {
      // Whoever unpacks it must be able to write into a folder before it gets its own rights.
      const isOpen = described.kind !== 'dir' || (described.mode & 0o700) === 0o700
      if (!isOpen) closedFolders.unshift(described)
      await writer.header(isOpen ? described : { ...described, mode: described.mode | 0o700 })
    }
    filesDone += 1
  }
  for (const folder of closedFolders) await writer.header(folder)
  await writer.end()
  return { vanished }
}

type Described = { place: Buffer; path: string; kind: 'file' | 'dir' | 'symlink'; mode: number; mtimeNs: bigint; target: string }

function describe(absolute: string, path: string): Described | null {
  const place = bytesOf(absolute)
  const stat = lstatSync(place, { bigint: true, throwIfNoEntry: false })
  if (!stat) return null
  const common = { place, path: `./${path}`, mode: Number(stat.mode) & 0o7777, mtimeNs: stat.mtimeNs, target: '' }
  if (stat.isDirectory()) return { ...common, kind: 'dir', path: `./${path}/` }
  if (stat.isFile()) return { ...common, kind: 'file' }
  if (!stat.isSymbolicLink()) return null
  try {
    return { ...common, kind: 'symlink', target: readlinkSync(place, 'latin1') }
  } catch {
    return null // Replaced since it was looked at.
  }
}

class TarWriter {
  readonly #context: TaskContext
  readonly #onSent: () => void
  #chunk = Buffer.from(new ArrayBuffer(CHUNK_BYTES))
  #filled = 0
  /** Bytes of files, without headers. */
  contentBytes = 0

  /** `onSent` is called for each chunk, so that of one big file as well it is seen how far it has come. */
  constructor(context: TaskContext, onSent: () => void) {
    this.#context = context
    this.#onSent = onSent
  }

  async header(entry: Described, size = 0): Promise<void> {
    const { path, kind, mode, mtimeNs, target } = entry
    const seconds = Number(mtimeNs / NANOSECONDS)
    const parts = mtimeNs % NANOSECONDS
    // Only GNU tar and BSD tar take this in; make compares times by their nanoseconds.
    if (parts > 0n && kind === 'file') await this.#meta('pax', encodePax('mtime', `${seconds}.${String(parts).padStart(9, '0')}`))
    if (target.length > 100) await this.#meta('gnu-target', `${target}\0`)
    if (path.length > 100) await this.#meta('gnu-name', `${path}\0`)
    await this.#add(encodeHeader({ path, kind, mode, size, mtime: seconds, target }))
  }

  /** Gives 1 if the file had gone meanwhile. */
  async file(entry: Described): Promise<0 | 1> {
    const input = open(entry)
    if (input === null) return 1
    try {
      const { size } = fstatSync(input)
      await this.header(entry, size)
      await this.#content(input, size)
    } finally {
      closeSync(input)
    }
    return 0
  }

  async end(): Promise<void> {
    await this.#zeros(2 * BLOCK_BYTES)
    await this.#flush()
  }

  /** Exactly `size` bytes: what was added meanwhile is left for the next sync, and what was cut off is filled up with zeros. */
  async #content(input: number, size: number): Promise<void> {
    let left = size
    while (left > 0) {
      const length = readSync(input, this.#chunk, this.#filled, Math.min(left, CHUNK_BYTES - this.#filled), null)
      if (length === 0) break
      left -= length
      this.contentBytes += length
      await this.#advance(length)
    }
    await this.#zeros(left + ((BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES))
  }

  async #meta(kind: WrittenKind, text: string): Promise<void> {
    await this.#add(encodeHeader({ path: '././@LongLink', kind, mode: 0o644, size: text.length, mtime: 0, target: '' }))
    await this.#add(bytesOf(text))
    await this.#zeros((BLOCK_BYTES - (text.length % BLOCK_BYTES)) % BLOCK_BYTES)
  }

  async #zeros(length: number): Promise<void> {
    for (let left = length; left > 0; ) {
      const portion = Math.min(left, CHUNK_BYTES - this.#filled)
      this.#chunk.fill(0, this.#filled, this.#filled + portion)
      left -= portion
      await this.#advance(portion)
    }
  }

  async #add(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const portion = bytes.copy(this.#chunk, this.#filled, at)
      at += portion
      await this.#advance(portion)
    }
  }

  async #advance(length: number): Promise<void> {
    this.#filled += length
    if (this.#filled === CHUNK_BYTES) await this.#flush()
  }

  async #flush(): Promise<void> {
    if (this.#filled === 0) return
    const chunk = this.#chunk.subarray(0, this.#filled)
    this.#chunk = Buffer.from(new ArrayBuffer(CHUNK_BYTES))
    this.#filled = 0
    this.#context.checkCancelled()
    await this.#context.send(new Uint8Array(chunk.buffer, 0, chunk.length) as Uint8Array<ArrayBuffer>)
    this.#onSent()
  }
}

function open(entry: Described): number | null {
  try {
    return openSync(entry.place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ELOOP') return null
    throw new AppError('BAD_INPUT', `${displayPath(byteText(entry.place))} cannot be read: ${message}`, { cause: error })
  }
}
