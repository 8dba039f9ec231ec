/**
 * Which files of a dropped folder are still to be sent, and from which byte on: those whose size or time differs from what stands in the
 * staged folder, and in the one of the drop before, from which the others are taken. Runs in a file worker.
 */
import { readdirSync, statfsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import { bytesText } from '../../../shared/format.ts'
import { bytesOf, toBytePath } from '../byte-path.ts'
import type { TaskContext } from '../sync/worker-protocol.ts'
import { type DropRow, readNames } from './drop-names.ts'
import { partName } from './drop-place.ts'
import { isStaged, statStaged } from './drop-staged.ts'
import { fileError } from './file-error.ts'
import { TakeOver } from './take-over.ts'

export type DropWantedInput = {
  names: Uint8Array
  kept: Uint32Array
  /** Absolute, as text. */
  folder: string
  parts: string
  /** The staged folder of the drop before; null if there is none. */
  earlier: string | null
}
export type DropWantedResult = {
  indices: Uint32Array
  /** Of each, how many bytes are here. */
  offsets: Float64Array
  /** What is still to come. */
  wantedBytes: number
}

const CHECK_EVERY = 256

/** @throws {AppError} `DISK_FULL` if it cannot all have room; `CANCELLED`. */
export async function findWanted(input: DropWantedInput, context: TaskContext): Promise<DropWantedResult> {
  try {
    return wanted(input, context)
  } catch (error) {
    throw fileError(error, 'comparing the dropped folder')
  }
}

function wanted({ names, kept, folder, parts, earlier }: DropWantedInput, context: TaskContext): DropWantedResult {
  const root = toBytePath(folder)
  const takeOver = earlier === null ? null : new TakeOver({ from: earlier, to: folder })
  const known = new Set(readdirSync(parts))
  const found: [index: number, offset: number][] = []
  let wantedBytes = 0
  let freedBytes = 0
  for (const row of rowsOf(names, kept)) {
    if (row.index % CHECK_EVERY === 0) context.checkCancelled()
    const staged = statStaged(bytesOf(`${root}/${row.path}`))
    if (isStaged(row, staged) || (!staged && takeOver?.take(row))) continue
    const name = known.size > 0 ? partName(row) : ''
    const offset = known.has(name) ? Math.min(row.size, statSync(join(parts, name)).size) : 0
    found.push([row.index, offset])
    wantedBytes += row.size - offset
    if (staged?.isFile() && staged.nlink === 1) freedBytes += staged.size
  }
  requireRoom(dirname(folder), wantedBytes - freedBytes)
  return {
    indices: Uint32Array.from(found, ([index]) => index),
    offsets: Float64Array.from(found, ([, offset]) => offset),
    wantedBytes,
  }
}

/** The rows with these indices, which go upwards. */
export function* rowsOf(names: Uint8Array, indices: Uint32Array): Generator<DropRow> {
  let at = 0
  for (const row of readNames(names)) {
    if (at === indices.length) return
    if (row.index !== indices[at]) continue
    at += 1
    yield row
  }
}

function requireRoom(place: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(place)
  if (bytes <= bavail * bsize) return
  const message = `No room on the core’s machine: ${bytesText(bytes)} are to come, and ${bytesText(bavail * bsize)} are free at ${place}`
  throw new AppError('DISK_FULL', message)
}
