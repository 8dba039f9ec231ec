/**
 * A desktop entry's meaning: the app that it describes. For the catalogue, and for entries that we write ourselves. Everything here
 * comes from a host: texts are cut, lists bounded, and what does not fit is left out.
 */
import type { DesktopEntry, EntryAction, LocaleText } from '../../shared/app.ts'
import { AppError } from '../../shared/errors.ts'
import { type EntryFile, type EntryGroup, parseEntryFile, splitList, unescapeText } from './desktop-entry-file.ts'

/** In entries of our own making: what they start is in the catalogue already. */
export const DROVER_KEY = 'X-Drover-App'
const MOST_ENTRIES = 400
const MOST_ACTIONS = 24
const MOST_LOCALES = 300
const MAX_TEXT = 1_000
/** What Linux takes as a path; an Exec may be a shell line. */
const MAX_LINE = 4_096
const LOCALISED = /^([A-Za-z0-9-]+)\[([A-Za-z0-9_.@+-]+)\]$/

/**
 * Null for an entry that says of itself that it is deleted, is no application, or is one of ours.
 *
 * @throws {AppError} `BAD_INPUT` for a file that is no desktop entry, or an app that could not be shown or started.
 */
export function readDesktopEntry(text: string): DesktopEntry | null {
  const file = parseEntryFile(text)
  const group = file.get('Desktop Entry')
  if (!group) throw new AppError('BAD_INPUT', 'It has no group [Desktop Entry]')
  if (group.get('Type') !== 'Application' || isTrue(group, 'Hidden') || group.has(DROVER_KEY)) return null
  const name = localised(group, 'Name')
  if (!name['']) throw new AppError('BAD_INPUT', 'It has no Name')
  const exec = line(group, 'Exec')
  if (exec === null) throw new AppError('BAD_INPUT', 'It has no Exec')
  return {
    name,
    genericName: localised(group, 'GenericName'),
    comment: localised(group, 'Comment'),
    keywords: list(group, 'Keywords'),
    icon: line(group, 'Icon'),
    exec,
    tryExec: line(group, 'TryExec'),
    path: line(group, 'Path'),
    isTerminal: isTrue(group, 'Terminal'),
    isNoDisplay: isTrue(group, 'NoDisplay'),
    onlyShowIn: list(group, 'OnlyShowIn'),
    notShowIn: list(group, 'NotShowIn'),
    mimeTypes: list(group, 'MimeType'),
    categories: list(group, 'Categories'),
    startupWmClass: line(group, 'StartupWMClass'),
    startupNotify: group.has('StartupNotify') ? isTrue(group, 'StartupNotify') : null,
    isSingleWindow: isTrue(group, 'SingleMainWindow'),
    actions: readActions(file, list(group, 'Actions')),
  }
}

/** One that lacks its group, a name or a command is left out, as desktops do. */
function readActions(file: EntryFile, ids: readonly string[]): EntryAction[] {
  const known = ids.filter((id, index) => /^[A-Za-z0-9-]{1,100}$/.test(id) && ids.indexOf(id) === index)
  return known.slice(0, MOST_ACTIONS).flatMap(id => {
    const group = file.get(`Desktop Action ${id}`)
    const name = group && localised(group, 'Name')
    const exec = group && line(group, 'Exec')
    return name?.[''] && exec ? [{ id, name, icon: line(group, 'Icon'), exec }] : []
  })
}

function localised(group: EntryGroup, wanted: string): LocaleText {
  const texts: [string, string][] = []
  for (const [key, value] of group) {
    const [, name, locale] = LOCALISED.exec(key) ?? []
    if (key === wanted) texts.unshift(['', text(value)])
    else if (name === wanted && locale !== undefined && locale !== '__proto__') texts.push([locale, text(value)])
  }
  return Object.fromEntries(texts.slice(0, MOST_LOCALES))
}

function text(value: string): string {
  const plain = unescapeText(value).replace(/\p{Cc}+/gu, ' ')
  return plain.length <= MAX_TEXT ? plain : Array.from(plain).slice(0, MAX_TEXT).join('')
}

/** One that is longer than any of use is none. */
function line(group: EntryGroup, key: string): string | null {
  const value = group.get(key)
  if (value === undefined || value === '' || value.length > MAX_LINE) return null
  return unescapeText(value)
}

function list(group: EntryGroup, key: string): string[] {
  return splitList(group.get(key) ?? '', MOST_ENTRIES).filter(entry => entry.length <= MAX_TEXT)
}

/** `1` is of entries from before the specification. */
function isTrue(group: EntryGroup, key: string): boolean {
  const value = group.get(key)
  return value === 'true' || value === '1'
}
