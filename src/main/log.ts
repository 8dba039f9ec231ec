/**
 * The core's log: one line an entry, `2025-01-31T12:00:00.000Z info hosts connected host=alpha tookMs=210`.
 * It owns core.log and the one before it, core.log.1. Values are plain words and numbers that the caller names one by one, never whole
 * objects or environments, so that nothing secret gets in by being part of something.
 */
import { chmodSync, closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { logError } from '../shared/log-error.ts'
import type { Clock } from './clock.ts'
import { systemClock } from './clock.ts'
import { makeFolder } from './private-files.ts'

export const LOG_LEVELS = ['debug', 'info', 'warning', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]
export type LogFields = Readonly<Record<string, string | number | boolean | null>>

/** What a room is given: it logs under its own name. */
export type Log = Readonly<Record<LogLevel, (message: string, fields?: LogFields) => void>>

export type LogFileOptions = {
  path: string
  level?: LogLevel
  /** At this size the file is put aside and a new one begun; one old one is kept. */
  maxBytes?: number
  clock?: Clock
}

const MAX_BYTES = 5 * 1024 * 1024
/** Text that came from a host or a user may be long, and one entry must not turn the whole file over. */
const MAX_VALUE_LENGTH = 2_000

export class LogFile {
  level: LogLevel
  readonly #path: string
  readonly #maxBytes: number
  readonly #clock: Clock
  #file: number
  #size: number
  #isClosed = false

  /** @throws {AppError} if the file cannot be opened: a core without a log should not start unnoticed. */
  constructor({ path, level = 'info', maxBytes = MAX_BYTES, clock = systemClock }: LogFileOptions) {
    this.#path = path
    this.level = level
    this.#maxBytes = maxBytes
    this.#clock = clock
    this.#file = openFirst(path)
    this.#size = fstatSync(this.#file).size
  }

  room(room: string): Log {
    const at = (level: LogLevel) => (message: string, fields?: LogFields) => this.#write({ level, room, message, fields })
    return { debug: at('debug'), info: at('info'), warning: at('warning'), error: at('error') }
  }

  close(): void {
    if (!this.#isClosed) closeSync(this.#file)
    this.#isClosed = true
  }

  #write({
    level,
    room,
    message,
    fields = {},
  }: {
    level: LogLevel
    room: string
    message: string
    fields: LogFields | undefined
  }) {
    if (this.#isClosed || LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(this.level)) return
    const words = Object.entries(fields).map(([key, value]) => `${key}=${quoted(String(value))}`)
    const line = `${[new Date(this.#clock.now()).toISOString(), level, room, escaped(message), ...words].join(' ')}\n`
    try {
      this.#size += writeSync(this.#file, line)
      if (this.#size >= this.#maxBytes) this.#rotate()
    } catch {
      // The disk is full or gone. The log is not worth the core, and there is nowhere left to say so.
    }
  }

  #rotate(): void {
    const old = this.#file
    renameSync(this.#path, `${this.#path}.1`)
    this.#file = openPrivate(this.#path)
    this.#size = 0
    closeSync(old)
  }
}

/** For tests and for parts that are built without a log. */
export const noLog: Log = { debug: ignore, info: ignore, warning: ignore, error: ignore }

function ignore(): void {
  // Nobody reads it.
}

function openFirst(path: string): number {
  try {
    makeFolder(dirname(path))
    return openPrivate(path)
  } catch (error) {
    throw logError(path, error)
  }
}

function openPrivate(path: string): number {
  const file = openSync(path, 'a', 0o600)
  // One from before may have been made by hand.
  if ((fstatSync(file).mode & 0o077) !== 0) chmodSync(path, 0o600)
  return file
}

/** A value that cannot be mistaken for another one, nor for the end of the line. */
function quoted(value: string): string {
  return /^[^\s"=\p{C}]+$/u.test(value) && value.length <= MAX_VALUE_LENGTH ? value : `"${escaped(value).replaceAll('"', '\\"')}"`
}

/** Shows what would move a terminal's cursor, break the line or turn the direction of text. */
function escaped(text: string): string {
  const cut = text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH)}…` : text
  return cut.replace(/[\\\p{C}\u2028\u2029]/gu, character => {
    if (character === '\\') return '\\\\'
    if (character === '\n') return '\\n'
    if (character === '\t') return '\\t'
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
  })
}
