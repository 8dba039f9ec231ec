/** Long messages made short for a page that may be far away: lists of jobs say the same words over and over. */
import { deflateRawSync } from 'node:zlib'
import { encodeFrame, PACKED_STREAM } from '../../shared/frames.ts'

/** Below this a line is hardly ever too slow for it. */
const LEAST = 16 * 1024
/** Packing stops all else for some 10 ms a megabyte: what is longer than this goes as it is. */
const MOST = 8 * 1024 * 1024

export function isWorthPacking(text: string): boolean {
  return text.length >= LEAST && text.length <= MOST
}

export function pack(text: string): Uint8Array {
  return encodeFrame(PACKED_STREAM, deflateRawSync(text, { level: 1 }))
}
