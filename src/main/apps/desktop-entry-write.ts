/**
 * The desktop entry by which this computer's menu starts an app of the catalogue, through Drover. What the source says of itself comes from
 * a host: each value is escaped and of a known shape, so that none can bring a key, a group or a command of its own. Only ours is run.
 */
import type { DesktopEntry, LocaleText } from '../../shared/app.ts'
import { DROVER_KEY } from './desktop-entry.ts'
import { escapeText, joinList, splitList } from './desktop-entry-file.ts'
import { quoteExec } from './exec-line.ts'

export type MenuEntry = {
  app: string
  entry: DesktopEntry
  /** Name of a picture in the icon theme; null for none. */
  icon: string | null
  /** The words that start the command line, an absolute path first. */
  drover: readonly string[]
}

/** Those that menus are made of. With another one an entry is not valid everywhere. */
const CATEGORIES = [
  'AudioVideo',
  'Development',
  'Education',
  'Game',
  'Graphics',
  'Network',
  'Office',
  'Science',
  'Settings',
  'System',
  'Utility',
]
const MIME_TYPE =
  /^(?:application|audio|font|image|inode|message|model|multipart|text|video|x-content|x-scheme-handler)\/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}$/

export function menuEntryText({ app, entry, icon, drover }: MenuEntry): string {
  const name = entry.name['']?.trim() ? entry.name : { '': app }
  const launch = (...more: string[]) =>
    quoteExec([...drover, 'launch', ...(entry.isTerminal ? ['--cli'] : []), '--app', app, ...more])
  const takes = /%[fFuU]/.test(entry.exec) ? ' -- %U' : ''
  const categories = entry.categories.filter(one => CATEGORIES.includes(one))
  const mimeTypes = takes === '' ? [] : entry.mimeTypes.filter(type => MIME_TYPE.test(type))
  const lines = [
    '[Desktop Entry]',
    'Type=Application',
    ...localised('Name', name),
    ...localised('GenericName', entry.genericName),
    ...localised('Comment', entry.comment),
    `Exec=${escapeText(`${launch()}${takes}`)}`,
    ...(icon === null ? [] : [`Icon=${icon}`]),
    `Terminal=${entry.isTerminal}`,
    ...list('Categories', categories),
    ...list('MimeType', [...new Set(mimeTypes)]),
    ...list('Keywords', entry.keywords),
    ...(entry.startupNotify === null ? [] : [`StartupNotify=${entry.startupNotify}`]),
    ...(entry.startupWmClass === null ? [] : [`StartupWMClass=${escapeText(entry.startupWmClass)}`]),
    ...list(
      'Actions',
      entry.actions.map(({ id }) => id),
    ),
    `${DROVER_KEY}=${escapeText(app)}`,
    ...entry.actions.flatMap(action => [
      '',
      `[Desktop Action ${action.id}]`,
      ...localised('Name', action.name),
      `Exec=${escapeText(launch('--action', action.id))}`,
    ]),
  ]
  return `${lines.join('\n')}\n`
}

function localised(key: string, text: LocaleText): string[] {
  const plain = text['']
  if (plain === undefined || plain.trim() === '') return []
  const others = Object.entries(text).filter(
    ([locale, value]) => /^[A-Za-z]{2,8}(?:_[A-Za-z0-9]{1,8})?(?:@[A-Za-z0-9]{1,32})?$/.test(locale) && value !== '',
  )
  return [`${key}=${oneLine(plain)}`, ...others.map(([locale, value]) => `${key}[${locale}]=${oneLine(value)}`)]
}

function list(key: string, entries: readonly string[]): string[] {
  const joined = joinList(entries.map(entry => entry.replace(/\p{Cc}+/gu, ' ').trim()).filter(Boolean))
  // As it will be read: a list that would not come back is not written.
  return splitList(joined, entries.length).length === 0 ? [] : [`${key}=${joined}`]
}

function oneLine(text: string): string {
  return escapeText(text.replace(/\p{Cc}+/gu, ' ').trim())
}
