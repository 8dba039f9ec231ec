/** Builds what has to do with the catalogue of apps, for core.ts. What it needs of other rooms are functions, asked when the time comes. */
import { dirname, join } from 'node:path'
import type { EventBody } from '../../shared/domain.ts'
import type { Paths } from '../../shared/paths.ts'
import type { Hosts } from '../hosts/hosts.ts'
import type { Log } from '../log.ts'
import type { Store } from '../store/store.ts'
import { Catalogue } from './catalogue.ts'
import { DesktopMenu } from './desktop-menu.ts'
import { Icons } from './icons.ts'
import { messageLocale } from './locale-text.ts'

/** How long somebody who asks for apps waits for hosts of which nothing is known yet. */
const SETTLE_MS = 3_000

export type CatalogueRoomOptions = {
  store: Store
  paths: Pick<Paths, 'cacheFolder' | 'databaseFile'>
  hosts: Hosts
  env: NodeJS.ProcessEnv
  /** The words that start the command line. */
  drover: readonly string[]
  emit(event: EventBody): void
  now(): number
  log: Log
}
export type CatalogueRoom = { catalogue: Catalogue; icons: Icons; menu: DesktopMenu; close(): void }

export function openCatalogueRoom({ store, paths, hosts, env, drover, emit, now, log }: CatalogueRoomOptions): CatalogueRoom {
  const catalogue = new Catalogue({
    table: store.apps,
    hosts: () => hosts.all().map(({ name, live }) => ({ name, live })),
    settled: () => hosts.settled(SETTLE_MS),
    locale: messageLocale(env),
    desktops: () => (env.XDG_CURRENT_DESKTOP ?? '').split(':').filter(Boolean),
    changed: () => emit({ type: 'apps.changed' }),
    now,
    log,
  })
  const icons = new Icons({
    table: store.apps,
    folder: join(paths.cacheFolder, 'icons'),
    live: name => (hosts.has(name) ? hosts.get(name).live : null),
    now,
    log,
  })
  const dataFolder = dirname(dirname(paths.databaseFile))
  const menu = new DesktopMenu({ table: store.apps, catalogue, icons, dataFolder, drover })
  return { catalogue, icons, menu, close: () => catalogue.close() }
}
