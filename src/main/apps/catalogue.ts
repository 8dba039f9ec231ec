/**
 * The apps of this computer and of all hosts. Kept in the database, so that they are there at once when the core starts; refreshed when a
 * host connects, every ten minutes and when somebody asks. Owns when hosts are asked; what was asked is in catalogue-scan.ts.
 */
import type { AppView } from '../../shared/app.ts'
import { searchApps } from '../../shared/app-search.ts'
import { AppError } from '../../shared/errors.ts'
import { nearest } from '../../shared/nearest.ts'
import type { Live } from '../hosts/host-link.ts'
import type { Log } from '../log.ts'
import type { AppRow, AppTable } from '../store/app-table.ts'
import { type AppVariant, type CatalogueApp, mergeApps, programOf } from './catalogue-merge.ts'
import { scanApps } from './catalogue-scan.ts'
import { type ExecFields, expandExec, takesTargets } from './exec-line.ts'
import { localeText } from './locale-text.ts'

export type CatalogueOptions = {
  table: AppTable
  /** In the order of the config, `local` first. `live` null: it cannot be asked now. */
  hosts(): readonly { name: string; live: Live | null }[]
  /** Settles when of each host it is known whether it can be asked, or after a while. */
  settled(): Promise<void>
  /** As `de_DE.UTF-8`: for who does not say which language he wants. */
  locale: string
  /** The desktops that this one counts as: `XDG_CURRENT_DESKTOP`. */
  desktops(): readonly string[]
  /** Something of the catalogue is different now. */
  changed(): void
  now(): number
  log: Log
}
export type AppQuery = { query: string; host: string | null; locale: string | null; isAll: boolean; isFavourite: boolean }
/** What to run for an app on a host. `runs`: more than one for an app that takes one file at a time. */
export type AppCommand = { app: string; variant: AppVariant; name: string; runs: string[][]; workdir: string | null }

const REFRESH_MS = 10 * 60_000
const SHOWN_KEYWORDS = 40
/** What a person waits for, as a push, comes first on a host that has just connected. */
const AFTER_CONNECT_MS = 2_000

export class Catalogue {
  readonly #options: CatalogueOptions
  readonly #rows = new Map<string, readonly AppRow[]>()
  readonly #scans = new Map<string, Promise<void>>()
  readonly #timer: NodeJS.Timeout
  readonly #soon = new Map<string, NodeJS.Timeout>()
  #merged: readonly CatalogueApp[] | null = null
  #mergedFor = ''

  constructor(options: CatalogueOptions) {
    this.#options = options
    for (const [host, rows] of Map.groupBy(options.table.list(), row => row.host)) this.#rows.set(host, rows)
    this.#timer = setInterval(() => void this.refreshAll(), REFRESH_MS).unref()
  }

  /** The host has connected: its apps are asked for in a moment. */
  hostConnected(host: string, live: Live): void {
    clearTimeout(this.#soon.get(host))
    const timer = setTimeout(() => {
      this.#soon.delete(host)
      if (this.#liveOf(host) === live) void this.refresh(host, live)
    }, AFTER_CONNECT_MS)
    this.#soon.set(host, timer.unref())
  }

  /** Settles when something is known of each host that can be asked. */
  async ready(): Promise<void> {
    const unknown = () => this.#options.hosts().filter(({ name }) => !this.#rows.has(name))
    if (unknown().length === 0) return
    await this.#options.settled()
    await Promise.all(unknown().map(({ name, live }) => live && this.refresh(name, live)))
  }

  /** Asks the host what apps it has; joins a question under way. A failure is in the log, and what was known stays. */
  refresh(host: string, live: Live): Promise<void> {
    const scan =
      this.#scans.get(host) ??
      this.#scan(host, live)
        .catch(error => this.#options.log.warning('a host did not tell of its apps', { host, error: String(error) }))
        .finally(() => this.#scans.delete(host))
    this.#scans.set(host, scan)
    return scan
  }

  /** All hosts that can be asked now, or one of them. */
  async refreshAll(host: string | null = null): Promise<void> {
    const wanted = this.#options.hosts().filter(({ name }) => host === null || name === host)
    await Promise.all(wanted.map(({ name, live }) => live && this.refresh(name, live)))
  }

  hostGone(host: string): void {
    this.#options.table.removeHost(host)
    this.#rows.delete(host)
    this.#changed()
  }

  list({ query, host, locale, isAll, isFavourite }: AppQuery): AppView[] {
    const uses = new Map(this.#options.table.uses().map(use => [use.id, use]))
    const apps = this.#apps().map((app): AppView => {
      const known = [...new Set([app.id, ...app.variants.map(({ id }) => id)].flatMap(id => uses.get(id) ?? []))]
      const times = known.flatMap(({ usedAt }) => usedAt ?? [])
      return {
        ...viewOf(app, { locale: locale ?? this.#options.locale, desktops: this.#options.desktops() }),
        isFavourite: known.some(use => use.isFavourite),
        usedAt: times.length === 0 ? null : Math.max(...times),
        uses: known.reduce((sum, use) => sum + use.uses, 0),
      }
    })
    const wanted = apps.filter(
      app =>
        (isAll || app.isShown || app.isFavourite) &&
        (!isFavourite || app.isFavourite) &&
        (host === null || app.hosts.some(one => one.host === host)),
    )
    return searchApps(wanted, query)
  }

  /**
   * By the id it has, or has on any of its hosts; or by its name, if only one app is called so.
   *
   * @throws {AppError} `NOT_FOUND`, `AMBIGUOUS`
   */
  find(ref: string): CatalogueApp {
    const apps = this.#apps()
    const id = ref.replace(/\.desktop$/, '')
    const exact = apps.find(app => app.id === id) ?? apps.find(app => app.variants.some(variant => variant.id === id))
    if (exact) return exact
    const wanted = ref.toLowerCase()
    const named = apps.filter(({ id, variants }) =>
      [id, variants[0]?.entry.name[''] ?? '', this.#nameOf(variants[0])].some(name => name.toLowerCase() === wanted),
    )
    const [only, ...others] = named
    if (only && others.length === 0) return only
    if (only) throw new AppError('AMBIGUOUS', `"${ref}" is the name of several apps: ${named.map(app => app.id).join(', ')}`)
    const near = nearest(
      id,
      apps.map(app => app.id),
    )
    const hint = near === undefined ? 'See all of them: drover apps' : `Did you mean ${near}?`
    throw new AppError('NOT_FOUND', `No host has an app "${ref}". ${hint}`)
  }

  /**
   * The command that starts the app on that host, or one of its actions; `targets` are paths or addresses as that host has them.
   *
   * @throws {AppError} `NOT_FOUND` if it is not there, `BAD_INPUT` if its entry holds no command, or one that opens nothing.
   */
  command(
    ref: string,
    host: string,
    { action = null, targets = [] }: { action?: string | null; targets?: readonly string[] } = {},
  ): AppCommand {
    const app = this.find(ref)
    const variant = app.variants.find(one => one.host === host)
    if (!variant) {
      const there = app.variants.map(one => one.host).join(', ')
      throw new AppError('NOT_FOUND', `${host} has no app ${app.id}. It is on: ${there}`)
    }
    const { entry } = variant
    const chosen = action === null ? entry : entry.actions.find(({ id }) => id === action)
    if (!chosen) {
      const known = entry.actions.map(({ id }) => id).join(', ') || 'none'
      throw new AppError('NOT_FOUND', `The app ${app.id} has no action "${action}" on ${host}. It has: ${known}`)
    }
    const name = this.#nameOf(variant)
    if (targets.length > 0 && !takesTargets(chosen.exec))
      throw new AppError(
        'BAD_INPUT',
        `${app.id} opens no files or addresses${action === null ? '' : ` by ${action}`}, as its entry says`,
      )
    const fields: ExecFields = { targets, icon: entry.icon, name, entryPath: variant.path }
    return {
      app: app.id,
      variant,
      name,
      runs: expandExec(chosen.exec, fields),
      workdir: entry.path?.startsWith('/') ? entry.path : null,
    }
  }

  setFavourite(ref: string, isFavourite: boolean): void {
    const { id, variants } = this.find(ref)
    this.#options.table.setFavourite(id, isFavourite)
    // It may have been kept by the id it had when fewer hosts were known.
    if (!isFavourite) for (const one of variants) if (one.id !== id) this.#options.table.setFavourite(one.id, false)
    this.#options.changed()
  }

  /** The app was launched: it is one of the recent ones. */
  noteUse(ref: string): void {
    this.#options.table.noteUse(this.find(ref).id, this.#options.now())
    this.#options.changed()
  }

  close(): void {
    clearInterval(this.#timer)
    for (const timer of this.#soon.values()) clearTimeout(timer)
  }

  async #scan(host: string, live: Live): Promise<void> {
    const known = this.#rows.get(host) ?? []
    const rows = await scanApps(host, live, known)
    // It may have left the config while it told, or its name may stand for another machine now.
    if (this.#liveOf(host) !== live) return
    const isSame = JSON.stringify(rows.map(stampOf)) === JSON.stringify(known.map(stampOf))
    if (isSame && this.#rows.has(host)) return
    this.#rows.set(host, rows)
    this.#options.table.replace(host, rows)
    this.#changed()
  }

  #apps(): readonly CatalogueApp[] {
    const hosts = this.#options.hosts().map(({ name }) => name)
    const key = hosts.join('\n')
    if (!this.#merged || this.#mergedFor !== key) this.#merged = mergeApps([...this.#rows.values()].flat(), hosts)
    this.#mergedFor = key
    return this.#merged
  }

  #liveOf(host: string): Live | null {
    return this.#options.hosts().find(({ name }) => name === host)?.live ?? null
  }

  #nameOf(variant: AppVariant | undefined): string {
    return variant ? localeText(variant.entry.name, this.#options.locale) : ''
  }

  #changed(): void {
    this.#merged = null
    this.#options.changed()
  }
}

function stampOf({ id, path, stamp, isMissing }: AppRow): string[] {
  return [id, path, stamp, String(isMissing)]
}

function viewOf(
  { id, variants }: CatalogueApp,
  { locale, desktops }: { locale: string; desktops: readonly string[] },
): Omit<AppView, 'isFavourite' | 'usedAt' | 'uses'> {
  const entries = variants.map(({ entry }) => entry)
  const [first] = entries
  if (!first) throw new TypeError(`The app ${id} is on no host`)
  return {
    id,
    name: localeText(first.name, locale),
    genericName: localeText(first.genericName, locale) || null,
    comment: localeText(first.comment, locale) || null,
    categories: first.categories,
    keywords: first.keywords.slice(0, SHOWN_KEYWORDS),
    hosts: variants.map(one => ({ host: one.host, id: one.id })),
    actions: first.actions.map(action => ({ id: action.id, name: localeText(action.name, locale) })),
    programs: [...new Set(entries.flatMap(({ exec }) => programOf(exec) ?? []))],
    hasIcon: entries.some(({ icon }) => icon !== null),
    isTerminal: first.isTerminal,
    isShown: entries.some(
      entry =>
        !entry.isNoDisplay &&
        (entry.onlyShowIn.length === 0 || entry.onlyShowIn.some(name => desktops.includes(name))) &&
        !entry.notShowIn.some(name => desktops.includes(name)),
    ),
  }
}
