/**
 * A host over the ssh2 library: the control channel and short commands on the connection it was dialled by, all that lasts on
 * further ones. It is lost when the first is; should another break, only that one's channels end.
 */
import type { Duplex } from 'node:stream'
import { ChannelSlots } from './channel-slots.ts'
import type { Ssh2Connection } from './ssh2-connection.ts'
import type { Channel, ExecOptions, Transport } from './transport.ts'

export class Ssh2Transport implements Transport {
  readonly kind = 'ssh2'
  readonly lost: Promise<Error>
  readonly #first: Ssh2Connection
  readonly #slots: ChannelSlots<Ssh2Connection>

  constructor(first: Ssh2Connection, options: { host: string; openAnother(): Promise<Ssh2Connection>; idleMs?: number }) {
    this.#first = first
    this.#slots = new ChannelSlots(first, options)
    this.lost = first.lost
    first.lost.then(() => this.#slots.close())
  }

  async exec(command: string, options: ExecOptions): Promise<Channel> {
    const channel = await this.#slots.open(options.lane, options.signal, connection => connection.exec(command, options))
    closeOnAbort(channel, options.signal)
    return channel
  }

  /** sshd does not count forwards as sessions, so they need no slot. */
  forward(target: { host: string; port: number }): Promise<Duplex> {
    return this.#first.forward(target)
  }

  /** Connections open or opening now. */
  get connections(): number {
    return this.#slots.size
  }

  async close(): Promise<void> {
    this.#slots.close()
    this.#first.close()
  }
}

export function closeOnAbort(channel: Channel, signal: AbortSignal | undefined): void {
  if (!signal) return
  const close = () => channel.close()
  signal.addEventListener('abort', close, { once: true })
  channel.end.finally(() => signal.removeEventListener('abort', close))
  if (signal.aborted) close()
}
