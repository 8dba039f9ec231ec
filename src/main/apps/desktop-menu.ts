/**
 * Apps of the catalogue in the menu of this desktop: entries and icons below the person's own data folder. Each file that is written is
 * noted first, with its hash; what is removed is what was noted and is still the same. Owns those files and nothing else there.
 */
import { createHash } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { MenuItem } from '../../shared/app.ts'
import { AppError } from '../../shared/errors.ts'
import { makeFolder, replaceFile } from '../private-files.ts'
import type { AppTable, MenuFile } from '../store/app-table.ts'
import type { Catalogue } from './catalogue.ts'
import type { CatalogueApp } from './catalogue-merge.ts'
import { menuEntryText } from './desktop-entry-write.ts'
import { type Picture, pngSize } from './icon-picture.ts'
import type { Icons } from './icons.ts'

export type DesktopMenuOptions = {
  table: AppTable
  catalogue: Catalogue
  icons: Icons
  /** `$XDG_DATA_HOME`: entries stand in `applications` there, pictures in `icons/hicolor`. */
  dataFolder: string
  /** The words that start the command line, an absolute path first. */
  drover: readonly string[]
}

const ICON_SIZE = 128
/** The folders that every hicolor theme has. */
const SIZES = [16, 22, 24, 32, 36, 48, 64, 72, 96, 128, 192, 256, 512]

export class DesktopMenu {
  readonly #options: DesktopMenuOptions

  constructor(options: DesktopMenuOptions) {
    this.#options = options
  }

  /**
   * Writes the app's entry and icon, or writes them anew.
   *
   * @throws {AppError} `NOT_FOUND`; `CONFLICT` if a file is there that is not ours; `BAD_CONFIG`, `DISK_FULL` if it cannot be written.
   */
  async install(ref: string): Promise<MenuItem> {
    const { catalogue, icons, drover } = this.#options
    const app = catalogue.find(ref)
    const [first] = app.variants
    if (!first) throw new AppError('NOT_FOUND', `No host has the app ${app.id}`)
    const name = `drover-${app.id.replace(/[^A-Za-z0-9_.-]/g, '_')}`
    const picture = await icons.picture(app.variants, ICON_SIZE)
    const iconPath = picture && this.#iconPath(name, picture)
    const path = join(this.#options.dataFolder, 'applications', `${name}.desktop`)
    const text = menuEntryText({ app: app.id, entry: first.entry, icon: iconPath && name, drover })
    this.#refuseOthers(app, [path, ...(iconPath ? [iconPath] : [])])
    if (iconPath && picture) this.#write(app.id, iconPath, picture.bytes)
    this.#write(app.id, path, Buffer.from(text))
    for (const file of this.#files(app.id)) if (file.path !== path && file.path !== iconPath) this.#remove(file)
    return this.#item({ app: app.id, path, sha256: sha256(Buffer.from(text)) })
  }

  list(): MenuItem[] {
    const { table } = this.#options
    const entries = table.menuFiles().filter(({ path }) => path.endsWith('.desktop'))
    return entries.map(file => this.#item(file))
  }

  /**
   * Removes what was written for the app. Gives the files that stay, since somebody has changed them.
   *
   * @throws {AppError} `NOT_FOUND` if it is not in the menu by us.
   */
  remove(ref: string): { app: string; kept: string[] } {
    const id = ref.replace(/\.desktop$/, '').replace(/^drover-/, '')
    // By its name too, as the menu has it: no host may have the app any more.
    const named = this.list().filter(({ name }) => name.toLowerCase() === ref.toLowerCase())
    const ids = [ref, id, ...(named.length === 1 ? named.map(({ app }) => app) : [])]
    const files = ids.map(one => this.#files(one)).find(found => found.length > 0) ?? []
    const [first] = files
    if (!first) throw new AppError('NOT_FOUND', `"${ref}" is not in the menu by Drover. See what is: drover desktop ls`)
    return { app: first.app, kept: files.filter(file => !this.#remove(file)).map(({ path }) => path) }
  }

  #files(app: string): MenuFile[] {
    return this.#options.table.menuFiles().filter(file => file.app === app)
  }

  #iconPath(name: string, { type, bytes }: Picture): string {
    const folder = join(this.#options.dataFolder, 'icons/hicolor')
    if (type === 'image/svg+xml') return join(folder, 'scalable/apps', `${name}.svg`)
    const side = Math.max(16, pngSize(bytes)?.width ?? 0)
    const size = SIZES.findLast(one => one <= side) ?? 48
    return join(folder, `${size}x${size}/apps`, `${name}.png`)
  }

  /** A file of that name which we have not written, or which was changed since, is the person's. */
  #refuseOthers(app: CatalogueApp, paths: readonly string[]): void {
    const known = new Map(this.#options.table.menuFiles().map(file => [file.path, file]))
    for (const path of paths) {
      const content = read(path)
      const file = known.get(path)
      if (content === null || (file?.app === app.id && isAsWritten(file, content))) continue
      const why =
        file === undefined ? 'Drover has not written it' : file.app === app.id ? 'it was changed since' : `it is for ${file.app}`
      throw new AppError('CONFLICT', `${path} is there already, and ${why}. Move it away to have ${app.id} in the menu`)
    }
  }

  /** Until it is written both are ours: what is there, and what is to be. */
  #write(app: string, path: string, bytes: Buffer): void {
    const { table } = this.#options
    const hash = sha256(bytes)
    const before = read(path)
    makeFolder(dirname(path))
    table.addMenuFile({ path, app, sha256: before ? `${hash} ${sha256(before)}` : hash })
    replaceFile(path, bytes)
    if (before) table.addMenuFile({ path, app, sha256: hash })
  }

  /** False: it was changed, and stays; it is no longer ours. */
  #remove(file: MenuFile): boolean {
    const { path } = file
    const content = read(path)
    const isOurs = content === null || isAsWritten(file, content)
    if (isOurs) rmSync(path, { force: true })
    this.#options.table.removeMenuFile(path)
    return isOurs
  }

  #item(file: MenuFile): MenuItem {
    const { app, path } = file
    const content = read(path)
    const name = /^Name=(.*)$/m.exec(content?.toString('utf8') ?? '')?.[1] ?? app
    return { app, name, path, isChanged: content === null || !isAsWritten(file, content) }
  }
}

function isAsWritten(file: MenuFile, content: Buffer): boolean {
  return file.sha256.split(' ').includes(sha256(content))
}

function read(path: string): Buffer | null {
  try {
    return readFileSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new AppError('BAD_CONFIG', `Cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
