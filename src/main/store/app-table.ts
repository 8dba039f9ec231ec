/** The apps of all hosts as they were last seen, what a person made of them, and which pictures stand for them. */
import type { Statement } from 'better-sqlite3'
import type { DesktopEntry } from '../../shared/app.ts'
import type { Database } from './database.ts'
import type { LateWrites } from './late-writes.ts'
import { type Columns, type Query, Table } from './table.ts'

/** A desktop entry of a host. */
export type AppRow = {
  host: string
  /** The entry's name by the specification, without `.desktop`. */
  id: string
  /** Where it lies on the host. */
  path: string
  /** Of its size and times: while that is the same, so is the entry. */
  stamp: string
  /** Null for what shows no app. */
  entry: DesktopEntry | null
  /** The program that it needs is not there. */
  isMissing: boolean
}
/** By the app's id. */
export type AppUse = { id: string; isFavourite: boolean; usedAt: number | null; uses: number }
/** What was found where a host was asked for a picture; `hash` null: nothing fit to be shown. */
export type AppIcon = { host: string; icon: string; size: number; hash: string | null; lookedAt: number }

/** A file that we have written into the desktop's menu, for that app. `sha256`: while it is written anew, of both, with a blank between. */
export type MenuFile = { path: string; app: string; sha256: string }

export const APP_MIGRATION = `
  CREATE TABLE app (
    host TEXT NOT NULL,
    id TEXT NOT NULL,
    path TEXT NOT NULL,
    stamp TEXT NOT NULL,
    entry TEXT CHECK (json_valid(entry)),
    is_missing INTEGER NOT NULL,
    PRIMARY KEY (host, id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE app_use (
    id TEXT PRIMARY KEY,
    is_favourite INTEGER NOT NULL,
    used_at INTEGER,
    uses INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE app_icon (
    host TEXT NOT NULL,
    icon TEXT NOT NULL,
    size INTEGER NOT NULL,
    hash TEXT,
    looked_at INTEGER NOT NULL,
    PRIMARY KEY (host, icon, size)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE menu_file (
    path TEXT PRIMARY KEY,
    app TEXT NOT NULL,
    sha256 TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE file_visit (
    id TEXT PRIMARY KEY,
    host TEXT NOT NULL,
    job_id TEXT,
    path TEXT NOT NULL,
    hash TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `

const APP: Columns<AppRow> = { host: 'text', id: 'text', path: 'text', stamp: 'text', entry: 'json', isMissing: 'flag' }
const USE: Columns<AppUse> = { id: 'text', isFavourite: 'flag', usedAt: 'integer', uses: 'integer' }
const ICON: Columns<AppIcon> = { host: 'text', icon: 'text', size: 'integer', hash: 'text', lookedAt: 'integer' }
const MENU: Columns<MenuFile> = { path: 'text', app: 'text', sha256: 'text' }

export class AppTable {
  readonly #database: Database
  readonly #late: LateWrites
  readonly #putApp: (row: AppRow) => void
  readonly #putUse: (use: AppUse) => void
  readonly #putIcon: (icon: AppIcon) => void
  readonly #putMenuFile: (file: MenuFile) => void
  readonly #apps: Query<[], AppRow>
  readonly #uses: Query<[], AppUse>
  readonly #use: Query<[string], AppUse>
  readonly #icon: Query<[string, string, number], AppIcon>
  readonly #menuFiles: Query<[], MenuFile>
  readonly #removeMenuFile: Statement<[string]>
  readonly #removeApps: Statement<[string]>
  readonly #removeIcons: Statement<[string]>

  constructor(database: Database, late: LateWrites) {
    const { sqlite } = database
    const apps = new Table(sqlite, 'app', APP)
    const uses = new Table(sqlite, 'app_use', USE)
    const icons = new Table(sqlite, 'app_icon', ICON)
    const menu = new Table(sqlite, 'menu_file', MENU)
    this.#database = database
    this.#late = late
    this.#putApp = apps.inserter('INSERT OR REPLACE')
    this.#putUse = uses.inserter('INSERT OR REPLACE')
    this.#putIcon = icons.inserter('INSERT OR REPLACE')
    this.#putMenuFile = menu.inserter('INSERT OR REPLACE')
    this.#menuFiles = menu.query('ORDER BY app, path')
    this.#removeMenuFile = sqlite.prepare('DELETE FROM menu_file WHERE path = ?')
    this.#apps = apps.query('ORDER BY host, id')
    this.#uses = uses.query('')
    this.#use = uses.query('WHERE id = ?')
    this.#icon = icons.query('WHERE host = ? AND icon = ? AND size = ?')
    this.#removeApps = sqlite.prepare('DELETE FROM app WHERE host = ?')
    this.#removeIcons = sqlite.prepare('DELETE FROM app_icon WHERE host = ?')
  }

  /** Those of all hosts. */
  list(): AppRow[] {
    return this.#apps.all()
  }

  /** These and no others are on the host. */
  replace(host: string, rows: readonly AppRow[]): void {
    this.#late.make({
      write: () => {
        this.#removeApps.run(host)
        for (const row of rows) this.#putApp(row)
      },
    })
  }

  /** The host has left the config, or its name now stands for another machine. */
  removeHost(host: string): void {
    this.#database.write(() => {
      this.#removeApps.run(host)
      this.#removeIcons.run(host)
    })
  }

  uses(): AppUse[] {
    return this.#uses.all()
  }

  /** @throws {AppError} `DISK_FULL`: a person's wish is kept, or is told not to be. */
  setFavourite(id: string, isFavourite: boolean): void {
    this.#database.write(() => this.#putUse({ ...this.#useOf(id), isFavourite }))
  }

  noteUse(id: string, usedAt: number): void {
    this.#late.make({
      write: () => {
        const before = this.#useOf(id)
        this.#putUse({ ...before, usedAt, uses: before.uses + 1 })
      },
    })
  }

  icon(host: string, icon: string, size: number): AppIcon | undefined {
    return this.#icon.get(host, icon, size)
  }

  setIcon(icon: AppIcon): void {
    this.#late.make({ write: () => this.#putIcon(icon) })
  }

  menuFiles(): MenuFile[] {
    return this.#menuFiles.all()
  }

  /** Before the file is written: what is ours must be known as such, whatever happens. @throws {AppError} `DISK_FULL` */
  addMenuFile(file: MenuFile): void {
    this.#database.durably(() => this.#putMenuFile(file))
  }

  removeMenuFile(path: string): void {
    this.#database.write(() => this.#removeMenuFile.run(path))
  }

  #useOf(id: string): AppUse {
    return this.#use.get(id) ?? { id, isFavourite: false, usedAt: null, uses: 0 }
  }
}
