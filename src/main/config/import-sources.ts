/**
 * What other tools' files offer to be imported: hosts of ~/.ssh/config, ~/.beowulf/hosts and ~/.config/p/config.yaml, and beowulf's pins
 * of apps to hosts. They are only read. A file with a mistake in it offers nothing, and says where the mistake is. Nothing here decides
 * what is imported.
 */
import type { z } from 'zod'
import { Connection, HostName } from '../../shared/contract.ts'
import { AppError } from '../../shared/errors.ts'
import { readUserText } from './config-text.ts'
import { beowulfHosts } from './import-beowulf.ts'
import { type BeowulfPins, beowulfPins, type NamedPin } from './import-beowulf-pins.ts'
import { pWorkers } from './import-p.ts'
import { sshConfigHosts } from './import-ssh-config.ts'
import type { NamedHost } from './named-host.ts'
import { RESERVED_NAMES } from './schema.ts'
import { isThisMachine, leadsToThisMachine, type ThisMachine } from './this-machine.ts'

export type ImportSource = 'ssh-config' | 'beowulf' | 'p'
export type ImportOffer = {
  source: ImportSource
  path: string
  hosts: { name: string; connection: string }[]
  /** Apps and the hosts they are always to be on, as the files name them. */
  pins: NamedPin[]
  /** Of the files' hosts and settings, those that cannot be ours. */
  skipped: { name: string; why: string }[]
  /** The one of `hosts` that the other tool used when none was named. */
  defaultHost: string | null
  /** What is wrong with the file; it then offers nothing. */
  error: AppError | null
}
export type ImportPlaces = {
  readonly home: string
  /** In place of ~/.ssh/config. */
  readonly sshConfig?: string | null
  /** For tests. */
  readonly me?: ThisMachine
}

/** One offer for each of the files that is there. */
export function readImportSources(places: ImportPlaces): ImportOffer[] {
  const { home } = places
  const sshConfig = places.sshConfig ?? `${home}/.ssh/config`
  const offers = [
    offer(places, 'ssh-config', sshConfig, text => ({ hosts: sshConfigHosts(sshConfig, text, home) })),
    beowulfOffer(places),
    offer(places, 'p', `${home}/.config/p/config.yaml`, (text, path) => pWorkers(path, text)),
  ]
  return offers.filter(one => one !== null)
}

/** Its pins stand in a file of their own, and what is wrong with that says nothing of the hosts. */
function beowulfOffer(places: ImportPlaces): ImportOffer | null {
  const folder = `${places.home}/.beowulf`
  const path = `${folder}/beowulfdrc`
  const hosts = offer(places, 'beowulf', `${folder}/hosts`, (text, from) => ({ hosts: beowulfHosts(from, text) }))
  const read = readPins(path)
  if (read === null || (hosts !== null && hosts.error !== null)) return hosts
  const { pins, skipped } = read
  const alone = { source: 'beowulf' as const, path, hosts: [], skipped: [], defaultHost: null, error: null }
  return { ...(hosts ?? alone), pins, skipped: [...(hosts?.skipped ?? []), ...skipped] }
}

function readPins(path: string): BeowulfPins | null {
  try {
    const text = readUserText(path)
    return text === null ? null : beowulfPins(path, text)
  } catch (error) {
    if (error instanceof AppError) return { pins: [], skipped: [{ name: 'beowulfdrc', why: error.message }] }
    throw error
  }
}

function offer(
  { me }: ImportPlaces,
  source: ImportSource,
  path: string,
  parse: (text: string, path: string) => { hosts: NamedHost[]; defaultName?: string | null },
): ImportOffer | null {
  const nothing = { source, path, hosts: [], pins: [], skipped: [], defaultHost: null }
  try {
    const text = readUserText(path)
    if (text === null) return null
    const { hosts: named, defaultName = null } = parse(text, path)
    const { hosts, skipped } = sort(named, me)
    const defaultHost = hosts.find(host => host.name === defaultName)?.name ?? null
    return { source, path, hosts, pins: [], skipped, defaultHost, error: null }
  } catch (error) {
    if (error instanceof AppError) return { ...nothing, error }
    throw error
  }
}

function sort(named: readonly NamedHost[], me: ThisMachine | undefined): Pick<ImportOffer, 'hosts' | 'skipped'> {
  const taken = new Map<string, NamedHost>()
  const skipped: ImportOffer['skipped'] = []
  for (const host of named) {
    const first = taken.get(host.name)
    const why = first ? `it stands there twice: ${first.place} and ${host.place}` : unfitness(host, me)
    if (why === null) taken.set(host.name, host)
    else skipped.push({ name: host.name.slice(0, 100), why })
  }
  return { hosts: [...taken.values()].map(({ name, connection }) => ({ name, connection })), skipped }
}

function unfitness({ name, connection }: NamedHost, me: ThisMachine | undefined): string | null {
  if (leadsToThisMachine(connection, me)) return 'it is this machine, which is always there as local'
  if (isThisMachine(name, me)) return `${name} is this machine's own name; add it with: drover host add ${connection} -n NAME`
  if (RESERVED_NAMES.includes(name)) return `${name} is a name of Drover itself`
  return refusal(HostName, name) ?? refusal(Connection, connection)
}

function refusal(schema: z.ZodType, value: string): string | null {
  return schema.safeParse(value).error?.issues[0]?.message ?? null
}
