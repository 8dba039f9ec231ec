/** What clients may ask of the catalogue of apps, and of the menu of this desktop. */
import type { Methods } from '../../shared/contract.ts'
import { AppError } from '../../shared/errors.ts'
import { type AppLauncher, openApp, weighApp } from '../apps/catalogue-launch.ts'
import type { CatalogueRoom } from '../apps/catalogue-room.ts'

export type CatalogueMethod =
  | 'app.list'
  | 'app.refresh'
  | 'app.icon'
  | 'app.favourite'
  | 'app.open'
  | 'app.weigh'
  | 'menu.list'
  | 'menu.install'
  | 'menu.remove'

export function catalogueMethods(
  { catalogue, icons, menu, visits, ready }: CatalogueRoom,
  launcher: AppLauncher,
): Pick<Methods, CatalogueMethod> {
  return {
    'app.list': async ({ limit, ...query }) => {
      await catalogue.ready()
      const apps = catalogue.list(query)
      return { apps: apps.slice(0, limit), isCut: apps.length > limit }
    },
    'app.refresh': async ({ host }) => {
      await catalogue.refreshAll(host)
      return null
    },
    'app.icon': async ({ app, size }) => {
      await catalogue.ready()
      const picture = await icons.picture(catalogue.find(app).variants, size)
      return { icon: picture && { type: picture.type, base64: picture.bytes.toString('base64') } }
    },
    'app.favourite': async ({ app, isFavourite }) => {
      await catalogue.ready()
      catalogue.setFavourite(app, isFavourite)
      return null
    },
    'app.open': async wish => {
      await catalogue.ready()
      const jobs = await openApp({ catalogue, visits, ready, launcher }, wish)
      catalogue.noteUse(wish.app)
      return { jobs }
    },
    'app.weigh': async wish => {
      await catalogue.ready()
      return { placement: await weighApp(catalogue, wish, launcher) }
    },
    'menu.list': async () => ({ items: menu.list() }),
    'menu.install': async ({ apps, favourites }) => {
      const wanted = { query: '', host: null, locale: null, isAll: true, isFavourite: true }
      await catalogue.ready()
      const more = favourites ? catalogue.list(wanted).map(({ id }) => id) : []
      const { done, failed } = await each([...new Set([...apps, ...more])], app => menu.install(app))
      return { installed: done, failed }
    },
    'menu.remove': async ({ apps }) => {
      const { done, failed } = await each([...new Set(apps)], async app => menu.remove(app))
      return { removed: done, failed }
    },
  }
}

async function each<T>(apps: readonly string[], act: (app: string) => Promise<T>) {
  const done: T[] = []
  const failed: { app: string; message: string }[] = []
  for (const app of apps) {
    try {
      done.push(await act(app))
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      failed.push({ app, message: error.message })
    }
  }
  return { done, failed }
}
