/** Makes a screenshot small: at most 256 colours, those alike to the eye as one. A window has few, and many shades of each at its letters. */
import { readFileSync, writeFileSync } from 'node:fs'
import { deflateSync, inflateSync } from 'node:zlib'
import { PNG_SIGNATURE, pngChunk } from '../../test/helpers/png-chunk.ts'

const COLOURS = 256
/** So many stay as they are, however alike: grounds and text, which nobody wants to see dotted. */
const EXACT = 64

/** Writes the picture anew; what it gives is its size in bytes. Eight bits a channel, not interlaced, as browsers and grim write them. */
export function shrinkPng(path: string): number {
  const { width, height, channels, rows } = readPng(readFileSync(path))
  const pixels = new Float32Array(width * height * 3)
  for (let at = 0; at < pixels.length; at++) pixels[at] = rows[Math.floor(at / 3) * channels + (at % 3)] ?? 0
  const palette = paletteOf(pixels)
  const lines = dithered(pixels, { width, height, palette })
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 3, 0, 0, 0], 8)
  const table = Buffer.from(palette.flatMap(colour => [colour >> 16, (colour >> 8) & 255, colour & 255]))
  const chunks = [
    pngChunk('IHDR', header),
    pngChunk('PLTE', table),
    pngChunk('IDAT', deflateSync(lines, { level: 9, memLevel: 9 })),
  ]
  const small = Buffer.concat([PNG_SIGNATURE, ...chunks, pngChunk('IEND', Buffer.alloc(0))])
  writeFileSync(path, small)
  return small.length
}

/** The colours that are there most; of the others such as are farther from each other the more there are. */
function paletteOf(pixels: Float32Array): number[] {
  const counts = new Map<number, number>()
  for (let at = 0; at < pixels.length; at += 3) {
    const colour = colourAt(pixels, at)
    counts.set(colour, (counts.get(colour) ?? 0) + 1)
  }
  const byCount = [...counts].toSorted(([, one], [, other]) => other - one).map(([colour]) => colour)
  for (let apart = 0; ; apart += 6) {
    const palette: number[] = []
    for (const colour of byCount) {
      if (palette.length >= EXACT && palette.some(known => distance(known, colour) <= apart)) continue
      palette.push(colour)
      if (palette.length > COLOURS) break
    }
    if (palette.length <= COLOURS) return palette
  }
}

/** What a pixel is off is made up for by its neighbours, as Floyd and Steinberg do, so that a shadow has no steps. */
function dithered(
  pixels: Float32Array,
  { width, height, palette }: { width: number; height: number; palette: number[] },
): Buffer {
  const indexOf = new Map<number, number>()
  const lines = Buffer.alloc((width + 1) * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3
      const colour = colourAt(pixels, at)
      const index = indexOf.get(colour) ?? nearest(palette, colour)
      indexOf.set(colour, index)
      lines[y * (width + 1) + 1 + x] = index
      const taken = palette[index] ?? 0
      for (let channel = 0; channel < 3; channel++) {
        const off = (pixels[at + channel] ?? 0) - ((taken >> (16 - 8 * channel)) & 255)
        if (off === 0) continue
        const pass = (to: number, share: number) => {
          pixels[to + channel] = (pixels[to + channel] ?? 0) + (off * share) / 16
        }
        if (x + 1 < width) pass(at + 3, 7)
        if (y + 1 === height) continue
        if (x > 0) pass(at + width * 3 - 3, 3)
        pass(at + width * 3, 5)
        if (x + 1 < width) pass(at + width * 3 + 3, 1)
      }
    }
  }
  return lines
}

function colourAt(pixels: Float32Array, at: number): number {
  const byte = (value = 0) => Math.min(255, Math.max(0, Math.round(value)))
  return (byte(pixels[at]) << 16) | (byte(pixels[at + 1]) << 8) | byte(pixels[at + 2])
}

function nearest(palette: readonly number[], colour: number): number {
  let best = 0
  for (let at = 1; at < palette.length; at++)
    if (distance(palette[at] ?? 0, colour) < distance(palette[best] ?? 0, colour)) best = at
  return best
}

/** Squared. */
function distance(one: number, other: number): number {
  const [red, green, blue] = [(one >> 16) - (other >> 16), ((one >> 8) & 255) - ((other >> 8) & 255), (one & 255) - (other & 255)]
  return red * red + green * green + blue * blue
}

function readPng(bytes: Buffer): { width: number; height: number; channels: number; rows: Buffer } {
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
  const [depth, type, , , interlace] = bytes.subarray(24, 29)
  const channels = type === 6 ? 4 : type === 2 ? 3 : 0
  if (depth !== 8 || interlace !== 0 || channels === 0)
    throw new Error('The picture is not of eight bits a channel, in RGB or RGBA')
  const data: Buffer[] = []
  for (let at = PNG_SIGNATURE.length; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at)
    if (bytes.toString('latin1', at + 4, at + 8) === 'IDAT') data.push(bytes.subarray(at + 8, at + 8 + length))
    at += length + 12
  }
  return { width, height, channels, rows: unfiltered(inflateSync(Buffer.concat(data)), width * channels, height, channels) }
}

/** By the filters of PNG 1.2, section 6: none, sub, up, average, Paeth. */
function unfiltered(lines: Buffer, stride: number, height: number, channels: number): Buffer {
  const rows = Buffer.alloc(stride * height)
  for (let y = 0; y < height; y++) {
    const filter = lines[y * (stride + 1)]
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x
      const left = x < channels ? 0 : (rows[at - channels] ?? 0)
      const up = y === 0 ? 0 : (rows[at - stride] ?? 0)
      const corner = x < channels || y === 0 ? 0 : (rows[at - stride - channels] ?? 0)
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter ?? 0] ?? 0
      rows[at] = ((lines[y * (stride + 1) + 1 + x] ?? 0) + guess) & 255
    }
  }
  return rows
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner
  const [toLeft, toUp, toCorner] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)]
  return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner
}
