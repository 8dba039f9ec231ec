/** The pixels of a PNG of ours, for a desktop that takes no files: 8 bits a channel, with alpha, not interlaced, as rsvg-convert writes. */
import { inflateSync } from 'node:zlib'

export type Pixels = {
  width: number
  height: number
  /** Red, green, blue, alpha: four bytes for each, row by row. */
  rgba: Buffer
}

const SIGNATURE = '89504e470d0a1a0a'
const RGBA = 6
const BYTES = 4

/** @throws {TypeError} for any other kind of file. */
export function pngPixels(file: Buffer): Pixels {
  if (file.subarray(0, 8).toString('hex') !== SIGNATURE) throw new TypeError('It is no PNG')
  let width = 0
  let height = 0
  const packed: Buffer[] = []
  for (let at = 8; at + 8 <= file.length; ) {
    const length = file.readUInt32BE(at)
    const type = file.toString('latin1', at + 4, at + 8)
    const content = file.subarray(at + 8, at + 8 + length)
    if (type === 'IHDR') {
      width = content.readUInt32BE(0)
      height = content.readUInt32BE(4)
      if (content[8] !== 8 || content[9] !== RGBA || content[12] !== 0)
        throw new TypeError('It is a PNG of another kind than ours')
    } else if (type === 'IDAT') packed.push(content)
    at += length + 12
  }
  const lines = inflateSync(Buffer.concat(packed))
  if (lines.length !== height * (width * BYTES + 1)) throw new TypeError('It is a PNG that was cut')
  return { width, height, rgba: unfiltered(lines, width * BYTES, height) }
}

/** Each row begins with how it was written: as differences to the pixel before it, to the row above, or to a mean of them. */
function unfiltered(lines: Buffer, rowBytes: number, height: number): Buffer {
  const out = Buffer.alloc(rowBytes * height)
  for (let row = 0; row < height; row++) {
    const filter = lines[row * (rowBytes + 1)]
    for (let column = 0; column < rowBytes; column++) {
      const place = row * rowBytes + column
      const left = column < BYTES ? 0 : (out[place - BYTES] ?? 0)
      const up = row === 0 ? 0 : (out[place - rowBytes] ?? 0)
      const upLeft = row === 0 || column < BYTES ? 0 : (out[place - rowBytes - BYTES] ?? 0)
      const raw = lines[row * (rowBytes + 1) + 1 + column] ?? 0
      out[place] = raw + predicted(filter, { left, up, upLeft })
    }
  }
  return out
}

function predicted(filter: number | undefined, { left, up, upLeft }: { left: number; up: number; upLeft: number }): number {
  switch (filter) {
    case 0:
      return 0
    case 1:
      return left
    case 2:
      return up
    case 3:
      return Math.floor((left + up) / 2)
    case 4:
      return nearestTo(left + up - upLeft, { left, up, upLeft })
    default:
      throw new TypeError('It is a PNG with a row of an unknown kind')
  }
}

function nearestTo(sum: number, { left, up, upLeft }: { left: number; up: number; upLeft: number }): number {
  const [toLeft, toUp, toUpLeft] = [Math.abs(sum - left), Math.abs(sum - up), Math.abs(sum - upLeft)]
  if (toLeft <= toUp && toLeft <= toUpLeft) return left
  return toUp <= toUpLeft ? up : upLeft
}
