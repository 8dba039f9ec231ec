/** Taking hosts, and pins of apps to them, over from other tools' files: by the user's word, with a record of when and what. */
import { homedir } from 'node:os'
import type { Methods } from '../../shared/contract.ts'
import { AppError } from '../../shared/errors.ts'
import { addHost, setDefaultHost, setKey } from '../config/config-edits.ts'
import type { ConfigFile } from '../config/config-file.ts'
import { type ImportOffer, readImportSources } from '../config/import-sources.ts'
import { meantPin } from '../config/named-pins.ts'
import { setPin } from '../config/rule-edits.ts'
import type { Store } from '../store/store.ts'

export type ImportMethodsOptions = {
  config: ConfigFile
  store: Pick<Store, 'imports' | 'hosts'>
  env: NodeJS.ProcessEnv
  now(): number
}
type Skipped = { name: string; why: string }

export function importMethods({
  config,
  store,
  env,
  now,
}: ImportMethodsOptions): Pick<Methods, 'host.importable' | 'host.import'> {
  const offers = () =>
    readImportSources({ home: env.HOME ?? homedir(), sshConfig: env.DROVER_SSH_CONFIG ?? config.current.sshConfig })
  const isKnown = (name: string) => config.current.hosts.some(host => host.name === name)
  const pinnedTo = (app: string) => config.current.rules.find(({ pattern, pin }) => pattern === app && pin !== null)?.pin?.host
  /** Where the pins lead once `added` are hosts. */
  const meantPins = (pins: ImportOffer['pins'], added: ImportOffer['hosts']) =>
    pins.map(pin => meantPin(pin, [...config.current.hosts, ...added]))

  return {
    'host.importable': async () => ({
      sources: offers().map(({ source, path, hosts, pins, skipped, error }) => {
        const meant = meantPins(
          pins,
          hosts.filter(host => !isKnown(host.name)),
        )
        return {
          source,
          path,
          hosts: hosts.map(host => ({ ...host, isKnown: isKnown(host.name) })),
          pins: meant.flatMap(({ app, host, why }) =>
            why === null ? [{ app, host, isKnown: pinnedTo(app) !== undefined }] : [],
          ),
          skipped: [...skipped, ...strays(meant)],
          error: error?.message ?? null,
          importedAt: store.imports.lastImportedAt(source, path),
        }
      }),
    }),
    'host.import': async ({ source, names, pins: apps }) => {
      const offer = offers().find(one => one.source === source)
      if (!offer) throw new AppError('NOT_FOUND', `There is no file of ${source} to take hosts over from`)
      if (offer.error) throw offer.error
      const { path, hosts, defaultHost } = offer
      const wanted = hosts.filter(host => names?.includes(host.name) ?? true)
      const added = wanted.filter(host => !isKnown(host.name))
      const addedNames = added.map(host => host.name)
      const isWanted = ({ app, host }: { app: string; host: string }) => apps?.includes(app) ?? names?.includes(host) ?? true
      const meant = meantPins(offer.pins.filter(isWanted), added)
      const pins = meant.filter(({ app, why }) => why === null && pinnedTo(app) === undefined)
      const skipped: Skipped[] = [
        ...offer.skipped.filter(one => names?.includes(one.name) ?? true),
        ...wanted.filter(host => isKnown(host.name)).map(({ name }) => ({ name, why: 'there is a host of this name already' })),
        ...(names ?? [])
          .filter(name => ![...hosts, ...offer.skipped].some(host => host.name === name))
          .map(name => ({ name, why: `${path} has no such host` })),
        ...strays(meant),
        ...meant.flatMap(({ app, why }) => {
          const host = why === null ? pinnedTo(app) : undefined
          return host === undefined ? [] : [{ name: app, why: `it is pinned to ${host} already` }]
        }),
      ]
      if (added.length > 0 || pins.length > 0) {
        await config.edit(document => {
          for (const host of added) addHost(document, host)
          for (const { app, host } of pins)
            setPin(document, { kind: 'app', pattern: app }, { host, fallback: 'none', until: null })
          // What was the default there becomes ours where the user has not said otherwise.
          if (defaultHost !== null && addedNames.includes(defaultHost) && config.current.defaultHost === 'auto')
            setDefaultHost(document, defaultHost)
          // Who comes from beowulf has clients of it, and menu entries that call them.
          if (source === 'beowulf') setKey(document, 'beowulf_daemon', true)
        })
        for (const name of addedNames) store.hosts.update(name, { importedFrom: source })
      }
      store.imports.append({ source, path, importedAt: now(), names: addedNames })
      return { added: addedNames, pinned: pins.map(({ app, host }) => ({ app, host })), skipped }
    },
  }
}

function strays(pins: readonly { app: string; why: string | null }[]): Skipped[] {
  return pins.flatMap(({ app, why }) => (why === null ? [] : [{ name: app, why }]))
}
