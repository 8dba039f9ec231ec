/**
 * Tells when a file may have changed: written in place, replaced by a rename, removed, made, or a link to it turned elsewhere.
 * Only a hint: whoever is told reads the file and sees. Owns the watches; a system without them is looked at every few seconds.
 */
import { type FSWatcher, realpathSync, statSync, unwatchFile, watch, watchFile } from 'node:fs'
import { dirname } from 'node:path'

/** Editors write in several steps. */
const SETTLE_MS = 80
const DOUBT_MS = 500
/** For what no watch tells: network file systems, a folder that was removed and made again. */
const POLL_MS = 3_000

export type WatchOptions = {
  /** How long an editor may take for all of them. */
  doubtMs?: number
}

export class FileWatch {
  readonly #path: string
  readonly #doubtMs: number
  readonly #onHint: () => void
  readonly #watches = new Map<string, { watcher: FSWatcher; inode: number | undefined }>()
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(path: string, { doubtMs = DOUBT_MS }: WatchOptions, onHint: () => void) {
    this.#path = path
    this.#doubtMs = doubtMs
    this.#onHint = onHint
  }

  start(): void {
    watchFile(this.#path, { interval: POLL_MS, persistent: false }, this.#hint)
    this.#arm()
  }

  /** Gives the hint once more, when a writer has had the time to finish. */
  lookAgain(): void {
    this.#schedule(this.#doubtMs)
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    unwatchFile(this.#path, this.#hint)
    for (const { watcher } of this.#watches.values()) watcher.close()
    this.#watches.clear()
  }

  readonly #hint = (): void => this.#schedule(SETTLE_MS)

  #schedule(afterMs: number): void {
    if (this.#isClosed) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#arm()
      this.#onHint()
    }, afterMs)
    this.#timer.unref()
  }

  /** Watches the folders, not the file: a file that is replaced by a rename takes its watch away with it. */
  #arm(): void {
    const folders = new Set([dirname(this.#path), targetFolder(this.#path)])
    for (const [folder, { watcher, inode }] of this.#watches) {
      // A folder that was removed and made again has the same name only.
      if (folders.has(folder) && inode === inodeOf(folder)) continue
      watcher.close()
      this.#watches.delete(folder)
    }
    for (const folder of folders) if (!this.#watches.has(folder)) this.#watchFolder(folder)
  }

  #watchFolder(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, this.#hint)
      watcher.on('error', () => watcher.close()) // The poll sees what comes after.
      this.#watches.set(folder, { watcher, inode: inodeOf(folder) })
    } catch {
      // Not there, or no more watches to be had: the poll remains.
    }
  }
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino
}

function targetFolder(path: string): string {
  try {
    return dirname(realpathSync(path))
  } catch {
    return dirname(path) // Not there yet.
  }
}
