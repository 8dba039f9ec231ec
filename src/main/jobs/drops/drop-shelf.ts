/**
 * The staged folders of drops on the disk: `$XDG_CACHE_HOME/drover/drops`, ours alone. Which are whole, which are needed, which are old.
 * Nothing here waits for a disk, but for the small questions that a method asks before it begins.
 */
import { statSync, utimesSync, writeFileSync } from 'node:fs'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import { ensurePrivateFolder, makeFolder } from '../../private-files.ts'
import { asideOf, type DropPlace, dropPlace, KEY, newKey, stemOf } from './drop-place.ts'

export type DropShelfOptions = {
  /** Absolute; it need not be there. */
  root: string
  /** Absolute: what jobs from dropped folders bring back is kept below it. */
  resultsRoot: string
  /** True while a job that has not reached its host is to be pushed from this folder. */
  isNeeded(folder: string): boolean
  now(): number
}
export type PreparedPlace = {
  place: DropPlace
  /** What was dropped of this folder before, whole: what is the same need not be sent again. */
  earlier: string | null
}
export type SweepRequest = { olderThanMs: number; dryRun: boolean }
export type SweptDrop = { key: string; bytes: number }

type Standing = { key: string; isWhole: boolean; usedAt: number }

/** Around a staged folder there may be a repository, as where a home is one: it is to ignore all of ours. */
const IGNORE_ALL = '*\n'
/** Of one folder that is dropped again and again so many are kept for jobs to run again. */
const KEPT_OF_ONE = 5

export class DropShelf {
  readonly root: string
  readonly #options: DropShelfOptions

  constructor(options: DropShelfOptions) {
    this.root = options.root
    this.#options = options
  }

  /** A place for what is dropped: a new one, or that of a drop that was broken off. */
  async prepare(drop: { origin: string; name: string }): Promise<PreparedPlace> {
    ensurePrivateFolder(this.root)
    writeFileSync(join(this.root, '.gitignore'), IGNORE_ALL, { mode: 0o600 })
    const stem = stemOf(drop)
    const before = (await this.#standing()).filter(({ key }) => key.startsWith(stem))
    const whole = before.find(({ isWhole }) => isWhole)
    const brokenOff = before.find(({ isWhole }) => !isWhole)
    return {
      place: dropPlace(this.root, { key: brokenOff?.key ?? newKey(stem), name: drop.name }),
      earlier: whole ? join(this.root, whole.key, drop.name) : null,
    }
  }

  /** What a drop that was broken off left behind goes, but for the parts of its files. False if it has become whole meanwhile. */
  async clear(place: DropPlace): Promise<boolean> {
    if ((await changedAt(place.mark)) !== null) return false
    for (const left of [place.layout, place.rules]) await rm(left, { recursive: true, force: true })
    makeFolder(dirname(place.folder))
    makeFolder(place.parts)
    await mkdir(place.rules, { mode: 0o700 })
    return true
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

  /** From here on nothing is written to it, and what was only needed to bring it here goes. */
  async markWhole({ mark, parts, rules }: DropPlace): Promise<void> {
    writeFileSync(mark, '', { mode: 0o600 })
    for (const left of [parts, rules]) await rm(left, { recursive: true, force: true })
  }

  /**
   * To be called before a job is pushed from `folder`.
   *
   * @throws {AppError} `CONFLICT` if it is a dropped one that has not come whole, `NOT_FOUND` if it was removed since.
   */
  requireWhole(folder: string): void {
    const place = this.#placeOf(folder)
    if (place === null) return
    if (!statSync(folder, { throwIfNoEntry: false }))
      throw new AppError('NOT_FOUND', `What was dropped is here no more at ${folder}. Drop the folder again`)
    const mark = join(asideOf(this.root, place), 'whole')
    if (!statSync(mark, { throwIfNoEntry: false }))
      throw new AppError('CONFLICT', 'Not all of the dropped folder is here. Drop it again: it goes on where it stopped')
    const now = this.#options.now() / 1000
    utimesSync(mark, now, now)
  }

  /** Removes what was not used for so long, and of one folder all but the last few; or would. */
  async sweep({ olderThanMs, dryRun, isOpen }: SweepRequest & { isOpen(key: string): boolean }): Promise<SweptDrop[]> {
    const now = this.#options.now() // Once: the clock may be set meanwhile.
    const swept: SweptDrop[] = []
    const kept = new Map<string, number>()
    for (const { key, isWhole, usedAt } of await this.#standing()) {
      const [stem = ''] = key.split('-')
      const rank = (kept.get(stem) ?? 0) + (isWhole ? 1 : 0)
      kept.set(stem, rank)
      const isFresh = now - usedAt <= olderThanMs && rank <= KEPT_OF_ONE
      if (isFresh || isOpen(key)) continue
      const folders = (await readdir(join(this.root, key)).catch(() => [])).map(name => join(this.root, key, name))
      if (folders.some(this.#options.isNeeded)) continue
      // The mark goes before the folder: what is left of a removal that was broken off is not whole.
      const both = [asideOf(this.root, key), join(this.root, key)]
      swept.push({ key, bytes: (await Promise.all(both.map(bytesIn))).reduce((sum, bytes) => sum + bytes, 0) })
      if (!dryRun) for (const path of both) await rm(path, { recursive: true, force: true })
    }
    return swept
  }

  /** All there are, the last one used first. */
  async #standing(): Promise<Standing[]> {
    const names = await readdir(this.root).catch(() => []) // Nothing was ever dropped.
    const keys = new Set(names.map(name => name.replace(/^\./, '')).filter(name => KEY.test(name)))
    const standing = [...keys].map(async (key): Promise<Standing> => {
      const aside = asideOf(this.root, key)
      const wholeAt = await changedAt(join(aside, 'whole'))
      const times = await Promise.all([join(this.root, key), aside, join(aside, 'parts')].map(changedAt))
      return { key, isWhole: wholeAt !== null, usedAt: wholeAt ?? Math.max(...times.map(time => time ?? 0)) }
    })
    return (await Promise.all(standing)).sort((one, other) => other.usedAt - one.usedAt)
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

/** Null if it is not there. */
async function changedAt(path: string): Promise<number | null> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => null,
  )
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
