/**
 * The entry by which a desktop starts a core when its person logs in (Desktop Application Autostart Specification). It is ours by a mark
 * in it; one of that name without the mark is the person's.
 */
import { readFileSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import { makeFolder, replaceFile } from '../../private-files.ts'

const MARK = 'X-Drover-Autostart=true'

export type Autostart = {
  /** The entry. */
  path: string
  /** What the desktop starts: an absolute path first. */
  command: readonly string[]
}

/**
 * Writes the entry, or removes it. What a person changed in it stays, as long as it would start what it should.
 *
 * @throws {AppError} if that cannot be done.
 */
export function setAutostart({ path, command }: Autostart, isWanted: boolean): void {
  const present = read(path)
  if (present !== null && !present.split('\n').includes(MARK)) return
  if (!isWanted) {
    if (present !== null) remove(path)
    return
  }
  const exec = `Exec=${execLine(command)}`
  if (present?.split('\n').includes(exec)) return
  makeFolder(dirname(path))
  replaceFile(path, entry(exec))
}

function entry(exec: string): string {
  return `[Desktop Entry]
Type=Application
Name=Drover
Comment=Starts Drover in the background
Icon=drover-window
${exec}
NoDisplay=true
${MARK}
`
}

/** Words as the desktop takes them apart: each in quotes, and what means something in them, or to the file itself, with a backslash. */
export function execLine(words: readonly string[]): string {
  const quoted = words.map(word => `"${word.replaceAll(/["`$\\]/g, '\\$&').replaceAll('%', '%%')}"`).join(' ')
  return quoted.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw failed(path, 'read', error)
  }
}

function remove(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch (error) {
    throw failed(path, 'removed', error)
  }
}

function failed(path: string, what: string, cause: unknown): AppError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new AppError('BAD_CONFIG', `The entry that starts Drover at login could not be ${what}: ${path} (${why})`, { cause })
}
