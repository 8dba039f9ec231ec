/**
 * All hosts of the config, each with its kept link. `local` is always among them. Owns the links and nothing of jobs.
 */
import { AppError } from '../../shared/errors.ts'
import { within } from '../within.ts'
import { HostLink, type LinkListener, type Live } from './host-link.ts'

export type HostDefinition = { readonly name: string; readonly connection: string }
export type HostsOptions = {
  open(host: HostDefinition): Promise<Live & { reason: string | null }>
  now(): number
  backoffMs(attempt: number): number
  listener: LinkListener
}

export const LOCAL: HostDefinition = { name: 'local', connection: 'local' }

export class Hosts {
  readonly #options: HostsOptions
  readonly #links = new Map<string, HostLink>()

  constructor(options: HostsOptions) {
    this.#options = options
  }

  /** Makes the links be those of `definitions` (and `local`), in their order: new ones are dialled, missing ones closed. Gives the names that went. */
  async set(definitions: readonly HostDefinition[]): Promise<string[]> {
    const wanted = new Map([LOCAL, ...definitions].map(host => [host.name, host]))
    const gone = [...this.#links.values()].filter(link => wanted.get(link.name)?.connection !== link.connection)
    for (const link of gone) this.#links.delete(link.name)
    for (const host of wanted.values()) {
      const link = this.#links.get(host.name) ?? this.#newLink(host)
      this.#links.delete(host.name) // Set again below: a Map keeps the order of insertion.
      this.#links.set(host.name, link)
    }
    await Promise.all(gone.map(link => link.close()))
    return gone.map(link => link.name).filter(name => !this.#links.has(name))
  }

  /** @throws {AppError} `NOT_FOUND`, naming the hosts there are. */
  get(name: string): HostLink {
    const link = this.#links.get(name)
    if (link) return link
    const names = [...this.#links.keys()].join(', ')
    throw new AppError('NOT_FOUND', `No host "${name}". Known hosts: ${names}. Add one with: drover host add USER@HOST -n NAME`)
  }

  has(name: string): boolean {
    return this.#links.has(name)
  }

  all(): HostLink[] {
    return [...this.#links.values()]
  }

  /** Waits until of every host something is known, be it that it cannot be reached; at most `timeoutMs`. */
  async settled(timeoutMs: number): Promise<void> {
    await within(Promise.all(this.all().map(link => link.settled)), timeoutMs, () => [])
  }

  /** After a sleep: links that look alive may be dead, and waiting ones need not wait. */
  wake(): void {
    for (const link of this.#links.values()) link.wake()
  }

  /** The clock by which times here are noted was set. */
  clockSet(byMs: number): void {
    for (const link of this.#links.values()) link.clockSet(byMs)
  }

  async close(): Promise<void> {
    await Promise.all(this.all().map(link => link.close()))
  }

  #newLink(host: HostDefinition): HostLink {
    const { open, now, backoffMs, listener } = this.#options
    const link = new HostLink({ ...host, open: () => open(host), now, backoffMs, listener })
    link.start()
    return link
  }
}
