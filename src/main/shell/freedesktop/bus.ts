/** A connection to a message bus, as the rooms beside this file use one: questions that are answered or fail, signals, and objects of ours. */
import type { EventEmitter } from 'node:events'
import type { Message } from '@jellybrick/dbus-next'
import { AppError } from '../../../shared/errors.ts'
import { within } from '../../within.ts'
import { type BusObject, type ServedObject, serveObject } from './bus-object.ts'

export type Question = {
  path: string
  interface: string
  member: string
  signature?: string
  body?: unknown[]
  destination?: string
  /** Asked only if it runs already: nothing is started for it. */
  noStart?: boolean
}
export type Bus = {
  /** The first value of the answer. @throws {Error} of the other side; that the bus is lost; `TIMEOUT`. */
  ask(question: Question): Promise<unknown>
  /** Signals that this rule describes reach `onSignal` from here on. */
  match(rule: string): Promise<void>
  /** For others to find from here on. */
  serve(object: BusObject): Promise<ServedObject>
  disconnect(): void
}

export type BusOptions = {
  address: string
  onSignal(signal: Message): void
  /** It is gone, or says nothing that can be understood. */
  onLost?(error: Error): void
  /** What somebody asked of an object of ours ended in an error. */
  onMistake?(error: unknown, method: string): void
}

/** A bus that is gone does not say so: what is asked of it is never answered. */
const ANSWER_MS = 5_000
const DAEMON = { path: '/org/freedesktop/DBus', interface: 'org.freedesktop.DBus' }

export async function connectBus({ address, onSignal, onLost, onMistake }: BusOptions): Promise<Bus> {
  // Loaded by those who have a bus.
  const { sessionBus, Message, MessageFlag } = await import('@jellybrick/dbus-next')
  const bus = sessionBus({ busAddress: address })
  const lost = Promise.withResolvers<never>()
  lost.promise.catch(() => undefined) // It may come when nobody asks.
  // Its types leave out what it tells of the connection.
  const gone = (error: Error) => {
    lost.reject(error)
    onLost?.(error)
  }
  ;(bus as EventEmitter).on('error', gone)
  // Nor does it tell that the other side has closed it.
  ;(bus as unknown as { _connection: EventEmitter })._connection.on('end', () => gone(new Error('The message bus is gone')))
  bus.on('message', onSignal)
  const ask = async ({ noStart = false, ...question }: Question) => {
    const flags = noStart ? MessageFlag.NO_AUTO_START : 0
    const answer = bus.call(new Message({ destination: question.interface, flags, ...question }))
    const answered = within(answer, ANSWER_MS, () => {
      throw new AppError('TIMEOUT', `The message bus did not answer ${question.member} in ${ANSWER_MS / 1000} s`)
    })
    return (await Promise.race([lost.promise, answered]))?.body[0]
  }
  return {
    ask,
    match: async rule => void (await ask({ ...DAEMON, member: 'AddMatch', signature: 's', body: [rule] })),
    serve: object => serveObject(bus, object, onMistake ?? (() => undefined)),
    disconnect: () => bus.disconnect(),
  }
}

/** The connection that has this name now: the sender of whatever comes from there. @throws {Error} if nobody has it. */
export async function ownerOf(bus: Pick<Bus, 'ask'>, name: string): Promise<unknown> {
  return await bus.ask({ ...DAEMON, member: 'GetNameOwner', signature: 's', body: [name] })
}
