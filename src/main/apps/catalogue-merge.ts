/**
 * The apps of all hosts as one list: what is the same app on several hosts is one app. Pure.
 *
 * The same app has the same id; or ids that differ only by where it comes from (`firefox`, `org.mozilla.firefox`, `firefox_firefox`)
 * and the same program. Two that lie on one host are two, whatever they are called: there a person can choose.
 */
import type { DesktopEntry } from '../../shared/app.ts'
import type { AppRow } from '../store/app-table.ts'
import { execProgram } from './exec-line.ts'

/** An app as it is on one host. */
export type AppVariant = { host: string; id: string; path: string; entry: DesktopEntry }
/** `variants` in the order of the hosts: the first gives name and icon. */
export type CatalogueApp = { id: string; variants: readonly AppVariant[] }

/** `hosts`: in the order that counts where hosts differ; rows of others are left out. */
export function mergeApps(rows: readonly AppRow[], hosts: readonly string[]): CatalogueApp[] {
  const order = new Map(hosts.map((host, index) => [host, index]))
  const variants = rows
    .flatMap(({ entry, isMissing, ...row }): AppVariant[] =>
      entry === null || isMissing || !order.has(row.host) ? [] : [{ host: row.host, id: row.id, path: row.path, entry }],
    )
    .toSorted((a, b) => (order.get(a.host) ?? 0) - (order.get(b.host) ?? 0) || (a.id < b.id ? -1 : 1))
  const byId = Map.groupBy(variants, variant => variant.id)
  const kindred = Map.groupBy(byId.keys(), id => kinship(id, byId.get(id)?.[0]))
  return [...kindred.values()].flatMap(ids => {
    const all = ids.flatMap(id => byId.get(id) ?? [])
    const isOne = new Set(all.map(({ host }) => host)).size === all.length
    if (!isOne) return ids.map(id => ({ id, variants: byId.get(id) ?? [] }))
    return [{ id: plainest(ids, byId), variants: sorted(all, order) }]
  })
}

/** The same for ids of the same app. The program counts as well: the last word alone, as `settings`, is that of many. */
function kinship(id: string, variant: AppVariant | undefined): string {
  const program = variant ? programOf(variant.entry.exec) : null
  if (program === null) return `id ${id}`
  const name = id.toLowerCase().split(/[._]/).at(-1) ?? ''
  const withoutVendor = name.slice(name.indexOf('-') + 1)
  return `program ${withoutVendor === program ? program : name} ${program}`
}

/** What a sandbox's own program starts, or the program itself. */
export function programOf(exec: string): string | null {
  const inFlatpak = /\s--command=([A-Za-z0-9._-]{1,100})/.exec(exec)?.[1]
  return (inFlatpak ?? execProgram(exec))?.toLowerCase() ?? null
}

/** The id that most hosts have; of those the shortest. It is what the app is kept by, so ties are settled for good. */
function plainest(ids: readonly string[], byId: ReadonlyMap<string, readonly AppVariant[]>): string {
  const count = (id: string) => byId.get(id)?.length ?? 0
  const [best = ''] = ids.toSorted((a, b) => count(b) - count(a) || a.length - b.length || (a < b ? -1 : 1))
  return best
}

function sorted(variants: readonly AppVariant[], order: ReadonlyMap<string, number>): AppVariant[] {
  return variants.toSorted((a, b) => (order.get(a.host) ?? 0) - (order.get(b.host) ?? 0))
}
