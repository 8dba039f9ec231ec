/**
 * Opens a host for its link: the transport that works for it, and its agent on that. Owns what all hosts share: jump hosts, opened
 * keys, what is known of host keys. What it learns of a host (which transport and why, how far its events were read) it remembers.
 * What speaks ssh is loaded with the first host that needs it: nobody is to wait for that as the core starts.
 */
import type { TrustOffer } from '../../shared/contract.ts'
import { AppError } from '../../shared/errors.ts'
import type { WatchedClock } from '../clock.ts'
import type { Log } from '../log.ts'
import { agentScriptUrl } from '../resources.ts'
import type { HostTable } from '../store/host-table.ts'
import { openAgent } from './agent-client.ts'
import { type AgentProgram, readAgentProgram } from './agent-install.ts'
import type { DialDeps, Dialled, DialTarget } from './dial.ts'
import { HopPool } from './hop-pool.ts'
import type { HostLink, Live } from './host-link.ts'
import type { HostDefinition } from './hosts.ts'
import { KeyVault } from './key-vault.ts'
import { KnownHosts } from './known-hosts.ts'
import { LocalTransport } from './local-transport.ts'
import { resolveSshHost } from './ssh-config.ts'
import type { SshSettings } from './ssh-tools.ts'
import type { Transport } from './transport.ts'

export type HostDiallerOptions = { settings: SshSettings; owner: string; hosts: HostTable; clock: WatchedClock; log: Log }

export class HostDialler {
  readonly vault = new KeyVault()
  readonly #options: HostDiallerOptions
  readonly #program: AgentProgram
  readonly #deps: DialDeps
  readonly #hops: HopPool

  private constructor(options: HostDiallerOptions, program: AgentProgram) {
    this.#options = options
    this.#program = program
    this.#hops = new HopPool({
      dial: async ({ connection, jumps }) => (await this.#dialSsh({ name: connection, connection, jumps })).transport,
    })
    const { settings } = options
    this.#deps = { settings, vault: this.vault, knownHosts: new KnownHosts(settings), viaHop: hop => this.#hops.via(hop) }
  }

  static async create(options: HostDiallerOptions): Promise<HostDialler> {
    return new HostDialler(options, await readAgentProgram(agentScriptUrl))
  }

  /** The ssh config to go by, as `ssh -F` takes it, for all dials from now on. */
  setConfigPath(path: string | null): void {
    this.#options.settings.configPath = path
  }

  async open(host: HostDefinition): Promise<Live & { reason: string | null }> {
    const startedAt = performance.now()
    const { transport, reason } = await this.#dial(host)
    const { log, hosts, clock, owner } = this.#options
    try {
      const { eventGeneration, eventOffset } = hosts.get(host.name)
      const agent = await openAgent(transport, {
        program: this.#program,
        host: host.name,
        owner,
        clock,
        eventOffset: eventGeneration === null ? null : `${eventGeneration}:${eventOffset}`,
        onViolation: error => log.warning('dropped what no agent sends', { host: host.name, error: error.message }),
      })
      log.info('connected', { host: host.name, transport: transport.kind, tookMs: Math.round(performance.now() - startedAt) })
      hosts.update(host.name, { transport: transport.kind, transportReason: reason, lastSeenAt: clock.now() })
      agent.lost.then(error => {
        const [generation = null, offset] = agent.eventOffset.split(':')
        if (this.#isClosed) return
        hosts.update(host.name, { eventGeneration: generation, eventOffset: Number(offset), lastSeenAt: clock.now() })
        log.info('lost', { host: host.name, error: error.message })
      })
      return { transport, agent, reason }
    } catch (error) {
      await transport.close()
      throw error
    }
  }

  readonly resolve = (connection: string) => resolveSshHost(connection, this.#options.settings)

  /** Without a fingerprint only says what the host offers; with one it accepts exactly that key. */
  readonly trust = async ({ name, connection }: HostLink, fingerprint: string | null): Promise<TrustOffer> => {
    const { trustHost } = await loaded(import('./trust.ts'))
    return trustHost({ name, connection, fingerprint }, this.#deps)
  }

  #isClosed = false

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#hops.close()
  }

  async #dial({ name, connection }: HostDefinition): Promise<{ transport: Transport; reason: string | null }> {
    if (name === 'local') return { transport: new LocalTransport(this.#options.settings.env), reason: null }
    const { transport, transportReason } = this.#options.hosts.get(name)
    return this.#dialSsh({ name, connection, rememberedReason: transport === 'openssh' ? transportReason : null })
  }

  async #dialSsh(target: DialTarget): Promise<Dialled> {
    const { dial } = await loaded(import('./dial.ts'))
    return dial(target, this.#deps)
  }
}

/** Programs that were built anew while a core ran from them are not those that it began with. */
async function loaded<T>(module: Promise<T>): Promise<T> {
  try {
    return await module
  } catch (cause) {
    throw new AppError('INTERNAL', 'Drover was replaced while its core ran. Start the core anew: drover daemon restart', {
      cause,
    })
  }
}
