/** A host as clients see it, put together from its link, the config and the store. */
import type { HostView, TransportKind } from '../../shared/domain.ts'
import { toErrorBody } from '../../shared/errors.ts'
import type { HostLink } from '../hosts/host-link.ts'

export type HostFacts = {
  defaultHost: string
  runningJobs: number
  importedFrom: string | null
  tags: readonly string[]
  isDrained: boolean
  playsSound: boolean
  rememberedTransport: TransportKind | null
}

export function hostView(link: HostLink, facts: HostFacts): HostView {
  const { state, since, error, retryAt, transportReason } = link.status
  const info = link.live?.agent.info
  return {
    name: link.name,
    connection: link.connection,
    isDefault: facts.defaultHost === link.name,
    state,
    since,
    error: error && toErrorBody(error),
    retryAt,
    transport: link.live?.transport.kind ?? facts.rememberedTransport,
    transportReason,
    cpus: info?.cpus ?? null,
    arch: info?.arch ?? null,
    hasGpu: info?.hasGpu ?? null,
    tags: facts.tags,
    isDrained: facts.isDrained,
    playsSound: facts.playsSound,
    tools: info ? { tmux: info.tmux, rsync: info.rsync } : null,
    sample: link.sample,
    runningJobs: facts.runningJobs,
    importedFrom: facts.importedFrom,
  }
}
