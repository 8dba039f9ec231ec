/**
 * The text of a desktop entry as its groups and keys, as the Desktop Entry Specification 1.5 has them. For desktop-entry.ts, which gives
 * them a meaning. Hosts send these files and are not trusted: size, lines and keys are bounded, and every step is linear.
 */
import { AppError } from '../../shared/errors.ts'

/** The longest that are found in the wild, with a hundred languages, are a tenth of it. */
export const MAX_ENTRY_BYTES = 256 * 1024
const MAX_LINES = 8_000

/** Values as they stand in the file, by key; a key in a language is `Name[de]`. */
export type EntryGroup = ReadonlyMap<string, string>
export type EntryFile = ReadonlyMap<string, EntryGroup>

/** @throws {AppError} `BAD_INPUT` with the line that is none of a desktop entry. */
export function parseEntryFile(text: string): EntryFile {
  if (text.length > MAX_ENTRY_BYTES) throw refused(`it is longer than ${MAX_ENTRY_BYTES} bytes`)
  if (text.includes('\0')) throw refused('it holds a NUL')
  const lines = text.replace(/^\ufeff/, '').split('\n')
  if (lines.length > MAX_LINES) throw refused(`it has more than ${MAX_LINES} lines`)
  const groups = new Map<string, Map<string, string>>()
  let group: Map<string, string> | undefined
  for (const [index, raw] of lines.entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    if (line.startsWith('[')) group = openGroup(groups, line, index)
    else if (!group) throw refused(`line ${index + 1} stands before any group`)
    else takeKey(group, line, index)
  }
  return groups
}

/** `\s \n \t \r \\` as what they stand for. Another backslash stays, as the programs of desktops have it. */
export function unescapeText(value: string): string {
  if (!value.includes('\\')) return value
  return value.replace(/\\(.?)/g, (whole, letter: string) => ESCAPES[letter] ?? whole)
}

/** What `unescapeText` gives back. A line break in a value would be a line, and so a key, of its own. */
export function escapeText(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')
  return escaped.replace(/^ +/, blanks => '\\s'.repeat(blanks.length))
}

/** Entries of a list, which end with `;`. One that belongs to an entry is `\;`. */
export function splitList(value: string, most: number): string[] {
  const entries: string[] = []
  let entry = ''
  for (let at = 0; at < value.length && entries.length < most; at++) {
    const letter = value[at] ?? ''
    if (letter === '\\') {
      const next = value[++at] ?? ''
      entry += next === ';' ? ';' : `\\${next}`
    } else if (letter === ';') {
      entries.push(unescapeText(entry))
      entry = ''
    } else entry += letter
  }
  if (entry !== '' && entries.length < most) entries.push(unescapeText(entry))
  return entries.filter(one => one !== '')
}

export function joinList(entries: readonly string[]): string {
  return entries.map(entry => `${escapeText(entry).replaceAll(';', '\\;')};`).join('')
}

const ESCAPES: Readonly<Record<string, string>> = { s: ' ', n: '\n', t: '\t', r: '\r', '\\': '\\' }
/** A key, and the language it is in. */
const KEY = /^[A-Za-z0-9-]{1,100}(?:\[[A-Za-z0-9_.@+-]{1,40}\])?$/

function openGroup(groups: Map<string, Map<string, string>>, line: string, index: number): Map<string, string> {
  const name = line.slice(1, -1)
  if (!line.endsWith(']') || name === '' || name.length > 200 || /[[\]\p{Cc}]/u.test(name)) {
    throw refused(`line ${index + 1} is no group`)
  }
  const group = groups.get(name) ?? new Map<string, string>()
  groups.set(name, group)
  return group
}

function takeKey(group: Map<string, string>, line: string, index: number): void {
  const equals = line.indexOf('=')
  const key = line.slice(0, Math.max(0, equals)).trimEnd()
  if (!KEY.test(key)) throw refused(`line ${index + 1} is neither a group, a comment nor a key with its value`)
  group.set(key, line.slice(equals + 1).trimStart())
}

function refused(why: string): AppError {
  return new AppError('BAD_INPUT', `It is no desktop entry: ${why}`)
}
