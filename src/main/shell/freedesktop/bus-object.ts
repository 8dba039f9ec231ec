/** An object of ours on a message bus: what others may read of it and call on it, told in one table, and what it tells them. */
import type { MessageBus } from '@jellybrick/dbus-next'
import { AppError } from '../../../shared/errors.ts'

export type BusObject = {
  path: string
  interface: string
  properties: Readonly<Record<string, { signature: string; value(): unknown }>>
  /** What `run` gives is the answer: one value, or a list of them where `out` has several. It must not be a promise. */
  methods: Readonly<Record<string, { in: string; out: string; run(...input: never[]): unknown }>>
  /** Their signatures. */
  signals: Readonly<Record<string, string>>
}
export type ServedObject = { tell(signal: string, ...body: unknown[]): void }

/** `onMistake` is told of what a method threw; its caller only hears that it did not work. */
export async function serveObject(
  bus: Pick<MessageBus, 'export' | 'send'>,
  { path, interface: name, properties, methods, signals }: BusObject,
  onMistake: (error: unknown, method: string) => void,
): Promise<ServedObject> {
  const { interface: service, DBusError, Message } = await import('@jellybrick/dbus-next')
  class Served extends service.Interface {}
  const own = (member: string, how: PropertyDescriptor) => Object.defineProperty(Served.prototype, member, how)
  for (const [member, { value }] of Object.entries(properties)) own(member, { get: value })
  for (const [member, { run }] of Object.entries(methods)) {
    const guarded = (...input: never[]) => {
      try {
        return run(...input)
      } catch (error) {
        // Whoever asks for what there is not may do so often, and is no news.
        if (error instanceof AppError) throw new DBusError('org.freedesktop.DBus.Error.InvalidArgs', error.message)
        onMistake(error, `${name}.${member}`)
        // The library would send a stack to whoever called.
        throw new DBusError('org.freedesktop.DBus.Error.Failed', 'It did not work')
      }
    }
    own(member, { value: guarded })
  }
  for (const member of Object.keys(signals)) own(member, { value: () => undefined, writable: true }) // The library puts its own there.
  Served.configureMembers({
    properties: mapped(properties, ({ signature }) => ({ signature, access: 'read' as const })),
    methods: mapped(methods, ({ in: inSignature, out: outSignature }) => ({ inSignature, outSignature })),
    signals: mapped(signals, signature => ({ signature })),
  })
  const served = new Served(name)
  // Its constructor (of 0.11.3) hides what was configured behind fields of its own that hold nothing.
  const { $properties, $methods, $signals } = Served.prototype
  Object.assign(served, { $properties, $methods, $signals })
  bus.export(path, served)
  return {
    tell: (signal, ...body) => bus.send(Message.newSignal(path, name, signal, signals[signal] ?? '', body)),
  }
}

function mapped<From, To>(table: Readonly<Record<string, From>>, make: (from: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(table).map(([key, value]) => [key, make(value)]))
}
