/** Somebody on a message bus who asks what a test wants to know, and writes down what is told there. */
import type { EventEmitter } from 'node:events'
import { Message, MessageType, sessionBus } from '@jellybrick/dbus-next'
import { onTestFinished } from 'vitest'
import { within } from './wait.ts'

export type BusClient = {
  /** The whole answer. @throws {Error} of the other side. */
  call(destination: string, path: string, member: string, signature?: string, body?: unknown[]): Promise<unknown[]>
  /** Names that are taken, without those of connections. */
  names(): Promise<string[]>
  /** Signals from here on, by their names: those of this path. */
  listen(path: string): Promise<string[]>
  /** To take a name, and to be asked by it. */
  own(name: string): Promise<void>
}

/** `member` is `interface.Member`. */
export function connectClient(address: string): BusClient {
  const bus = sessionBus({ busAddress: address })
  ;(bus as EventEmitter).on('error', () => undefined) // It goes with its bus.
  onTestFinished(() => bus.disconnect())
  const call: BusClient['call'] = async (destination, path, member, signature = '', body = []) => {
    const at = member.lastIndexOf('.')
    const message = { destination, path, interface: member.slice(0, at), member: member.slice(at + 1), signature, body }
    const answer = await within(bus.call(new Message(message)), {
      timeoutMs: 15_000,
      what: `the answer to ${member} of ${destination}`,
    })
    return answer?.body ?? []
  }
  const daemon = (member: string, signature = '', body: unknown[] = []) =>
    call('org.freedesktop.DBus', '/org/freedesktop/DBus', `org.freedesktop.DBus.${member}`, signature, body)
  return {
    call,
    names: async () => ((await daemon('ListNames'))[0] as string[]).filter(name => !name.startsWith(':')),
    listen: async path => {
      const heard: string[] = []
      bus.on('message', message => {
        if (message.type === MessageType.SIGNAL && message.path === path) heard.push(message.member)
      })
      await daemon('AddMatch', 's', [`type='signal',path='${path}'`])
      return heard
    },
    own: async name => void (await bus.requestName(name, 0)),
  }
}
