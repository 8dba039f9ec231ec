/**
 * Which files of a dropped folder are still to be sent, and from which byte on: those whose size or time differs from what stands in the
 * staged folder. Runs in a file worker.
 */
import { lstatSync, readdirSync, type Stats, statfsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import { bytesText } from '../../../shared/format.ts'
import { bytesOf, toBytePath } from '../byte-path.ts'
import type { TaskContext } from '../sync/worker-protocol.ts'
import { type DropRow, readNames } from './drop-names.ts'
import { partName } from './drop-place.ts'
import { fileError } from './file-error.ts'

export type DropWantedInput = {
  names: Uint8Array
  kept: Uint32Array
  /** Absolute, as text. */
  folder: string
  parts: string
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

function wanted({ names, kept, folder, parts }: DropWantedInput, context: TaskContext): DropWantedResult {
  const root = toBytePath(folder)
  const known = new Set(readdirSync(parts))
  const found: [index: number, offset: number][] = []
  let wantedBytes = 0
  let freedBytes = 0
  for (const row of rowsOf(names, kept)) {
    if (row.index % CHECK_EVERY === 0) context.checkCancelled()
    const staged = statStaged(bytesOf(`${root}/${row.path}`))
    if (isStaged(row, staged)) continue
    const name = known.size > 0 ? partName(row) : ''
    const offset = known.has(name) ? Math.min(row.size, statSync(join(parts, name)).size) : 0
    found.push([row.index, offset])
    wantedBytes += row.size - offset
    if (staged?.isFile()) freedBytes += staged.size
  }
  requireRoom(dirname(folder), wantedBytes - freedBytes)
  return {
    indices: Uint32Array.from(found, ([index]) => index),
    offsets: Float64Array.from(found, ([, offset]) => offset),
    wantedBytes,
  }
}

/** Undefined as well where a folder of its path is a file now. */
export function statStaged(place: Buffer): Stats | undefined {
  try {
    return lstatSync(place, { throwIfNoEntry: false })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined
    throw error
  }
}

/** True for a file that stands as it is in the dropped folder, as far as a browser tells of it. */
export function isStaged({ size, changedAt }: DropRow, staged: Stats | undefined): boolean {
  return staged?.isFile() === true && staged.size === size && Math.round(staged.mtimeMs) === changedAt
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
