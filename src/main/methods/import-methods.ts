/** Taking hosts over from other tools' files: each is imported by the user's word, with a record of when and what. */
import { homedir } from 'node:os'
import type { Methods } from '../../shared/contract.ts'
import { AppError } from '../../shared/errors.ts'
import { addHost, setDefaultHost, setKey } from '../config/config-edits.ts'
import type { ConfigFile } from '../config/config-file.ts'
import { readImportSources } from '../config/import-sources.ts'
import type { Store } from '../store/store.ts'

export type ImportMethodsOptions = {
  config: ConfigFile
  store: Pick<Store, 'imports' | 'hosts'>
  env: NodeJS.ProcessEnv
  now(): number
}

export function importMethods({
  config,
  store,
  env,
  now,
}: ImportMethodsOptions): Pick<Methods, 'host.importable' | 'host.import'> {
  const offers = () =>
    readImportSources({ home: env.HOME ?? homedir(), sshConfig: env.DROVER_SSH_CONFIG ?? config.current.sshConfig })
  const isKnown = (name: string) => config.current.hosts.some(host => host.name === name)

  return {
    'host.importable': async () => ({
      sources: offers().map(({ source, path, hosts, skipped, error }) => ({
        source,
        path,
        hosts: hosts.map(host => ({ ...host, isKnown: isKnown(host.name) })),
        skipped,
        error: error?.message ?? null,
        importedAt: store.imports.lastImportedAt(source, path),
      })),
    }),
    'host.import': async ({ source, names }) => {
      const offer = offers().find(one => one.source === source)
      if (!offer) throw new AppError('NOT_FOUND', `There is no file of ${source} to take hosts over from`)
      if (offer.error) throw offer.error
      const { path, hosts, defaultHost } = offer
      const wanted = hosts.filter(host => names?.includes(host.name) ?? true)
      const added = wanted.filter(host => !isKnown(host.name))
      const skipped = [
        ...offer.skipped.filter(one => names?.includes(one.name) ?? true),
        ...wanted.filter(host => isKnown(host.name)).map(({ name }) => ({ name, why: 'there is a host of this name already' })),
        ...(names ?? [])
          .filter(name => ![...hosts, ...offer.skipped].some(host => host.name === name))
          .map(name => ({ name, why: `${path} has no such host` })),
      ]
      const addedNames = added.map(host => host.name)
      if (added.length > 0) {
        await config.edit(document => {
          for (const host of added) addHost(document, host)
          // What was the default there becomes ours where the user has not said otherwise.
          if (defaultHost !== null && addedNames.includes(defaultHost) && config.current.defaultHost === 'auto')
            setDefaultHost(document, defaultHost)
          // Who comes from beowulf has clients of it, and menu entries that call them.
          if (source === 'beowulf') setKey(document, 'beowulf_daemon', true)
        })
        for (const name of addedNames) store.hosts.update(name, { importedFrom: source })
      }
      store.imports.append({ source, path, importedAt: now(), names: addedNames })
      return { added: addedNames, skipped }
    },
  }
}
