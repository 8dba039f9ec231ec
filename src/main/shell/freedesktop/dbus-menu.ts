/**
 * A menu as panels read it over D-Bus (com.canonical.dbusmenu): entries by number, their properties, and what has changed. It decides
 * nothing: what was clicked is told to whoever owns it. Panels may ask anything in any order, and for entries that are gone.
 */
import type { Variant } from '@jellybrick/dbus-next'
import { AppError } from '../../../shared/errors.ts'
import type { TrayAction, TrayItem } from '../tray-model.ts'
import type { BusObject, ServedObject } from './bus-object.ts'

export const MENU_PATH = '/MenuBar'
const ROOT = 0
const VERSION = 3
/** More than a menu of ours has; whoever asks for more at once gets as many. */
const MAX_ASKED = 1_000

type Properties = Record<string, unknown>
type Entry = { properties: Properties; children: readonly number[]; action: TrayAction | null }
type Node = [id: number, properties: Record<string, Variant>, children: Variant[]]
type VariantClass = new (signature: string, value: unknown) => Variant

export type DbusMenuOptions = {
  Variant: VariantClass
  onClick(action: TrayAction): void
}

export class DbusMenu {
  readonly #options: DbusMenuOptions
  #entries = new Map<number, Entry>([[ROOT, { properties: { 'children-display': 'submenu' }, children: [], action: null }]])
  #revision = 1
  /** Numbers are never given twice: a click on what is gone must not hit another. */
  #lastNumber = ROOT
  #numbers = new Map<string, number>()

  constructor(options: DbusMenuOptions) {
    this.#options = options
  }

  /** What panels may ask. */
  get object(): BusObject {
    return {
      path: MENU_PATH,
      interface: 'com.canonical.dbusmenu',
      properties: {
        Version: { signature: 'u', value: () => VERSION },
        TextDirection: { signature: 's', value: () => 'ltr' },
        Status: { signature: 's', value: () => 'normal' },
        IconThemePath: { signature: 'as', value: () => [] },
      },
      methods: {
        GetLayout: { in: 'iias', out: 'u(ia{sv}av)', run: this.#getLayout },
        GetGroupProperties: { in: 'aias', out: 'a(ia{sv})', run: this.#getGroupProperties },
        GetProperty: { in: 'is', out: 'v', run: this.#getProperty },
        Event: { in: 'isvu', out: '', run: (id: number, type: string) => void this.#event(id, type) },
        EventGroup: { in: 'a(isvu)', out: 'ai', run: this.#eventGroup },
        AboutToShow: { in: 'i', out: 'b', run: () => false },
        AboutToShowGroup: { in: 'ai', out: 'aiai', run: (ids: number[]) => [[], this.#unknown(ids)] },
      },
      signals: { LayoutUpdated: 'ui', ItemsPropertiesUpdated: 'a(ia{sv})a(ias)', ItemActivationRequested: 'iu' },
    }
  }

  /** Takes the menu as it is from now on, and tells panels as little as they need: `served` is null before it is on a bus. */
  update(items: readonly TrayItem[], served: ServedObject | null): void {
    const before = this.#entries
    this.#entries = this.#numbered(items)
    if (!hasSameLayout(before, this.#entries)) {
      this.#revision++
      served?.tell('LayoutUpdated', this.#revision, ROOT)
      return
    }
    const changed = [...this.#entries].filter(([id, { properties }]) => !isSame(properties, before.get(id)?.properties ?? {}))
    if (changed.length === 0) return
    const told = changed.map(([id, { properties }]) => [id, this.#variants(properties, [])])
    served?.tell('ItemsPropertiesUpdated', told, [])
  }

  #numbered(items: readonly TrayItem[]): Map<number, Entry> {
    const numbers = new Map<string, number>()
    const entries = new Map<number, Entry>()
    const take = (list: readonly TrayItem[]): number[] =>
      list.map(item => {
        const number = this.#numbers.get(item.id) ?? ++this.#lastNumber
        numbers.set(item.id, number)
        const children = item.kind === 'menu' ? take(item.items) : []
        entries.set(number, { properties: propertiesOf(item), children, action: item.kind === 'action' ? item.action : null })
        return number
      })
    entries.set(ROOT, { properties: { 'children-display': 'submenu' }, children: take(items), action: null })
    this.#numbers = numbers
    return entries
  }

  readonly #getLayout = (parent: number, depth: number, names: string[]) => {
    // A number below 0 stands for all of it.
    return [this.#revision, this.#node(parent, depth < 0 ? Number.POSITIVE_INFINITY : depth, names)]
  }

  readonly #getGroupProperties = (ids: number[], names: string[]) => {
    const asked = ids.length === 0 ? [...this.#entries.keys()] : [...new Set(ids.slice(0, MAX_ASKED))]
    return asked.flatMap(id => {
      const entry = this.#entries.get(id)
      return entry ? [[id, this.#variants(entry.properties, names)]] : []
    })
  }

  readonly #getProperty = (id: number, name: string) => {
    const value = this.#variants(this.#entry(id).properties, [name])[name]
    if (value === undefined) throw new AppError('NOT_FOUND', `Entry ${id} has no property ${name}`)
    return value
  }

  readonly #eventGroup = (events: [number, string][]) => {
    const taken = events.slice(0, MAX_ASKED)
    return taken.flatMap(([id, type]) => (this.#event(id, type) ? [] : [id]))
  }

  /** @returns whether there is such an entry. */
  #event(id: number, type: string): boolean {
    const entry = this.#entries.get(id)
    // After the answer: the panel waits for that, and what follows may end us.
    if (entry?.action && type === 'clicked') setImmediate(this.#options.onClick, entry.action)
    return entry !== undefined
  }

  #unknown(ids: readonly number[]): number[] {
    return ids.slice(0, MAX_ASKED).filter(id => !this.#entries.has(id))
  }

  #node(id: number, depth: number, names: readonly string[]): Node {
    const { properties, children } = this.#entry(id)
    const { Variant } = this.#options
    const shown = depth > 0 ? children : []
    return [
      id,
      this.#variants(properties, names),
      shown.map(child => new Variant('(ia{sv}av)', this.#node(child, depth - 1, names))),
    ]
  }

  #entry(id: number): Entry {
    const entry = this.#entries.get(id)
    if (!entry) throw new AppError('NOT_FOUND', `There is no entry ${id} in the menu`)
    return entry
  }

  /** `names`: only these; empty for all. */
  #variants(properties: Properties, names: readonly string[]): Record<string, Variant> {
    const { Variant } = this.#options
    const asked = Object.entries(properties).filter(([name]) => names.length === 0 || names.includes(name))
    return Object.fromEntries(asked.map(([name, value]) => [name, new Variant(typeof value === 'boolean' ? 'b' : 's', value)]))
  }
}

function propertiesOf(item: TrayItem): Properties {
  switch (item.kind) {
    case 'line':
      return { type: 'separator' }
    case 'text':
      return { label: labelOf(item.label), enabled: false }
    case 'action':
      return { label: labelOf(item.label), enabled: true }
    default:
      return { label: labelOf(item.label), enabled: true, 'children-display': 'submenu' }
  }
}

/** One underscore would mark the letter after it as a key. */
function labelOf(text: string): string {
  return text.replaceAll('_', '__')
}

function hasSameLayout(a: ReadonlyMap<number, Entry>, b: ReadonlyMap<number, Entry>): boolean {
  return a.size === b.size && [...a].every(([id, { children }]) => isSame(children, b.get(id)?.children ?? null))
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
