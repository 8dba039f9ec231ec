/**
 * Jump hosts, each connected once however many hosts are behind it. A hop that nobody needs any more is let go after a while.
 */
import type { Duplex } from 'node:stream'
import type { Hop } from './dial-ssh2.ts'
import type { Transport } from './transport.ts'

const IDLE_MS = 60_000

type Entry = { transport: Promise<Transport>; streams: number; idleTimer: NodeJS.Timeout | null }

export class HopPool {
  readonly #dial: (hop: Hop) => Promise<Transport>
  readonly #idleMs: number
  readonly #entries = new Map<string, Entry>()

  constructor(options: { dial(hop: Hop): Promise<Transport>; idleMs?: number }) {
    this.#dial = options.dial
    this.#idleMs = options.idleMs ?? IDLE_MS
  }

  /** The hop's transport, whose `forward` keeps it alive as long as what goes through it. */
  async via(hop: Hop): Promise<Transport> {
    const key = [...hop.jumps, hop.connection].join(',')
    const entry = this.#entries.get(key) ?? this.#add(key, hop)
    const transport = await entry.transport
    this.#touch(key, entry)
    return {
      kind: transport.kind,
      lost: transport.lost,
      exec: (command, options) => transport.exec(command, options),
      forward: target => this.#counted(key, entry, () => forward(transport, target)),
      close: async () => undefined, // It is not the borrower's to close.
    }
  }

  /** Hops connected or connecting now. */
  get size(): number {
    return this.#entries.size
  }

  async close(): Promise<void> {
    const entries = [...this.#entries.values()]
    this.#entries.clear()
    await Promise.all(entries.map(closeEntry))
  }

  #add(key: string, hop: Hop): Entry {
    const entry: Entry = { transport: this.#dial(hop), streams: 0, idleTimer: null }
    this.#entries.set(key, entry)
    const forget = () => this.#entries.get(key) === entry && this.#entries.delete(key)
    entry.transport.then(transport => transport.lost.then(forget), forget)
    return entry
  }

  /** The hop is in use from the asking on: it is not to go while the stream is being opened. */
  async #counted(key: string, entry: Entry, open: () => Promise<Duplex>): Promise<Duplex> {
    entry.streams += 1
    const done = () => {
      entry.streams -= 1
      this.#touch(key, entry)
    }
    try {
      return (await open()).once('close', done)
    } catch (error) {
      done()
      throw error
    }
  }

  #touch(key: string, entry: Entry): void {
    if (entry.idleTimer) clearTimeout(entry.idleTimer)
    entry.idleTimer = setTimeout(() => {
      if (entry.streams > 0 || this.#entries.get(key) !== entry) return
      this.#entries.delete(key)
      closeEntry(entry)
    }, this.#idleMs).unref()
  }
}

async function forward(transport: Transport, target: { host: string; port: number }): Promise<Duplex> {
  if (!transport.forward) throw new TypeError('A hop is no local transport')
  return transport.forward(target)
}

async function closeEntry(entry: Entry): Promise<void> {
  if (entry.idleTimer) clearTimeout(entry.idleTimer)
  await entry.transport.then(
    transport => transport.close(),
    () => undefined, // It never came up.
  )
}
