/**
 * A manifest says what a push sends: every file, folder and link of a pushed folder, sorted by path, with what is needed to tell later
 * whether it has changed. It is made by a scan, kept on the host beside the pristine copy, and compared there with the next one.
 * It travels between threads and to the host as bytes, since 100,000 objects would block the core; only workers read it, an entry at a time.
 */
import { createHash } from 'node:crypto'
import { AppError } from '../../../shared/errors.ts'
import { displayPath } from '../byte-path.ts'
import { ByteRows, textsOf } from './byte-rows.ts'

export type EntryType = 'file' | 'dir' | 'link'

/** Folders have no times, for they change with every ignored file in them; of links only the target counts. */
export type Entry = {
  /** A byte path, relative to the folder. */
  path: string
  type: EntryType
  /** Permission bits. */
  mode: number
  size: number
  mtimeNs: bigint
  ctimeNs: bigint
  inode: bigint
  /** Changed so shortly before the scan that a further change might leave no trace: its times prove nothing next time. */
  isRacy: boolean
  /** Its content was to be compared, not only its times, by a sync that may have been cut off before it did. */
  isUnproven: boolean
  /** A byte path as it stands in the link; empty for all else. */
  target: string
}

export type ManifestTotals = { files: number; dirs: number; links: number; totalBytes: number }

/** `stamp` stands for the whole: equal stamps, and nothing racy, mean that nothing has changed. */
export type Manifest = ManifestTotals & { bytes: Uint8Array; stamp: string; isRacy: boolean }

const MAGIC = 'drover-manifest 1 '
const TYPES = { f: 'file', d: 'dir', l: 'link' } as const
const HEAD_BYTES = MAGIC.length + 64 + 1
const LETTERS = { file: 'f', dir: 'd', link: 'l' } as const

/** Collects a folder's entries, in whatever order they are found, and packs them by the bytes of their paths: a folder before its content. */
export class ManifestDraft {
  readonly #rows = new ByteRows()
  /** Of each row: its chunk, where it begins, where its path does, and where it ends. */
  readonly #places: number[] = []
  readonly #totals: ManifestTotals = { files: 0, dirs: 0, links: 0, totalBytes: 0 }
  #isRacy = false

  get count(): number {
    return this.#places.length / 4
  }

  get totalBytes(): number {
    return this.#totals.totalBytes
  }

  add(entry: Entry): void {
    const head = recordHead(entry)
    const tail = recordTail(entry)
    const { chunk, at } = this.#rows.add(head + tail)
    this.#places.push(chunk, at, at + head.length, at + head.length + tail.length)
    this.#totals[`${entry.type}s`] += 1
    this.#totals.totalBytes += entry.size
    this.#isRacy ||= entry.isRacy
  }

  pack(): Manifest {
    const places = this.#places
    const part = (row: number, from: 1 | 2) =>
      this.#rows.part({ chunk: places[row * 4] ?? 0, from: places[row * 4 + from] ?? 0, to: places[row * 4 + 3] ?? 0 })
    // The NUL behind a path comes before every other byte.
    const order = Uint32Array.from({ length: this.count }, (_, row) => row).sort((one, other) =>
      Buffer.compare(part(one, 2), part(other, 2)),
    )
    // Shared: it goes from thread to thread and would be copied each time.
    const bytes = new Uint8Array(new SharedArrayBuffer(HEAD_BYTES + this.#rows.totalBytes))
    let at = HEAD_BYTES
    for (const row of order) {
      const record = part(row, 1)
      bytes.set(record, at)
      at += record.length
    }
    const stamp = createHash('sha256').update(bytes.subarray(HEAD_BYTES)).digest('hex')
    Buffer.from(bytes.buffer).write(headerOf(stamp), 'latin1')
    return { ...this.#totals, stamp, isRacy: this.#isRacy, bytes }
  }
}

export function packManifest(entries: readonly Entry[]): Manifest {
  const draft = new ManifestDraft()
  for (const entry of entries) draft.add(entry)
  return draft.pack()
}

/** Entries of a manifest, changed in what its stamp does not stand for. They come sorted. */
export class ManifestCopy {
  readonly #rows = new ByteRows()
  readonly #stamp: string

  constructor(stamp: string) {
    this.#stamp = stamp
  }

  add(entry: Entry): void {
    this.#rows.add(recordHead(entry) + recordTail(entry))
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#rows.bytes(headerOf(this.#stamp))
  }
}

/**
 * What a manifest says, an entry at a time.
 *
 * @throws {AppError} `PROTOCOL` on anything that `packManifest` does not write, as it comes to it: it may come from a host.
 */
export function openManifest(bytes: Uint8Array): { stamp: string; entries: Generator<Entry> } {
  const texts = textsOf(bytes)
  const header: string = texts.next().value ?? ''
  if (!header.startsWith(MAGIC) || bytes.at(-1) !== 0) throw damaged('its beginning or end is missing')
  return { stamp: header.slice(MAGIC.length), entries: readEntries(texts) }
}

/** @throws {AppError} as `openManifest` does. */
export function unpackManifest(bytes: Uint8Array): { stamp: string; entries: Entry[] } {
  const { stamp, entries } = openManifest(bytes)
  return { stamp, entries: [...entries] }
}

/** True for a path that leads to somewhere below the folder it is relative to, by its letters. */
export function isPlainPath(path: string): boolean {
  return path !== '' && path.split('/').every(part => part !== '' && part !== '.' && part !== '..')
}

function* readEntries(texts: Generator<string>): Generator<Entry> {
  let before: string | undefined
  for (const text of texts) {
    const entry = readRecord(text)
    if (entry.type === 'link') {
      entry.target = texts.next().value ?? ''
      if (entry.target === '') throw damaged(`the link ${displayPath(entry.path)} has no target`)
    }
    if (before !== undefined && before >= entry.path) throw damaged(`${displayPath(entry.path)} is not in order`)
    before = entry.path
    yield entry
  }
}

function headerOf(stamp: string): string {
  return `${MAGIC}${stamp}\0`
}

function recordHead({ type, mode, size, mtimeNs, ctimeNs, inode, isRacy, isUnproven }: Entry): string {
  const flags = (isRacy ? 1 : 0) + (isUnproven ? 2 : 0)
  return `${LETTERS[type]} ${mode.toString(8)} ${size} ${mtimeNs} ${ctimeNs} ${inode} ${flags} `
}

function recordTail({ type, path, target }: Entry): string {
  return type === 'link' ? `${path}\0${target}\0` : `${path}\0`
}

const RECORD = /^([fdl]) ([0-7]{1,4}) (\d{1,16}) (-?\d{1,20}) (-?\d{1,20}) (\d{1,20}) ([0-3]) (.+)$/s

function readRecord(text: string): Entry {
  const match = RECORD.exec(text)
  const [, letter, mode = '', size, mtimeNs = '', ctimeNs = '', inode = '', flags, path = ''] = match ?? []
  if (!match || !isPlainPath(path)) throw damaged(`"${text.slice(0, 100)}" is no record`)
  return {
    path,
    type: TYPES[letter as keyof typeof TYPES],
    mode: Number.parseInt(mode, 8),
    size: Number(size),
    mtimeNs: BigInt(mtimeNs),
    ctimeNs: BigInt(ctimeNs),
    inode: BigInt(inode),
    isRacy: (Number(flags) & 1) !== 0,
    isUnproven: (Number(flags) & 2) !== 0,
    target: '',
  }
}

function damaged(why: string): AppError {
  return new AppError('PROTOCOL', `The list of what the host's copy holds is damaged: ${why}`)
}
