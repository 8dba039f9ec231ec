/**
 * A manifest says what a push sends: every file, folder and link of a pushed folder, sorted by path, with what is needed to tell later
 * whether it has changed. It is made by a scan, kept on the host beside the pristine copy, and compared there with the next one.
 * It travels between threads and to the host as bytes, since 100,000 objects would block the core; only workers unpack it.
 */
import { createHash } from 'node:crypto'
import { AppError } from '../../../shared/errors.ts'
import { byteText, ownBytes } from '../byte-path.ts'

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
export type Manifest = ManifestTotals & { bytes: Uint8Array<ArrayBuffer>; stamp: string; isRacy: boolean }

const MAGIC = 'drover-manifest 1 '
const TYPES = { f: 'file', d: 'dir', l: 'link' } as const
const LETTERS = { file: 'f', dir: 'd', link: 'l' } as const

/** `entries` are sorted here, by the bytes of their paths: a folder comes before what is in it. */
export function packManifest(entries: Entry[]): Manifest {
  entries.sort(byPath)
  const totals = { files: 0, dirs: 0, links: 0, totalBytes: 0 }
  let isRacy = false
  for (const entry of entries) {
    totals[`${entry.type}s`] += 1
    totals.totalBytes += entry.size
    isRacy ||= entry.isRacy
  }
  const records = entries.map(record).join('')
  const stamp = createHash('sha256').update(records, 'latin1').digest('hex')
  return { ...totals, stamp, isRacy, bytes: pack(records, stamp) }
}

/** Entries of a manifest, changed in what its stamp does not stand for. They are sorted. */
export function repackEntries(entries: readonly Entry[], stamp: string): Uint8Array<ArrayBuffer> {
  return pack(entries.map(record).join(''), stamp)
}

/** @throws {AppError} `PROTOCOL` on anything that `packManifest` does not write: it may come from a host. */
export function unpackManifest(bytes: Uint8Array): { stamp: string; entries: Entry[] } {
  const fields = byteText(bytes).split('\0')
  const header = fields[0] ?? ''
  if (!header.startsWith(MAGIC) || fields.pop() !== '') throw damaged('its beginning or end is missing')
  const entries: Entry[] = []
  for (let index = 1; index < fields.length; index += 1) {
    const entry = readRecord(fields[index] ?? '')
    if (entry.type === 'link') {
      index += 1
      entry.target = fields[index] ?? ''
      if (entry.target === '') throw damaged(`a link has no target, record ${index}`)
    }
    const before = entries.at(-1)
    if (before !== undefined && before.path >= entry.path) throw damaged(`record ${index} is not in order`)
    entries.push(entry)
  }
  return { stamp: header.slice(MAGIC.length), entries }
}

/** The stamp of a manifest, or what stands in its place, without unpacking it. */
export function manifestStamp(bytes: Uint8Array): string {
  const start = byteText(bytes.subarray(0, 200))
  return start.slice(MAGIC.length, start.indexOf('\0'))
}

/** True for a path that leads to somewhere below the folder it is relative to, by its letters. */
export function isPlainPath(path: string): boolean {
  return path !== '' && path.split('/').every(part => part !== '' && part !== '.' && part !== '..')
}

function pack(records: string, stamp: string): Uint8Array<ArrayBuffer> {
  return ownBytes(`${MAGIC}${stamp}\0${records}`)
}

function byPath(one: Entry, other: Entry): number {
  return one.path < other.path ? -1 : one.path > other.path ? 1 : 0
}

function record(entry: Entry): string {
  const flags = (entry.isRacy ? 1 : 0) + (entry.isUnproven ? 2 : 0)
  const { mode, size, mtimeNs, ctimeNs, inode, path, target } = entry
  const line = `${LETTERS[entry.type]} ${mode.toString(8)} ${size} ${mtimeNs} ${ctimeNs} ${inode} ${flags} ${path}\0`
  return entry.type === 'link' ? `${line}${target}\0` : line
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
