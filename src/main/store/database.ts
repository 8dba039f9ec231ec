/**
 * The one SQLite file of a user's core: opened, locked, migrated. Every table of this room reads and writes through it.
 *
 * Who holds it is the user's one core: the file is locked for the life of the process, and the system lets go of the lock when the
 * process dies, even by kill -9. Meanwhile no other program can read it.
 *
 * What survives: the log is written ahead (WAL) and handed to the system before a write returns, so nothing that was written is lost
 * when the core is killed. A power cut may lose the newest writes, always a tail of them and never one from the middle, up to the
 * last one made by `durably`: that one waits for the disk. So `durably` is for what was promised and nobody else knows (a job taken on,
 * where it was sent, a wish to stop it); what a host can tell again (its state, its figures, our offset in its events) is a plain `write`.
 */
import { accessSync, constants, statSync } from 'node:fs'
import { dirname } from 'node:path'
import BetterSqlite3, { type Database as Sqlite, SqliteError } from 'better-sqlite3'
import { AppError } from '../../shared/errors.ts'
import { ensurePrivateFile, ensurePrivateFolder } from '../private-files.ts'
import { migrate, schemaVersion } from './migrate.ts'

export type DatabaseOptions = {
  /** How long to wait for the lock: long enough for a glance by the sqlite3 program, too short to be noticed. */
  lockTimeoutMs?: number
}

/** Checked in some 50 ms. */
const CHECKED_BYTES = 32 * 1024 * 1024

export class Database {
  readonly path: string
  /** For the tables of this room only. */
  readonly sqlite: Sqlite
  readonly #file: string | null

  private constructor(path: string, sqlite: Sqlite) {
    this.path = path
    this.sqlite = sqlite
    this.#file = fileAt(path)
  }

  /**
   * Opens the file, or makes it: 0600 in a 0700 folder.
   *
   * @throws {AppError} `CORE_RUNNING` if another process holds it; `TOO_NEW`, or `BAD_CONFIG` for what is not our database:
   *   the file is then left as it is; `DISK_FULL`.
   */
  static open(path: string, { lockTimeoutMs = 250 }: DatabaseOptions = {}): Database {
    preparePlace(path)
    let sqlite: Sqlite | undefined
    try {
      sqlite = new BetterSqlite3(path, { timeout: lockTimeoutMs })
      // Set before the file is first touched, so that the log's index is kept in memory: no -shm file, and it works on NFS too.
      sqlite.pragma('locking_mode = EXCLUSIVE')
      schemaVersion(sqlite, path) // Before anything that writes.
      refuseDamage(sqlite, path)
      sqlite.pragma('journal_mode = WAL')
      sqlite.pragma('synchronous = NORMAL')
      sqlite.pragma('trusted_schema = OFF')
      // A reading that found the file in WAL mode already has not locked it for good; a write has.
      sqlite.exec('BEGIN EXCLUSIVE; COMMIT')
      migrate(sqlite, path)
      return new Database(path, sqlite)
    } catch (error) {
      sqlite?.close()
      throw openError(error, path)
    }
  }

  /** All of `change` or nothing. @throws {AppError} `DISK_FULL` */
  write<T>(change: () => T): T {
    try {
      return this.sqlite.inTransaction ? change() : this.sqlite.transaction(change).immediate()
    } catch (error) {
      throw writeError(error, this.path)
    }
  }

  /**
   * Like `write`, and on the disk when it returns: with it, all that was written before.
   *
   * @throws {TypeError} inside a `write`, which could not keep the promise.
   */
  durably<T>(change: () => T): T {
    if (this.sqlite.inTransaction) throw new TypeError('durably() inside write(): the outer one decides what is waited for')
    this.sqlite.pragma('synchronous = FULL')
    try {
      return this.write(change)
    } finally {
      this.sqlite.pragma('synchronous = NORMAL')
    }
  }

  /** Why what is written now will not be found again; null as long as the file we have open is the one at its place. */
  get misplacement(): AppError | null {
    if (fileAt(this.path) === this.#file) return null
    const message = `${this.path} was removed or replaced while the core had it open: what it writes now would be lost. Put it back, or begin anew: drover daemon restart`
    return new AppError('BAD_CONFIG', message)
  }

  /** Lets go of the lock. Nothing is lost without it. */
  close(): void {
    this.sqlite.close()
  }
}

function fileAt(path: string): string | null {
  try {
    const { dev, ino } = statSync(path)
    return `${dev}:${ino}`
  } catch {
    return null // It is not there, or its folder is closed to us.
  }
}

/** Here and not by SQLite, to whom a place that may not be written looks like a disk that fails. */
function preparePlace(path: string): void {
  try {
    for (const [ensure, place] of [
      [ensurePrivateFolder, dirname(path)],
      [ensurePrivateFile, path],
    ] as const) {
      ensure(place)
      accessSync(place, constants.R_OK | constants.W_OK)
    }
  } catch (error) {
    const isOurs = error instanceof AppError
    const message = isOurs ? error.message : `Cannot write ${path}: ${error instanceof Error ? error.message : String(error)}`
    const advice = 'Mend that, or set XDG_DATA_HOME to another folder'
    throw new AppError(isOurs ? error.code : 'BAD_CONFIG', `${message}. ${advice}`, { cause: error })
  }
}

/** Damage would else be met in the middle of something. Of a big file only as much is looked at as needs no time to speak of. */
function refuseDamage(sqlite: Sqlite, path: string): void {
  if (statSync(path).size > CHECKED_BYTES) return
  const result = String(sqlite.pragma('quick_check(1)', { simple: true }))
  if (result !== 'ok') throw damaged(path, result.replaceAll('\n', ' '))
}

function damaged(path: string, why: string, cause?: unknown): AppError {
  const message = `${path} is not a database, or is damaged (${why}). It was left as it is; move it away, and Drover makes a new one`
  return new AppError('BAD_CONFIG', message, { cause })
}

function openError(error: unknown, path: string): unknown {
  if (!(error instanceof SqliteError)) return error
  if (error.code.startsWith('SQLITE_BUSY') || error.code.startsWith('SQLITE_LOCKED')) {
    return new AppError('CORE_RUNNING', `Another core of this user holds ${path}. See it with: drover status`, { cause: error })
  }
  if (error.code === 'SQLITE_NOTADB' || error.code.startsWith('SQLITE_CORRUPT')) {
    return damaged(path, error.message, error)
  }
  if (error.code.startsWith('SQLITE_CANTOPEN') || error.code.startsWith('SQLITE_READONLY') || error.code === 'SQLITE_PERM') {
    return new AppError('BAD_CONFIG', `Cannot write ${path}: ${error.message}`, { cause: error })
  }
  return writeError(error, path)
}

function writeError(error: unknown, path: string): unknown {
  if (!(error instanceof SqliteError)) return error
  if (error.code === 'SQLITE_FULL' || error.code.startsWith('SQLITE_IOERR')) {
    const message = `Cannot write ${path}: ${error.message}. Is the disk full?`
    return new AppError('DISK_FULL', message, { cause: error, details: { path } })
  }
  return error
}
