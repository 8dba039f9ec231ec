/** Which of our hosts other tools' files mean when they pin an app to one. Pure. */
import type { NamedPin } from './import-beowulf-pins.ts'
import { leadsToThisMachine, type ThisMachine } from './this-machine.ts'

type KnownHost = { readonly name: string; readonly connection: string }
export type MeantPin = NamedPin & { why: null }
export type StrayPin = NamedPin & { why: string }

/** `host` as ours is called; or why there is none. `me` is for tests. */
export function meantPin({ app, host }: NamedPin, hosts: readonly KnownHost[], me?: ThisMachine): MeantPin | StrayPin {
  const meant = hostMeant(host, hosts, me)
  if (meant !== null) return { app, host: meant, why: null }
  return { app, host, why: `it is for ${host}, which is no host here. Add that, and take it over again` }
}

/** By its name; or, if it is called otherwise here, by where it is. */
function hostMeant(host: string, hosts: readonly KnownHost[], me?: ThisMachine): string | null {
  const named = hosts.find(({ name }) => name === host)
  if (named) return named.name
  if (leadsToThisMachine(host, me)) return 'local'
  const there = hosts.filter(({ connection }) => connection === host || placeOf(connection) === host)
  return there.length === 1 ? (there[0]?.name ?? null) : null
}

/** `[user@]host[:port]` without user and port. */
function placeOf(connection: string): string {
  const place = connection.slice(connection.lastIndexOf('@') + 1)
  return /^([^:]*):\d+$/.exec(place)?.[1] ?? place
}
