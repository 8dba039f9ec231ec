/** What clients may ask of folders that are dropped on a page: each method of the contract that begins with `drop.`. */
import type { Methods } from '../../shared/contract.ts'
import type { Drops } from '../jobs/drops/drops.ts'

export function dropMethods(drops: Drops): Pick<Methods, Extract<keyof Methods, `drop.${string}`>> {
  return {
    'drop.begin': request => drops.begin(request),
    'drop.names': async ({ dropId, from, entries }) => {
      drops.addNames(dropId, { from, entries })
      return null
    },
    'drop.decide': ({ dropId }) => drops.decide(dropId),
    'drop.wanted': ({ dropId, after }) => drops.listWanted(dropId, after),
    'drop.finish': ({ dropId }) => drops.finish(dropId),
    'drop.cancel': async ({ dropId }) => {
      drops.cancel(dropId)
      return null
    },
  }
}
