/**
 * config.yaml: the one truth about hosts and settings, in a file that its user edits by hand. Owns reading, watching and changing it.
 *
 * A broken edit never takes effect: the last good config stays, and the error is told. Our own changes keep comments and order, and go
 * onto the file as it is at that moment, so that an edit made meanwhile is kept.
 */
import { dirname } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Document } from 'yaml'
import { AppError } from '../../shared/errors.ts'
import { makeFolder, replaceFile } from '../private-files.ts'
import { linkTarget, readUserText, renderLike } from './config-text.ts'
import { FileWatch, type WatchOptions } from './file-watch.ts'
import { type Config, DEFAULT_CONFIG, parseConfig, readConfig } from './schema.ts'
import { type Problem, parseYaml } from './yaml-source.ts'

export type ConfigListener = (change: { config: Config; error: AppError | null }) => void

/** Whoever changes the file faster than this does not stop. */
const MAX_ATTEMPTS = 10

export class ConfigFile {
  readonly path: string
  readonly #listeners = new Set<ConfigListener>()
  readonly #watch: FileWatch
  #current: Config = DEFAULT_CONFIG
  #error: AppError | null = null
  /** Of `current` or `error`; undefined if it could not be read. */
  #text: string | null | undefined
  /** A text that may be half of one: an editor empties the file before it writes it. */
  #doubtful: string | null | undefined
  #edits: Promise<void> = Promise.resolve()

  private constructor(path: string, options: WatchOptions) {
    this.path = path
    this.#watch = new FileWatch(path, options, () => this.#reread())
  }

  /** Reads the file and begins to watch it. A missing file is an empty one; a broken one gives the defaults and an error, no exception. */
  static open(path: string, options: WatchOptions = {}): ConfigFile {
    try {
      makeFolder(dirname(path))
    } catch {
      // Without its folder the file is not there; whoever wants to write it will hear why.
    }
    const file = new ConfigFile(path, options)
    file.#take(file.#read())
    file.#watch.start()
    return file
  }

  /** The last good one. */
  get current(): Config {
    return this.#current
  }

  /** Why the file as it is now is not `current`. */
  get error(): AppError | null {
    return this.#error
  }

  /** The file as it stands on the disk. @throws {AppError} `BAD_CONFIG` if it cannot be read. */
  text(): string {
    return readUserText(this.path) ?? ''
  }

  /**
   * Changes the file. `change` is given the document as it is on the disk, perhaps more than once; what it throws ends the edit.
   * When this settles, the new config is current and the file is on the disk.
   *
   * @throws {AppError} `BAD_CONFIG` if the file is broken now, or would be then: it is left as it is; `DISK_FULL`; `CONFLICT`.
   */
  edit(change: (document: Document) => void): Promise<void> {
    const done = this.#edits.then(() => this.#edit(change))
    this.#edits = done.catch(() => undefined) // Told to whoever asked for that edit; the next one goes on.
    return done
  }

  /** Called after every change of `current` or `error`. Returns its undo. */
  onChange(listener: ConfigListener): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  close(): void {
    this.#watch.close()
    this.#listeners.clear()
  }

  #edit(change: (document: Document) => void): void {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const before = this.text()
      const source = parseYaml(this.path, before)
      readConfig(source)
      change(source.document)
      const after = renderLike(before, source.document)
      refuseBadResult(this.path, after)
      if (after !== before && !this.#replace(before, after)) continue
      this.#take({ text: after })
      return
    }
    throw new AppError('CONFLICT', `${this.path} is being changed by another program all the time. Try again`)
  }

  /** False if the file was changed since it was read. Between this look and the rename lie microseconds. */
  #replace(before: string, after: string): boolean {
    makeFolder(dirname(this.path))
    return replaceFile(linkTarget(this.path), after, () => this.text() === before)
  }

  #reread(): void {
    const read = this.#read()
    const text = 'text' in read ? read.text : undefined
    if (text !== undefined && text === this.#text) {
      this.#doubtful = undefined
      return
    }
    if (isDoubtful(this.path, text) && this.#doubtful !== (text ?? null)) {
      this.#doubtful = text ?? null
      this.#watch.lookAgain()
      return
    }
    this.#doubtful = undefined
    this.#take(read)
  }

  #read(): { text: string | null } | { error: AppError } {
    try {
      return { text: readUserText(this.path) }
    } catch (error) {
      if (error instanceof AppError) return { error }
      throw error
    }
  }

  #take(read: { text: string | null } | { error: AppError }): void {
    const before = { config: this.#current, error: this.#error }
    try {
      this.#text = 'text' in read ? read.text : undefined
      if ('error' in read) throw read.error
      const config = parseConfig(this.path, read.text ?? '')
      if (!isDeepStrictEqual(config, this.#current)) this.#current = config
      this.#error = null
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      this.#error = error
    }
    if (this.#current === before.config && this.#error?.message === before.error?.message) return
    for (const listener of [...this.#listeners]) listener({ config: this.#current, error: this.#error })
  }
}

/** What the file would be is wrong by what was asked for: there is no place in the file to point to. */
function refuseBadResult(path: string, text: string): void {
  try {
    parseConfig(path, text)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const problems = (error.details.problems ?? []) as Problem[]
    const said = problems.map(({ key, message }) => (key === '' ? message : `${key}: ${message}`)).join('; ')
    throw new AppError('BAD_INPUT', said || error.message, { cause: error })
  }
}

/** True for what an editor may leave for a moment while it saves: no file, an empty one, the beginning of one. */
function isDoubtful(path: string, text: string | null | undefined): boolean {
  if (text == null || text.trim() === '') return true
  try {
    parseConfig(path, text)
    return false
  } catch {
    return true // Whatever is wrong with it is told if it stays so.
  }
}
