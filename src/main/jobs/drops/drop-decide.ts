/**
 * Decides what of a dropped folder would be sent, before its bytes are here: the tree is laid out with empty files, only the rules have
 * their contents, and the scan of every push looks through it. Runs in a file worker.
 *
 * A repository is laid out with its index, so that git knows what is tracked, and with nothing else of `.git`.
 */
import { closeSync, copyFileSync, existsSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRuleFile } from '../../../shared/drop.ts'
import { AppError } from '../../../shared/errors.ts'
import { bytesOf, displayLongPath, displayPath, toBytePath } from '../byte-path.ts'
import { openManifest } from '../sync/manifest.ts'
import { type ScanResult, scanFolder } from '../sync/scan-folder.ts'
import type { TaskContext } from '../sync/worker-protocol.ts'
import { readNames } from './drop-names.ts'
import { fileError } from './file-error.ts'

export type DropDecideInput = {
  names: Uint8Array
  /** Absolute, as text: the folder to lay the tree out in, which is gone at the end, and the one with the contents of the rules. */
  layout: string
  rules: string
  now: number
  /** How many of the ignored paths are told with their rules. */
  explain: number
}
export type DropDecideResult = Pick<ScanResult, 'skipped' | 'isSkippedCut' | 'warnings'> & {
  /** Indices of the files that would be sent, upwards. */
  kept: Uint32Array
  /** Byte paths of the folders, each ended by NUL, a folder before what is in it. */
  folders: Uint8Array
  keptBytes: number
  /** How many files there are in all. */
  files: number
}

const CHECK_EVERY = 256

/** @throws {AppError} `BAD_INPUT` if two names are one here, and what a scan throws; `DISK_FULL`, `CANCELLED`. */
export async function decideDrop(input: DropDecideInput, context: TaskContext): Promise<DropDecideResult> {
  try {
    const layout = new Layout(input, context)
    layout.make()
    const { found, warnings } = await scanLayout(layout, input, context)
    return { ...pick(found, input.names), ...found, warnings: [...layout.warnings, ...warnings] }
  } catch (error) {
    throw fileError(error, 'looking through the dropped folder')
  } finally {
    rmSync(input.layout, { recursive: true, force: true })
  }
}

/** An index that git cannot read by itself (split, or of another hash) is done without. */
async function scanLayout(layout: Layout, { layout: folder, now, explain }: DropDecideInput, context: TaskContext) {
  try {
    return { found: await scanFolder({ folder, now, explain }, context), warnings: [] }
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'BAD_INPUT' || !layout.removeIndexes()) throw error
    const warnings = ['git cannot read the index of this repository: what is tracked is left out too where a rule names it']
    return { found: await scanFolder({ folder, now, explain }, context), warnings }
  }
}

function pick({ manifest, skipped, isSkippedCut }: ScanResult, names: Uint8Array): Omit<DropDecideResult, 'warnings'> {
  const sent = new Set<string>()
  const folders: string[] = []
  for (const { path, type } of openManifest(manifest.bytes).entries) {
    if (isInGit(path)) continue
    if (type === 'dir') folders.push(`${path}\0`)
    else sent.add(path)
  }
  const kept: number[] = []
  let keptBytes = 0
  let files = 0
  for (const { index, path, isFolder, size } of readNames(names)) {
    if (isFolder || isInGit(path)) continue
    files += 1
    if (!sent.has(path)) continue
    kept.push(index)
    keptBytes += size
  }
  const folderBytes = new Uint8Array(bytesOf(folders.join('')))
  return { kept: Uint32Array.from(kept), folders: folderBytes, keptBytes, files, skipped, isSkippedCut }
}

class Layout {
  readonly warnings: string[] = []
  readonly #input: DropDecideInput
  readonly #context: TaskContext
  readonly #root: string
  readonly #made = new Set<string>()
  readonly #indexes: string[] = []

  constructor(input: DropDecideInput, context: TaskContext) {
    this.#input = input
    this.#context = context
    this.#root = toBytePath(input.layout)
  }

  make(): void {
    rmSync(this.#input.layout, { recursive: true, force: true })
    mkdirSync(this.#input.layout, { mode: 0o700 })
    for (const { index, path, isFolder } of readNames(this.#input.names)) {
      if (index % CHECK_EVERY === 0) this.#tell(index)
      if (isFolder) this.#makeFolder(path)
      else this.#makeFile(path, index)
    }
  }

  /** False if there are none. */
  removeIndexes(): boolean {
    for (const path of this.#indexes) rmSync(this.#at(path), { force: true })
    return this.#indexes.splice(0).length > 0
  }

  #makeFile(path: string, index: number): void {
    this.#makeFolder(parentOf(path))
    this.#new(path, () => closeSync(openSync(this.#at(path), 'wx', 0o600)))
    if (!isRuleFile(path)) return
    if (isInGit(path)) this.#makeRepository(path.slice(0, path.lastIndexOf('.git/') + 4))
    if (path.endsWith('.git/index')) this.#indexes.push(path)
    const content = join(this.#input.rules, String(index))
    if (existsSync(content)) copyFileSync(content, this.#at(path))
    else {
      this.warnings.push(`${displayPath(path)} could not be read: what it says does not count`)
      // An empty index would say that nothing is tracked, and an empty file is none.
      if (path.endsWith('.git/index')) rmSync(this.#at(path))
    }
  }

  /** As much of one as makes git take it for one. */
  #makeRepository(path: string): void {
    if (this.#made.has(`${path}/refs`)) return
    for (const name of ['refs', 'objects']) this.#makeFolder(`${path}/${name}`)
    writeFileSync(this.#at(`${path}/HEAD`), 'ref: refs/heads/none\n')
  }

  #makeFolder(path: string): void {
    if (path === '' || this.#made.has(path)) return
    this.#makeFolder(parentOf(path))
    this.#new(path, () => mkdirSync(this.#at(path), { mode: 0o700 }))
    this.#made.add(path)
  }

  /** What is there already was made by another name: on some file systems two names are one. */
  #new(path: string, make: () => void): void {
    try {
      make()
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code !== 'EEXIST' && code !== 'ENOTDIR') throw error
      const message = `Nothing was taken of this folder: ${displayLongPath(path)} is there twice, or differs from another name only in how it is written`
      throw new AppError('BAD_INPUT', message, { cause: error })
    }
  }

  #tell(done: number): void {
    this.#context.checkCancelled()
    this.#context.progress(() => ({ phase: 'scanning', filesDone: done, filesTotal: null, bytesDone: 0, bytesTotal: null }))
  }

  #at(path: string): Buffer {
    return bytesOf(`${this.#root}/${path}`)
  }
}

function isInGit(path: string): boolean {
  return path === '.git' || path.startsWith('.git/') || path.endsWith('/.git') || path.includes('/.git/')
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}
