/**
 * Unpacks a tar stream from a host into an empty folder of our own. The host is not trusted: only plain files and folders come to be,
 * and links that stay among what was pulled; nothing gets a name that was not asked for, and nothing is written through a link.
 */
import { closeSync, constants, futimesSync, linkSync, lutimesSync, mkdirSync, openSync, symlinkSync, writeSync } from 'node:fs'
import { AppError } from '../../../shared/errors.ts'
import { bytesOf, displayPath } from '../byte-path.ts'
import type { TaskContext } from '../sync/worker-protocol.ts'
import { malformed } from '../tar/tar-header.ts'
import { readTar, type TarEntry } from '../tar/tar-reader.ts'
import type { PullPattern } from './pull-pattern.ts'

export type ExtractionOptions = {
  /** An absolute byte path of an empty folder that only we may enter. */
  staging: string
  pattern: PullPattern
  /** Keeps each match's whole path below the workdir; else only its last part. */
  keepPaths: boolean
  context: TaskContext
}
type Made = 'dir' | 'file' | 'link'

const MAX_ENTRIES = 5_000_000
const MAX_NAME_BYTES = 255
const MAX_MTIME = 2 ** 33
const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW

export class Extraction {
  /** What was left out, in words for people. */
  readonly skipped: string[] = []
  files = 0
  totalBytes = 0
  readonly #options: ExtractionOptions
  readonly #made = new Map<string, Made>()
  readonly #links: { path: string; target: string; mtime: number }[] = []
  /** The archive's name of each match that came, by where it lies. */
  readonly #rootNames = new Map<string, string>()

  constructor(options: ExtractionOptions) {
    this.#options = options
  }

  /** @throws {AppError} `PROTOCOL` on anything that an honest host does not send; `CANCELLED`; `BAD_INPUT` on matches of one name. */
  async run(stream: AsyncIterable<Uint8Array>): Promise<void> {
    const { context } = this.#options
    for await (const entry of readTar(stream)) {
      context.checkCancelled()
      await this.#take(entry)
      if (this.#made.size > MAX_ENTRIES) throw malformed(`more than ${MAX_ENTRIES} entries`)
      this.#tell()
    }
    // Last, so that nothing can be written through one.
    for (const link of this.#links) this.#link(link)
  }

  #tell(): void {
    this.#options.context.progress(() => ({
      phase: 'copying',
      filesDone: this.files,
      filesTotal: null,
      bytesDone: this.totalBytes,
      bytesTotal: null,
    }))
  }

  /** Where each match lies: byte paths relative to the staging folder. */
  roots(): string[] {
    return [...this.#rootNames.keys()].filter(path => this.#made.has(path))
  }

  async #take(entry: TarEntry): Promise<void> {
    const path = this.#place(entry.path)
    if (path === null) return
    if (entry.kind === 'special') {
      this.skipped.push(`${displayPath(entry.path)}: not a regular file`)
      return
    }
    if (entry.kind === 'dir') return this.#makeDir(path, entry.mode)
    this.#makeParents(path)
    if (entry.kind === 'file') await this.#file(path, entry)
    else if (entry.kind === 'hardlink') this.#hardLink(path, this.#place(entry.target))
    else if (entry.kind === 'symlink') this.#links.push({ path, target: entry.target, mtime: entry.mtime })
    else throw new TypeError(`The reader gave an entry of kind ${entry.kind}`)
    this.#note(path, entry.kind === 'symlink' ? 'link' : 'file')
  }

  async #file(path: string, entry: TarEntry): Promise<void> {
    if (this.#made.has(path)) throw malformed(`${displayPath(path)} comes twice`)
    const file = openSync(this.#absolute(path), NEW_FILE, (entry.mode & 0o777) | 0o600)
    try {
      for await (const bytes of entry.content()) {
        for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written)
        this.totalBytes += bytes.length
        this.#options.context.checkCancelled()
        this.#tell()
      }
      if (entry.mtime < MAX_MTIME) futimesSync(file, entry.mtime, entry.mtime)
    } finally {
      closeSync(file)
    }
    this.files += 1
  }

  #makeDir(path: string, mode: number): void {
    const made = this.#made.get(path)
    if (made === 'dir') return
    if (made) throw malformed(`${displayPath(path)} is a folder and something else`)
    this.#makeParents(path)
    mkdirSync(this.#absolute(path), (mode & 0o777) | 0o700)
    this.#note(path, 'dir')
  }

  /** An archive need not name the folders its files are in. */
  #makeParents(path: string): void {
    const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')))
    if (parent !== '') this.#makeDir(parent, 0o755)
  }

  /** To a file of the same archive that came before: then both are within the staging folder. */
  #hardLink(path: string, target: string | null): void {
    if (target === null || this.#made.get(target) !== 'file')
      throw malformed(`${displayPath(path)} is a hard link to what did not come before it`)
    if (this.#made.has(path)) throw malformed(`${displayPath(path)} comes twice`)
    linkSync(this.#absolute(target), this.#absolute(path))
    this.files += 1
  }

  #link(link: { path: string; target: string; mtime: number }): void {
    if (!this.#staysInside(link.path, link.target)) {
      this.skipped.push(`${displayPath(link.path)}: a link to ${displayPath(link.target)}, outside of what was pulled`)
      this.#made.delete(link.path)
      return
    }
    symlinkSync(bytesOf(link.target), this.#absolute(link.path))
    if (link.mtime < MAX_MTIME) lutimesSync(this.#absolute(link.path), link.mtime, link.mtime)
    this.files += 1
  }

  /**
   * A link may go up from its own folder and then down, to somewhere in a match that was pulled. It may not go up again after that:
   * such a way could lead out through another link on it.
   */
  #staysInside(path: string, target: string): boolean {
    if (target === '' || target.startsWith('/') || target.includes('\0')) return false
    const at = path.split('/').slice(0, -1)
    const parts = target.split('/').filter(part => part !== '' && part !== '.')
    const down = parts.findIndex(part => part !== '..')
    const ups = down < 0 ? parts.length : down
    if (ups > at.length || parts.slice(ups).includes('..')) return false
    const reached = [...at.slice(0, at.length - ups), ...parts.slice(ups)]
    return reached.some((_, index) => this.#isPlainMatch(reached.slice(0, index + 1).join('/')))
  }

  #isPlainMatch(path: string): boolean {
    return this.#rootNames.has(path) && (this.#made.get(path) === 'dir' || this.#made.get(path) === 'file')
  }

  #note(path: string, made: Made): void {
    if (this.#made.has(path)) throw malformed(`${displayPath(path)} comes twice`)
    this.#made.set(path, made)
  }

  /** Where an entry goes: a byte path relative to the staging folder. Null for the folder whose content was asked for. */
  #place(name: string): string | null {
    const parts = name.split('/').filter((part, index, all) => part !== '.' && !(part === '' && index === all.length - 1))
    if (parts.some(part => part === '' || part === '..' || part.length > MAX_NAME_BYTES)) {
      throw malformed(`the name ${displayPath(name).slice(0, 300)} leads elsewhere`)
    }
    if (parts.length === 0) return null
    const root = this.#options.pattern.rootOf(parts)
    if (!root) throw malformed(`${displayPath(name).slice(0, 300)} was not asked for`)
    const place = this.#options.keepPaths ? this.#options.pattern.pathOf(root).join('/') : (root.at(-1) ?? '')
    const rootName = root.join('/')
    const known = this.#rootNames.get(place)
    if (known !== undefined && known !== rootName) {
      throw new AppError(
        'BAD_INPUT',
        `Both ${displayPath(known)} and ${displayPath(rootName)} match, and would have the same name here. Pull them one by one`,
      )
    }
    this.#rootNames.set(place, rootName)
    return [place, ...parts.slice(root.length)].join('/')
  }

  #absolute(path: string): Buffer {
    return bytesOf(`${this.#options.staging}/${path}`)
  }
}
