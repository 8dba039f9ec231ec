/**
 * The tray over D-Bus, without Electron: it owns a connection to the session bus for as long as there is something to show. A panel that
 * is not there, or is started again, finds us when it comes; a bus that is gone is looked for again.
 */
import type { Message } from '@jellybrick/dbus-next'
import type { ShellOptions } from '../shell.ts'
import type { TrayAction, TrayView } from '../tray-model.ts'
import { type Bus, connectBus } from './bus.ts'
import type { ServedObject } from './bus-object.ts'
import { COLOR_SCHEME_RULE, colorSchemeIn, readColorScheme } from './color-scheme.ts'
import { DbusMenu } from './dbus-menu.ts'
import { StatusItem } from './status-item.ts'

export type TrayBusOptions = Pick<ShellOptions, 'log'> & {
  /** Of the session bus; undefined where there is none. */
  address(): string | undefined
  onClick(action: TrayAction): void
  againMs?: number
}

const WATCHER = 'org.kde.StatusNotifierWatcher'
const WATCHER_PATH = '/StatusNotifierWatcher'
const DAEMON = 'org.freedesktop.DBus'
const AGAIN_MS = 30_000

type Connected = {
  address: string
  bus: Bus
  item: StatusItem
  menu: DbusMenu
  served: { item: ServedObject; menu: ServedObject }
}

/** A process may have several on one bus. */
let made = 0

export class TrayBus {
  readonly #options: TrayBusOptions
  #view: TrayView | null = null
  #panel: 'dark' | 'light' = 'dark'
  #connection: Promise<Connected> | undefined
  #connected: Connected | undefined
  #timer: NodeJS.Timeout | undefined
  #said: string | undefined
  #isClosed = false

  constructor(options: TrayBusOptions) {
    this.#options = options
  }

  /** Null: nothing is shown. Never fails: where there is no bus, no tray is shown until there is one. */
  show(view: TrayView | null): void {
    this.#view = view
    if (view === null) this.#leave()
    else if (this.#connected) this.#draw(this.#connected, view)
    else this.#connect()
  }

  /** The person may have another desktop than before. */
  desktopChanged(): void {
    if (this.#connected && this.#connected.address !== this.#options.address()) this.#leave()
    if (this.#view && !this.#connected) this.#connect()
  }

  close(): void {
    this.#isClosed = true
    this.#leave()
  }

  #connect(): void {
    const address = this.#options.address()
    if (this.#connection || this.#isClosed || address === undefined) return
    clearTimeout(this.#timer)
    const connection = this.#open(address)
    this.#connection = connection
    connection.then(
      connected => {
        if (this.#connection !== connection) return connected.bus.disconnect()
        this.#said = undefined
        this.#connected = connected
        if (this.#view) this.#draw(connected, this.#view)
      },
      error => {
        if (this.#connection === connection) this.#lost(error)
      },
    )
  }

  async #open(address: string): Promise<Connected> {
    const { Variant } = await import('@jellybrick/dbus-next')
    const { onClick, log } = this.#options
    let lost: Error | undefined
    const bus = await connectBus({
      address,
      onSignal: signal => this.#heard(bus, name, signal),
      onLost: error => {
        lost ??= error
        if (this.#connected?.bus === bus) this.#lost(error)
      },
      onMistake: (error, method) => log('the tray could not answer', { method, error: String(error) }),
    })
    const name = `org.kde.StatusNotifierItem-${process.pid}-${++made}`
    try {
      const item = new StatusItem(onClick)
      const menu = new DbusMenu({ Variant, onClick })
      if (this.#view) {
        item.update({ ...this.#view, panel: this.#panelOf(this.#view) }, null)
        menu.update(this.#view.items, null)
      }
      const served = { item: await bus.serve(item.object), menu: await bus.serve(menu.object) }
      await bus.match(`type='signal',sender='${DAEMON}',interface='${DAEMON}',member='NameOwnerChanged',arg0='${WATCHER}'`)
      await bus.match(COLOR_SCHEME_RULE)
      this.#panel = (await readColorScheme(bus)) ?? this.#panel
      // Last: from then on a panel sees it, and is to see what is drawn from now on.
      await bus.ask({ path: '/org/freedesktop/DBus', interface: DAEMON, member: 'RequestName', signature: 'su', body: [name, 0] })
      register(bus, name)
      if (lost) throw lost
      return { address, bus, item, menu, served }
    } catch (error) {
      bus.disconnect()
      throw error
    }
  }

  #draw({ item, menu, served }: Connected, view: TrayView): void {
    try {
      item.update({ ...view, panel: this.#panelOf(view) }, served.item)
      menu.update(view.items, served.menu)
    } catch (error) {
      this.#lost(error) // What is closed takes nothing.
    }
  }

  #panelOf({ panel }: TrayView): 'dark' | 'light' {
    return panel === 'auto' ? this.#panel : panel
  }

  #heard(bus: Bus, name: string, { sender, interface: from, member, body }: Message): void {
    // Anybody may send us a signal; those of the bus itself bear its name.
    if (sender === DAEMON && from === DAEMON && member === 'NameOwnerChanged' && body[0] === WATCHER && body[2] !== '')
      register(bus, name)
    const scheme = colorSchemeIn({ interface: from, member, body })
    if (scheme === null || scheme === this.#panel) return
    this.#panel = scheme
    if (this.#connected && this.#view) this.#draw(this.#connected, this.#view)
  }

  #lost(error: unknown): void {
    this.#leave()
    const why = String(error)
    if (this.#said !== why) this.#options.log('the tray is not shown: the session bus cannot be used', { error: why })
    this.#said = why
    if (this.#view && !this.#isClosed) this.#timer = setTimeout(() => this.#connect(), this.#options.againMs ?? AGAIN_MS).unref()
  }

  #leave(): void {
    clearTimeout(this.#timer)
    this.#connection = undefined
    const connected = this.#connected
    this.#connected = undefined
    connected?.bus.disconnect()
  }
}

/** Whoever watches for icons tells the panels. Where nobody does, one that comes is told then. */
function register(bus: Bus, name: string): void {
  const question = { path: WATCHER_PATH, interface: WATCHER, member: 'RegisterStatusNotifierItem', noStart: true }
  bus.ask({ ...question, signature: 's', body: [name] }).catch(() => undefined)
}
