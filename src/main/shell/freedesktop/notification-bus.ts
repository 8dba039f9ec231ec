/**
 * Notifications by the desktop's own service, over D-Bus (Desktop Notifications Specification 1.2). It owns the connection to the session
 * bus, which is made with the first notification and again after a loss; where there is no bus or no service nothing is shown.
 */
import type { Message } from '@jellybrick/dbus-next'
import { NOTICE_ACTIONS, type Notice, type NoticeAction } from '../notice.ts'
import type { ShellOptions } from '../shell.ts'
import { type Bus, connectBus } from './bus.ts'

export type NotificationBusOptions = Pick<ShellOptions, 'onAction' | 'log'> & {
  /** Of the session bus; undefined where there is none. */
  address(): string | undefined
}

const SERVICE = 'org.freedesktop.Notifications'
const PATH = '/org/freedesktop/Notifications'
/** Of those that are shown or were; older ones are not answered any more. */
const MAX_SHOWN = 200
const NORMAL = 1
const CRITICAL = 2

type Connected = Bus & { hasMarkup: boolean; hasActions: boolean }

export class NotificationBus {
  readonly #options: NotificationBusOptions
  readonly #shown = new Map<number, Notice>()
  #connection: Promise<Connected> | undefined

  constructor(options: NotificationBusOptions) {
    this.#options = options
  }

  /** Never fails: what cannot be shown is logged. */
  async show(notice: Notice): Promise<void> {
    const address = this.#options.address()
    if (address === undefined) return
    try {
      this.#connection ??= this.#connect(address)
      const id = await notify(await this.#connection, notice)
      this.#shown.set(id, notice)
      for (const old of [...this.#shown.keys()].slice(0, -MAX_SHOWN)) this.#shown.delete(old)
    } catch (error) {
      this.#options.log('a notification could not be shown', { error: String(error) })
      this.close()
    }
  }

  close(): void {
    const connection = this.#connection
    this.#connection = undefined
    connection?.then(
      bus => bus.disconnect(),
      () => undefined, // There is nothing to close.
    )
  }

  async #connect(address: string): Promise<Connected> {
    const bus = await connectBus({ address, onSignal: signal => this.#heard(signal) })
    try {
      await bus.match(`type='signal',sender='${SERVICE}',path='${PATH}',interface='${SERVICE}'`)
      const capabilities = (await bus.ask({ path: PATH, interface: SERVICE, member: 'GetCapabilities' })) as string[]
      return { ...bus, hasMarkup: capabilities.includes('body-markup'), hasActions: capabilities.includes('actions') }
    } catch (error) {
      bus.disconnect()
      throw error
    }
  }

  #heard({ interface: from, member, body }: Message): void {
    if (from !== SERVICE) return
    const [id, action] = body as [number, string]
    const notice = this.#shown.get(id)
    if (member === 'NotificationClosed') this.#shown.delete(id)
    else if (member === 'ActionInvoked' && notice && Object.hasOwn(NOTICE_ACTIONS, action))
      this.#options.onAction(action as NoticeAction, notice)
  }
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
