/**
 * Writes files to an upload, as shared/drop.ts has it. What is read ahead and not yet taken is bounded, whatever the files' sizes; small
 * files go together, for a message each would cost more than they do.
 */
import type { InputStream } from '../../shared/core-stream.ts'
import { type DropEntry, encodeUploadHeader, UPLOAD_END, UPLOAD_HEADER_BYTES } from '../../shared/drop.ts'
import type { DropSource, SourceFile } from './drop-source.ts'

/** `offset`: so much of it is there already. */
export type WantedFile = { index: number; offset: number }
/** A file that is not what was told of it; `now` null if it is gone. */
export type ChangedFile = { index: number; now: DropEntry | null }
export type UploadFilesOptions = {
  stream: InputStream
  source: Pick<DropSource, 'open'>
  /** As they were told to the core. */
  entries: readonly DropEntry[]
  files: readonly WantedFile[]
  signal: AbortSignal
  onSent(sent: { bytes: number; files: number }): void
}

const PIECE_BYTES = 192 * 1024
/** Opening a file costs a browser longer than reading it. */
const OPENED_AHEAD = 16

/** Settles when the core has written them. @throws {AppError} the core's, or `CORE_UNREACHABLE`. */
export async function uploadFiles(options: UploadFilesOptions): Promise<ChangedFile[]> {
  const { stream, files, signal, onSent } = options
  const writer = new RecordWriter(stream)
  const changed: ChangedFile[] = []
  const ahead: Promise<Opened>[] = []
  for (let next = 0; next < files.length || ahead.length > 0; ) {
    signal.throwIfAborted()
    while (ahead.length < OPENED_AHEAD && next < files.length) ahead.push(open(options, files[next++]))
    const opened = await ahead.shift()
    if (!opened) break
    const problem = opened.file ? await send(writer, opened, options) : opened
    if (problem) changed.push({ index: problem.index, now: problem.now })
    onSent({ bytes: 0, files: 1 })
  }
  await writer.end()
  for await (const _ of stream); // Its end says that all is written.
  return changed
}

type Opened = { index: number; offset: number; file: SourceFile | null; first: Uint8Array<ArrayBuffer>; now: DropEntry | null }

async function open({ source, entries }: UploadFilesOptions, wanted: WantedFile | undefined): Promise<Opened> {
  const { index, offset } = wanted ?? { index: -1, offset: 0 }
  const [path = '', size, changedAt] = entries[index] ?? []
  const none = { index, offset, file: null, first: new Uint8Array(0) }
  try {
    const file = await source.open(path)
    const now: DropEntry = [path, file.size, file.lastModified]
    if (file.size !== size || file.lastModified !== changedAt) return { ...none, now }
    return { ...none, file, now, first: await read(file, offset) }
  } catch {
    // It is gone, or we have no right to it any more; what its reading failed with says no more than that.
    return { ...none, now: null }
  }
}

/** Undefined when it was sent whole. */
async function send(writer: RecordWriter, opened: Opened, options: UploadFilesOptions): Promise<Opened | undefined> {
  const { index, file } = opened
  if (!file) return opened
  let { offset } = opened
  for (let piece: Uint8Array | null = opened.first; piece !== null && (piece.length > 0 || offset >= file.size); ) {
    await writer.write(index, offset, piece)
    offset += piece.length
    options.onSent({ bytes: piece.length, files: 0 })
    if (offset >= file.size) return undefined
    // A browser reads a file only as long as it is as it was when it was opened.
    piece = await read(file, offset).catch(() => null)
  }
  return await open(options, { index, offset: 0 })
}

async function read(file: SourceFile, offset: number): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await file.slice(offset, offset + PIECE_BYTES).arrayBuffer())
}

class RecordWriter {
  readonly #stream: InputStream
  readonly #buffer = new Uint8Array(PIECE_BYTES + UPLOAD_HEADER_BYTES)
  #filled = 0

  constructor(stream: InputStream) {
    this.#stream = stream
  }

  async write(index: number, offset: number, bytes: Uint8Array): Promise<void> {
    if (this.#filled + UPLOAD_HEADER_BYTES + bytes.length > this.#buffer.length) await this.#flush()
    this.#buffer.set(encodeUploadHeader({ index, offset, length: bytes.length }), this.#filled)
    this.#buffer.set(bytes, this.#filled + UPLOAD_HEADER_BYTES)
    this.#filled += UPLOAD_HEADER_BYTES + bytes.length
  }

  async end(): Promise<void> {
    await this.write(UPLOAD_END, 0, new Uint8Array(0))
    await this.#flush()
  }

  async #flush(): Promise<void> {
    // The carrier copies what it is given before it settles.
    await this.#stream.write(this.#buffer.subarray(0, this.#filled))
    this.#filled = 0
  }
}
