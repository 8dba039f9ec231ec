/** Apps with a window, as hosts tell of them by their desktop entries, and as the catalogue shows them. */

/** A text by language as `de`, `sr@latin` or `pt_BR`; '' is the one for everybody else. */
export type LocaleText = Readonly<Record<string, string>>

/** What a menu offers of an app beside starting it, as "New private window". */
export type EntryAction = { id: string; name: LocaleText; icon: string | null; exec: string }

export type DesktopEntry = {
  name: LocaleText
  genericName: LocaleText
  comment: LocaleText
  keywords: readonly string[]
  /** A name of an icon theme, or an absolute path on its host. */
  icon: string | null
  /** Unescaped, but still with its quotes and field codes. */
  exec: string
  /** A program that must be there for the app to be of use. */
  tryExec: string | null
  /** Where it is to run. */
  path: string | null
  isTerminal: boolean
  /** Of use by the files it opens; no menu shows it. */
  isNoDisplay: boolean
  onlyShowIn: readonly string[]
  notShowIn: readonly string[]
  mimeTypes: readonly string[]
  categories: readonly string[]
  startupWmClass: string | null
  startupNotify: boolean | null
  isSingleWindow: boolean
  actions: readonly EntryAction[]
}

/** One app, on however many hosts. Texts are in the language that was asked for, and a host's own: not to be trusted. */
export type AppView = {
  /** As its desktop entry is called, without `.desktop`. */
  id: string
  name: string
  genericName: string | null
  comment: string | null
  categories: readonly string[]
  keywords: readonly string[]
  /** `id`: what the entry is called on that host, where it may differ. */
  hosts: readonly { host: string; id: string }[]
  actions: readonly { id: string; name: string }[]
  hasIcon: boolean
  /** The programs that it is on its hosts, by which its running jobs are known. */
  programs: readonly string[]
  isTerminal: boolean
  /** Not one of those that menus leave out. */
  isShown: boolean
  isFavourite: boolean
  /** When it was last launched, and how often. */
  usedAt: number | null
  uses: number
}

/** An entry that Drover has written into the menu of this desktop. */
export type MenuItem = {
  app: string
  name: string
  path: string
  /** Somebody has changed or removed the file since. */
  isChanged: boolean
}
