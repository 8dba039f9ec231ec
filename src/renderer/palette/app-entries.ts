/** The palette's entries of apps: each can be launched on the best of its hosts. */
import type { AppView } from '../../shared/app.ts'
import { visible } from '../../shared/visible.ts'
import type { PaletteEntry } from './entries.ts'

const NAMED_HOSTS = 3

/** Favourites stand there before anything was typed; of the rest there are too many. */
export function appEntries(apps: readonly AppView[]): PaletteEntry[] {
  return apps.map(({ id, name, genericName, hosts, isFavourite }) => {
    const others = hosts.length - NAMED_HOSTS
    const places = hosts.slice(0, NAMED_HOSTS).map(({ host }) => visible(host))
    const where = `${places.join(', ')}${others > 0 ? ` +${others}` : ''}`
    return {
      id: `app:${id}`,
      title: `Launch ${visible(name)}`,
      detail: genericName === null ? where : `${visible(genericName)} · ${where}`,
      isQuiet: !isFavourite,
      deed: { kind: 'launch-app', id, name },
    }
  })
}
