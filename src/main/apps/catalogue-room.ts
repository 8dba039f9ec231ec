/** Builds what has to do with the catalogue of apps, for core.ts. What it needs of other rooms are functions, asked when the time comes. */
import { dirname, join } from 'node:path'
import type { EventBody } from '../../shared/domain.ts'
import type { Paths } from '../../shared/paths.ts'
import type { Live } from '../hosts/host-link.ts'
import type { Hosts } from '../hosts/hosts.ts'
import type { Log } from '../log.ts'
import type { Store } from '../store/store.ts'
import { Catalogue } from './catalogue.ts'
import { DesktopMenu } from './desktop-menu.ts'
import { FileVisits } from './file-visits.ts'
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
  /** The job is known and has not ended. */
  isRunning(jobId: string): boolean
  now(): number
  log: Log
}
export type CatalogueRoom = {
  catalogue: Catalogue
  icons: Icons
  menu: DesktopMenu
  visits: FileVisits
  ready(host: string): Promise<Live>
  hostGone(host: string): void
  close(): void
}

export function openCatalogueRoom({
  store,
  paths,
  hosts,
  env,
  drover,
  emit,
  isRunning,
  now,
  log,
}: CatalogueRoomOptions): CatalogueRoom {
  const liveOf = (name: string) => (hosts.has(name) ? hosts.get(name).live : null)
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
    live: liveOf,
    now,
    log,
  })
  const dataFolder = dirname(dirname(paths.databaseFile))
  const menu = new DesktopMenu({ table: store.apps, catalogue, icons, dataFolder, drover })
  const visits = new FileVisits({
    table: store.visits,
    live: liveOf,
    isRunning,
    returned: what => emit({ type: 'file.returned', ...what }),
    stuck: what => emit({ type: 'file.stuck', ...what }),
    now,
    log,
  })
  const hostGone = (host: string) => {
    catalogue.hostGone(host)
    visits.hostGone(host)
  }
  const close = () => {
    catalogue.close()
    visits.close()
  }
  return { catalogue, icons, menu, visits, ready: name => hosts.get(name).ready(), hostGone, close }
}
