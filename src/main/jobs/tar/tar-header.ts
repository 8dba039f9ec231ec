/**
 * The 512-byte headers of a tar archive, both ways. Written: ustar with GNU's long names and large sizes, which GNU tar, BSD tar and
 * busybox all read. Read: those, and plain POSIX ustar. Names are byte strings. What is read may come from a hostile host.
 */
import { AppError } from '../../../shared/errors.ts'

export const BLOCK_BYTES = 512

export type TarKind = 'file' | 'dir' | 'symlink' | 'hardlink' | 'special' | 'gnu-name' | 'gnu-target' | 'pax' | 'pax-global'
export type TarHeader = {
  path: string
  kind: TarKind
  /** Permission bits, as the archive has them: setuid and sticky too. */
  mode: number
  size: number
  /** Seconds since the epoch, with their parts. */
  mtime: number
  /** Of links. */
  target: string
}

const KINDS: Readonly<Record<string, TarKind>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'special',
  '4': 'special',
  '5': 'dir',
  '6': 'special',
  L: 'gnu-name',
  K: 'gnu-target',
  x: 'pax',
  g: 'pax-global',
}
const LETTERS = { file: '0', dir: '5', symlink: '2', pax: 'x', 'gnu-name': 'L', 'gnu-target': 'K' } as const
export type WrittenKind = keyof typeof LETTERS

/** One block. Name and target are cut to 100 bytes: longer ones go before it in blocks of their own. */
export function encodeHeader(header: TarHeader & { kind: WrittenKind }): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES)
  block.write(header.path.slice(0, 100), 0, 'latin1')
  block.write(octal(header.mode, 8), 100, 'latin1')
  block.write(octal(0, 8), 108, 'latin1')
  block.write(octal(0, 8), 116, 'latin1')
  writeSize(block, header.size)
  block.write(octal(Math.max(0, Math.floor(header.mtime)) % 8 ** 11, 12), 136, 'latin1')
  block.write(LETTERS[header.kind], 156, 'latin1')
  block.write(header.target.slice(0, 100), 157, 'latin1')
  block.write('ustar  \0', 257, 'latin1')
  block.write(`${checksum(block).toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return block
}

/** Null for the block of zeros that ends an archive. @throws {AppError} `PROTOCOL` on what is no header. */
export function decodeHeader(block: Buffer): TarHeader | null {
  if (block.every(byte => byte === 0)) return null
  if (readNumber(block, 148, 8) !== checksum(block)) throw malformed('a header has a wrong checksum')
  if (byteSlice(block, 257, 262) !== 'ustar') throw malformed('a header is not of the ustar kind')
  const letter = byteSlice(block, 156, 157)
  const kind = KINDS[letter]
  if (!kind) throw malformed(`an entry is of the unknown kind ${JSON.stringify(letter)}`)
  // Only POSIX headers have a prefix; GNU keeps times in its place.
  const prefix = byteSlice(block, 257, 263) === 'ustar\0' ? readText(block, 345, 155) : ''
  const name = readText(block, 0, 100)
  return {
    path: prefix === '' ? name : `${prefix}/${name}`,
    kind,
    mode: readNumber(block, 100, 8) & 0o7777,
    size: readNumber(block, 124, 12),
    mtime: readNumber(block, 136, 12),
    target: readText(block, 157, 100),
  }
}

/** The records of a pax header: `length key=value`, each ended by a newline. */
export function decodePax(text: string): Map<string, string> {
  const records = new Map<string, string>()
  for (let at = 0; at < text.length; ) {
    const space = text.indexOf(' ', at)
    const digits = text.slice(at, space)
    const length = Number(digits)
    const record = text.slice(space + 1, at + length)
    const equals = record.indexOf('=')
    if (space < 0 || !/^[1-9]\d{0,7}$/.test(digits) || at + length > text.length || !record.endsWith('\n') || equals < 1) {
      throw malformed('a pax header is damaged')
    }
    records.set(record.slice(0, equals), record.slice(equals + 1, -1))
    at += length
  }
  return records
}

export function encodePax(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`
  // The length counts its own digits.
  const guess = rest.length + String(rest.length).length
  return `${rest.length + String(guess).length}${rest}`
}

export function malformed(why: string): AppError {
  return new AppError('PROTOCOL', `The host sent files in a form that is not sound: ${why}`)
}

/** The sum of all bytes, its own field taken as spaces. */
function checksum(block: Buffer): number {
  let sum = 8 * 0x20
  for (let index = 0; index < BLOCK_BYTES; index += 1) if (index < 148 || index >= 156) sum += block[index] ?? 0
  return sum
}

function byteSlice(block: Buffer, from: number, to: number): string {
  return block.toString('latin1', from, to)
}

function octal(value: number, width: number): string {
  return `${value.toString(8).padStart(width - 1, '0')}\0`
}

/** From 8 GiB on as a binary number, marked by its first bit. */
function writeSize(block: Buffer, size: number): void {
  if (size < 8 ** 11) {
    block.write(octal(size, 12), 124, 'latin1')
    return
  }
  block[124] = 0x80
  block.writeBigUInt64BE(BigInt(size), 128)
}

function readText(block: Buffer, offset: number, length: number): string {
  const text = byteSlice(block, offset, offset + length)
  const end = text.indexOf('\0')
  return end < 0 ? text : text.slice(0, end)
}

function readNumber(block: Buffer, offset: number, length: number): number {
  const first = block[offset] ?? 0
  if (first === 0x80) {
    const value = block.subarray(offset + 1, offset + length).reduce((sum, byte) => sum * 256 + byte, 0)
    if (Number.isSafeInteger(value)) return value
  } else {
    const text = byteSlice(block, offset, offset + length)
      .replace(/[\0 ]+$/, '')
      .trimStart()
    if (/^[0-7]*$/.test(text)) return Number.parseInt(text || '0', 8)
  }
  throw malformed('a number in a header is out of range')
}
