/**
 * Notifications by the desktop's own service, over D-Bus (Desktop Notifications Specification 1.2). It owns the connection to the session
 * bus, which is made with the first notification and again after a loss, or when another service came; where there is no bus or no
 * service nothing is shown.
 */
import type { Message } from '@jellybrick/dbus-next'
import { AppError } from '../../../shared/errors.ts'
import { NOTICE_ACTIONS, type Notice, type NoticeAction } from '../notice.ts'
import type { ShellOptions } from '../shell.ts'
import { type Bus, connectBus, ownerOf } from './bus.ts'

export type NotificationBusOptions = Pick<ShellOptions, 'onAction' | 'log'> & {
  /** Of the session bus; undefined where there is none. */
  address(): string | undefined
}

const SERVICE = 'org.freedesktop.Notifications'
const PATH = '/org/freedesktop/Notifications'
const DAEMON = 'org.freedesktop.DBus'
/** Of those that are shown or were; older ones are not answered any more. */
const MAX_SHOWN = 200
const NORMAL = 1
const CRITICAL = 2

type Connected = Bus & { hasMarkup: boolean; hasActions: boolean /** Of the service, on the bus. */; owner: unknown }
/** `shown`: by the service's numbers, which another service counts anew. */
type Connection = { address: string; shown: Map<number, Notice>; opened: Promise<Connected> }

export class NotificationBus {
  readonly #options: NotificationBusOptions
  #connection: Connection | undefined

  constructor(options: NotificationBusOptions) {
    this.#options = options
  }

  /** Never fails: what cannot be shown is logged. */
  async show(notice: Notice): Promise<void> {
    const address = this.#options.address()
    if (address === undefined) return
    if (this.#connection && this.#connection.address !== address) this.close()
    const kept = this.#connection
    try {
      await this.#showBy(kept ?? this.#connect(address), notice).catch(async error => {
        // A connection of long ago may be gone without a word. One that does not answer may have shown it all the same.
        if (!kept || isTimeout(error)) throw error
        await this.#showBy(this.#connect(address), notice)
      })
    } catch (error) {
      this.#options.log('a notification could not be shown', { error: String(error) })
    }
  }

  close(): void {
    if (this.#connection) this.#drop(this.#connection)
  }

  async #showBy(connection: Connection, notice: Notice): Promise<void> {
    try {
      const id = await notify(await connection.opened, notice)
      connection.shown.set(id, notice)
      for (const old of [...connection.shown.keys()].slice(0, -MAX_SHOWN)) connection.shown.delete(old)
    } catch (error) {
      this.#drop(connection)
      throw error
    }
  }

  #connect(address: string): Connection {
    // Another may have come first, as this one fails.
    if (this.#connection) return this.#connection
    const opened = Promise.withResolvers<Connected>()
    const connection: Connection = { address, shown: new Map(), opened: opened.promise }
    this.#connection = connection
    opened.resolve(this.#open(connection))
    return connection
  }

  async #open(connection: Connection): Promise<Connected> {
    let connected: Connected | undefined
    const bus = await connectBus({
      address: connection.address,
      onSignal: signal => connected && this.#heard(signal, connection, connected),
      onLost: () => this.#drop(connection),
    })
    try {
      await bus.match(`type='signal',sender='${SERVICE}',path='${PATH}',interface='${SERVICE}'`)
      await bus.match(`type='signal',sender='${DAEMON}',interface='${DAEMON}',member='NameOwnerChanged',arg0='${SERVICE}'`)
      const capabilities = (await bus.ask({ path: PATH, interface: SERVICE, member: 'GetCapabilities' })) as string[]
      const owner = await ownerOf(bus, SERVICE)
      connected = { ...bus, owner, hasMarkup: capabilities.includes('body-markup'), hasActions: capabilities.includes('actions') }
      return connected
    } catch (error) {
      bus.disconnect()
      throw error
    }
  }

  /** Anybody on the bus may send us a signal: those of the service bear its name there, those of the bus the bus's. */
  #heard({ interface: from, sender, member, body }: Message, connection: Connection, { owner }: Connected): void {
    if (sender === DAEMON && member === 'NameOwnerChanged' && body[0] === SERVICE && body[2] !== owner) this.#drop(connection)
    if (from !== SERVICE || sender !== owner) return
    const [id, action] = body as [number, string]
    const notice = connection.shown.get(id)
    if (member === 'NotificationClosed') connection.shown.delete(id)
    else if (member === 'ActionInvoked' && notice && Object.hasOwn(NOTICE_ACTIONS, action))
      this.#options.onAction(action as NoticeAction, notice)
  }

  #drop(connection: Connection): void {
    if (this.#connection === connection) this.#connection = undefined
    connection.opened.then(
      bus => bus.disconnect(),
      () => undefined, // There is nothing to close.
    )
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof AppError && error.code === 'TIMEOUT'
}

async function notify({ ask, hasMarkup, hasActions }: Connected, notice: Notice): Promise<number> {
  const { Variant } = await import('@jellybrick/dbus-next')
  const actions = Object.entries(NOTICE_ACTIONS).filter(([name]) => name === 'default' || notice.jobId !== null)
  const hints = {
    urgency: new Variant('y', notice.isUrgent ? CRITICAL : NORMAL),
    'desktop-entry': new Variant('s', 'drover'),
  }
  const body = hasMarkup ? escaped(notice.body) : notice.body
  return (await ask({
    path: PATH,
    interface: SERVICE,
    member: 'Notify',
    signature: 'susssasa{sv}i',
    body: ['Drover', 0, '', notice.title, body, hasActions ? actions.flat() : [], hints, -1],
  })) as number
}

/** Where the service takes markup, a command with `<` in it must not be any. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
