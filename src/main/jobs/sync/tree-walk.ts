/**
 * Walks a folder with plain, synchronous file calls and notes what is there. Links are noted, never followed, so a loop is harmless.
 * It stops before each folder that looks like a repository of its own and leaves it for later, when its rules are known.
 */
import { accessSync, type BigIntStats, constants, lstatSync, readdirSync, readlinkSync } from 'node:fs'
import { AppError } from '../../../shared/errors.ts'
import { bytesOf, displayLongPath, displayPath } from '../byte-path.ts'
import { type Entry, ManifestDraft } from './manifest.ts'
import type { TaskContext } from './worker-protocol.ts'

/** `reason` null: git's rules leave it out. */
export type SkippedEntry = { path: string; reason: string | null }

const CHECK_EVERY = 256
const NAMED_UNREADABLE = 10
const SECOND_NS = 1_000_000_000n
/** Clocks of file systems step by up to 10 ms; by 2 s where they keep no parts of a second. */
const FINE_WINDOW_NS = 100_000_000n
const COARSE_WINDOW_NS = 2n * SECOND_NS

export class TreeWalk {
  /** An absolute byte path; empty for `/`. */
  readonly folder: string
  readonly found = new ManifestDraft()
  readonly skipped: SkippedEntry[] = []
  readonly #context: TaskContext
  readonly #nowNs: bigint
  readonly #userId = BigInt(process.getuid?.() ?? 0)
  readonly #ignored = new Set<string>()
  readonly #nested: string[] = []
  readonly #unreadable: string[] = []

  constructor(options: { folder: string; now: number; context: TaskContext }) {
    this.folder = options.folder
    this.#context = options.context
    this.#nowNs = BigInt(options.now) * 1_000_000n
  }

  ignore(paths: readonly string[]): void {
    for (const path of paths) this.#ignored.add(path)
  }

  /** Folders that look like repositories and were not walked yet. */
  takeNested(count: number): string[] {
    return this.#nested.splice(0, count)
  }

  /** Notes all that is below `top`, a byte path relative to the folder. */
  walk(top: string): void {
    const stack = [{ path: top, isInsideGit: false }]
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const { path, isInsideGit } = next
      const names = this.#list(path)
      if (path !== top && !isInsideGit && names.includes('.git')) {
        this.#nested.push(path)
        continue
      }
      for (const name of names) {
        const child = path === '' ? name : `${path}/${name}`
        const isFolder = this.#note(child, isInsideGit)
        if (isFolder) stack.push({ path: child, isInsideGit: isInsideGit || name === '.git' })
      }
    }
  }

  /** Looks for anything that needs git to be understood: an ignore file in the folder, or a repository in or around it. */
  hasIgnoreFile(): boolean {
    for (let top = this.folder; top !== ''; top = top.slice(0, top.lastIndexOf('/'))) {
      if (lstatSync(bytesOf(`${top}/.git`), { throwIfNoEntry: false })) return true
    }
    const stack = ['']
    for (let path = stack.pop(); path !== undefined; path = stack.pop()) {
      const names = this.#list(path)
      if (names.includes('.gitignore') || names.includes('.git')) return true
      for (const name of names) {
        const child = path === '' ? name : `${path}/${name}`
        if (lstatSync(this.#absolute(child), { throwIfNoEntry: false })?.isDirectory()) stack.push(child)
      }
    }
    return false
  }

  /** @throws {AppError} `BAD_INPUT` if anything that should be sent cannot be read: half a folder is never pushed. */
  throwUnreadable(folder: string): void {
    const count = this.#unreadable.length
    if (count === 0) return
    const named = this.#unreadable.sort().slice(0, NAMED_UNREADABLE).map(displayPath)
    const more = count > named.length ? ` and ${count - named.length} more` : ''
    const advice = 'Make them readable, or add them to .gitignore'
    throw new AppError('BAD_INPUT', `Nothing was pushed from ${folder}: no right to read ${named.join(', ')}${more}. ${advice}`, {
      details: { unreadable: named, count },
    })
  }

  #list(path: string): string[] {
    try {
      return readdirSync(this.#absolute(path), 'latin1')
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (path === '')
        throw new AppError('NOT_FOUND', `The folder ${displayPath(this.folder)} is no longer there`, { cause: error })
      // Gone, or no folder any more, since it was seen: what is left of it is nothing.
      if (code === 'ENOENT' || code === 'ENOTDIR') return []
      this.#cannotRead(path, error)
      return []
    }
  }

  /** True for a folder that is to be gone into. */
  #note(path: string, isInsideGit: boolean): boolean {
    if (!isInsideGit && this.#ignored.has(path)) {
      this.skipped.push({ path, reason: null })
      return false
    }
    const stat = this.#stat(path)
    if (!stat) return false
    const entry = this.#entry(path, stat)
    if (!entry) return false
    this.found.add(entry)
    if (this.found.count % CHECK_EVERY === 0) this.#tell()
    return entry.type === 'dir'
  }

  #entry(path: string, stat: BigIntStats): Entry | null {
    const common = { path, mode: Number(stat.mode) & 0o7777, mtimeNs: 0n, ctimeNs: 0n, inode: 0n, size: 0, isUnproven: false }
    const other = { ...common, isRacy: false, target: '' }
    if (stat.isDirectory()) return { ...other, type: 'dir' }
    if (stat.isSymbolicLink()) {
      const target = this.#target(path)
      return target === null ? null : { ...other, type: 'link', mode: 0o777, target }
    }
    if (!stat.isFile()) {
      this.skipped.push({ path, reason: 'not a regular file' })
      return null
    }
    if (!this.#isReadable(path, stat)) this.#unreadable.push(path)
    const { mtimeNs, ctimeNs, ino } = stat
    const isRacy = this.#isRacy(ctimeNs) || (this.#isRacy(mtimeNs) && mtimeNs < this.#nowNs + COARSE_WINDOW_NS)
    return { ...common, type: 'file', size: Number(stat.size), mtimeNs, ctimeNs, inode: ino, isRacy, target: '' }
  }

  #stat(path: string): BigIntStats | undefined {
    try {
      return lstatSync(this.#absolute(path), { bigint: true, throwIfNoEntry: false })
    } catch (error) {
      this.#cannotRead(path, error)
      return undefined
    }
  }

  #target(path: string): string | null {
    try {
      return readlinkSync(this.#absolute(path), 'latin1')
    } catch {
      return null // Gone or replaced since it was seen: the next scan finds what is there then.
    }
  }

  /** What a file's times prove depends on how finely its file system keeps them. */
  #isRacy(timeNs: bigint): boolean {
    return timeNs > this.#nowNs - (timeNs % SECOND_NS === 0n ? COARSE_WINDOW_NS : FINE_WINDOW_NS)
  }

  #isReadable(path: string, stat: BigIntStats): boolean {
    if (stat.uid === this.#userId ? (stat.mode & 0o400n) !== 0n : (stat.mode & 0o004n) !== 0n) return true
    try {
      accessSync(this.#absolute(path), constants.R_OK)
      return true
    } catch {
      return false
    }
  }

  #cannotRead(path: string, error: unknown): void {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EACCES' || code === 'EPERM') this.#unreadable.push(path)
    else if (code === 'ENAMETOOLONG') {
      const message = `Nothing was pushed from ${displayPath(this.folder)}: the path of ${displayLongPath(path)} is too long for this system`
      throw new AppError('BAD_INPUT', `${message}. Shorten it, or add it to .gitignore`, { cause: error })
    } else
      throw new AppError('BAD_INPUT', `${displayPath(`${this.folder}/${path}`)} cannot be read: ${(error as Error).message}`, {
        cause: error,
      })
  }

  #tell(): void {
    this.#context.checkCancelled()
    this.#context.progress(() => ({
      phase: 'scanning',
      filesDone: this.found.count,
      filesTotal: null,
      bytesDone: this.found.totalBytes,
      bytesTotal: null,
    }))
  }

  #absolute(path: string): Buffer {
    return bytesOf(`${this.folder}/${path}`)
  }
}
