/**
 * A host over the system's ssh, for what the ssh2 library cannot do. Sessions are shared out as with ssh2; each further group of
 * them has a master of its own. ssh passes on exit codes, but not the name of a signal: that is told as `UNKNOWN`.
 */
import type { Duplex } from 'node:stream'
import { ChannelSlots } from './channel-slots.ts'
import { type OpensshDeps, type OpensshMaster, type OpensshTarget, openMaster } from './openssh-master.ts'
import { closeOnAbort } from './ssh2-transport.ts'
import type { Channel, ExecOptions, Transport } from './transport.ts'

/** @throws {AppError} as `dial` does. */
export async function dialOpenssh(target: OpensshTarget, deps: OpensshDeps): Promise<OpensshTransport> {
  const first = await openMaster(target, deps)
  return new OpensshTransport(first, { host: target.name, openAnother: () => openMaster(target, deps) })
}

export class OpensshTransport implements Transport {
  readonly kind = 'openssh'
  readonly lost: Promise<Error>
  readonly #first: OpensshMaster
  readonly #slots: ChannelSlots<OpensshMaster>

  constructor(first: OpensshMaster, options: { host: string; openAnother(): Promise<OpensshMaster> }) {
    this.#first = first
    this.#slots = new ChannelSlots(first, options)
    this.lost = first.lost
    first.lost.then(() => this.#slots.close())
  }

  async exec(command: string, options: ExecOptions): Promise<Channel> {
    const channel = await this.#slots.open(options.lane, options.signal, master => master.exec(command, options))
    closeOnAbort(channel, options.signal)
    return channel
  }

  forward(target: { host: string; port: number }): Promise<Duplex> {
    return this.#first.forward(target)
  }

  async close(): Promise<void> {
    this.#slots.close()
    this.#first.close()
    await this.lost
  }
}
