/**
 * The staged folders of drops on the disk: `$XDG_CACHE_HOME/drover/drops`, ours alone. Which are whole, which are needed, which are old.
 * Nothing here waits for a disk, but for the small questions that a method asks before it begins.
 */
import { statSync, utimesSync, writeFileSync } from 'node:fs'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import { ensurePrivateFolder, makeFolder } from '../../private-files.ts'
import { asideOf, type DropPlace, dropPlace } from './drop-place.ts'

export type DropShelfOptions = {
  /** Absolute; it need not be there. */
  root: string
  /** Absolute: what jobs from dropped folders bring back is kept below it. */
  resultsRoot: string
  /** True while a job that has not reached its host is to be pushed from this folder. */
  isNeeded(folder: string): boolean
  now(): number
}
export type SweptDrop = { key: string; bytes: number }

/** Around a staged folder there may be a repository, as where a home is one: it is to ignore all of ours. */
const IGNORE_ALL = '*\n'
const KEY = /^[0-9a-f]{24}$/

export class DropShelf {
  readonly root: string
  readonly #options: DropShelfOptions

  constructor(options: DropShelfOptions) {
    this.root = options.root
    this.#options = options
  }

  /** The place of a folder, made ready. Another one as long as a job needs what stands in the first. */
  async prepare(drop: { origin: string; name: string }): Promise<DropPlace> {
    ensurePrivateFolder(this.root)
    writeFileSync(join(this.root, '.gitignore'), IGNORE_ALL, { mode: 0o600 })
    let slot = 0
    while (this.#options.isNeeded(dropPlace(this.root, { ...drop, slot }).folder)) slot += 1
    return dropPlace(this.root, { ...drop, slot })
  }

  /** What a drop that was broken off left behind goes, but for the parts of its files. */
  async clear(place: DropPlace): Promise<void> {
    for (const left of [place.layout, place.rules]) await rm(left, { recursive: true, force: true })
    makeFolder(dirname(place.folder))
    makeFolder(place.parts)
    await mkdir(place.rules, { mode: 0o700 })
  }

  owns(folder: string): boolean {
    return this.#placeOf(folder) !== null
  }

  /** Of a dropped folder the results have a place of their own, that no further drop touches; of any other they go into it. */
  resultsFolder(folder: string): string {
    if (!this.owns(folder)) return folder
    const results = join(this.#options.resultsRoot, basename(folder))
    makeFolder(results)
    return results
  }

  markWhole({ mark }: DropPlace): void {
    writeFileSync(mark, '', { mode: 0o600 })
  }

  /** From here on it may hold a mixture. @throws {AppError} `CONFLICT` while a job is still to be pushed from it. */
  async unmark({ mark, folder }: DropPlace): Promise<void> {
    if (this.#options.isNeeded(folder))
      throw new AppError('CONFLICT', 'A job is still being sent from the folder that was dropped before. Wait for it, or stop it')
    await rm(mark, { force: true })
  }

  /** To be called before a job is pushed from `folder`. @throws {AppError} `CONFLICT` if it is a dropped one that has not come whole. */
  requireWhole(folder: string): void {
    const place = this.#placeOf(folder)
    if (place === null) return
    const mark = join(asideOf(this.root, place), 'whole')
    if (!statSync(mark, { throwIfNoEntry: false }))
      throw new AppError('CONFLICT', 'Not all of the dropped folder is here. Drop it again: it goes on where it stopped')
    const now = this.#options.now() / 1000
    utimesSync(mark, now, now)
  }

  /** Removes what was not used for so long, or would. */
  async sweep({
    olderThanMs,
    dryRun,
    isOpen,
  }: {
    olderThanMs: number
    dryRun: boolean
    isOpen(key: string): boolean
  }): Promise<SweptDrop[]> {
    const names = await readdir(this.root).catch(() => []) // Nothing was ever dropped.
    const keys = new Set(names.map(name => name.replace(/^\./, '')).filter(name => KEY.test(name)))
    const swept: SweptDrop[] = []
    for (const key of keys) {
      const both = [join(this.root, key), asideOf(this.root, key)]
      const usedAt = await newest([join(asideOf(this.root, key), 'whole'), join(asideOf(this.root, key), 'parts'), ...both])
      const folders = (await readdir(join(this.root, key)).catch(() => [])).map(name => join(this.root, key, name))
      const isKept = isOpen(key) || this.#options.now() - usedAt <= olderThanMs || folders.some(this.#options.isNeeded)
      if (isKept) continue
      swept.push({ key, bytes: (await Promise.all(both.map(bytesIn))).reduce((sum, bytes) => sum + bytes, 0) })
      if (!dryRun) for (const path of both) await rm(path, { recursive: true, force: true })
    }
    return swept
  }

  /** The key of a staged folder; null for any other. */
  #placeOf(folder: string): string | null {
    if (!folder.startsWith(`${this.root}/`)) return null
    const [key = '', name, ...below] = folder
      .slice(this.root.length + 1)
      .replace(/\/+$/, '')
      .split('/')
    return KEY.test(key) && name !== undefined && below.length === 0 ? key : null
  }
}

async function newest(paths: readonly string[]): Promise<number> {
  const times = await Promise.all(
    paths.map(path =>
      stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  )
  return Math.max(...times)
}

async function bytesIn(folder: string): Promise<number> {
  let bytes = 0
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
    if (entry.isFile())
      bytes += await stat(join(entry.parentPath, entry.name)).then(
        ({ size }) => size,
        () => 0,
      )
  }
  return bytes
}
