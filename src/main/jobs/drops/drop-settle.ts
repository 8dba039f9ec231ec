/**
 * Makes the staged folder hold what was dropped and nothing else, and says what of it is missing. Runs in a file worker, when all that
 * would come has come.
 */
import { lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { bytesOf, displayPath, toBytePath } from '../byte-path.ts'
import { textsOf } from '../sync/byte-rows.ts'
import type { TaskContext } from '../sync/worker-protocol.ts'
import { isStaged, statStaged } from './drop-staged.ts'
import { rowsOf } from './drop-wanted.ts'
import { fileError } from './file-error.ts'

export type DropSettleInput = {
  names: Uint8Array
  kept: Uint32Array
  folders: Uint8Array
  /** Absolute, as text. */
  folder: string
}
export type DropSettleResult = {
  files: number
  bytes: number
  /** Paths as people read them, the first of them. */
  missing: string[]
  missingCount: number
}

const NAMED_MISSING = 100
const CHECK_EVERY = 256

/** @throws {AppError} `DISK_FULL`, `CANCELLED`. */
export async function settleDrop(input: DropSettleInput, context: TaskContext): Promise<DropSettleResult> {
  try {
    const root = toBytePath(input.folder)
    makeFolder(bytesOf(root))
    const folders = new Set(textsOf(input.folders))
    const files = new Set<string>()
    for (const { path } of rowsOf(input.names, input.kept)) files.add(path)
    removeOthers(root, { folders, files }, context)
    // A folder comes before what is in it.
    for (const path of folders) makeFolder(bytesOf(`${root}/${path}`))
    return count(root, input, context)
  } catch (error) {
    throw fileError(error, 'putting what was dropped in order')
  }
}

function removeOthers(root: string, wanted: { folders: Set<string>; files: Set<string> }, context: TaskContext): void {
  const stack = ['']
  for (let folder = stack.pop(); folder !== undefined; folder = stack.pop()) {
    context.checkCancelled()
    for (const entry of readdirSync(bytesOf(`${root}/${folder}`), { encoding: 'latin1', withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory() && wanted.folders.has(path)) stack.push(path)
      else if (!wanted.files.has(path)) rmSync(bytesOf(`${root}/${path}`), { recursive: true, force: true })
    }
  }
}

function makeFolder(place: Buffer): void {
  if (!lstatSync(place, { throwIfNoEntry: false })?.isDirectory()) mkdirSync(place, { mode: 0o755 })
}

function count(root: string, { names, kept }: DropSettleInput, context: TaskContext): DropSettleResult {
  const result: DropSettleResult = { files: 0, bytes: 0, missing: [], missingCount: 0 }
  for (const row of rowsOf(names, kept)) {
    if (row.index % CHECK_EVERY === 0) context.checkCancelled()
    const place = bytesOf(`${root}/${row.path}`)
    if (isStaged(row, statStaged(place))) {
      result.files += 1
      result.bytes += row.size
      continue
    }
    // One of another time is not what was dropped: better none than that.
    rmSync(place, { recursive: true, force: true })
    result.missingCount += 1
    if (result.missing.length < NAMED_MISSING) result.missing.push(displayPath(row.path))
  }
  return result
}
