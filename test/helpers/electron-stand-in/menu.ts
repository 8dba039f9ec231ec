/** `Menu` and `MenuItem`: kept, not drawn. A test clicks an item by calling its `click`. */
import type { Part } from './part.ts'

type Options = Electron.MenuItemConstructorOptions

class StandInMenuItem implements Part<Omit<Electron.MenuItem, 'submenu' | 'click' | 'role'>> {
  readonly id: string
  readonly type: NonNullable<Options['type']>
  readonly enabled: boolean
  readonly label: string
  readonly role: Options['role']
  readonly accelerator: Electron.Accelerator
  readonly submenu: StandInMenu | undefined
  readonly #click: Options['click']

  constructor({ id, type, enabled, label, role, accelerator, submenu, click }: Options) {
    this.id = id ?? ''
    this.type = type ?? (submenu ? 'submenu' : 'normal')
    this.enabled = enabled ?? true
    this.label = label ?? role ?? ''
    this.role = role
    this.accelerator = accelerator ?? ''
    this.submenu = Array.isArray(submenu) ? StandInMenu.buildFromTemplate(submenu) : undefined
    this.#click = click
  }

  click(): void {
    this.#click?.(this as unknown as Electron.MenuItem, undefined, {})
  }
}

let applicationMenu: StandInMenu | null = null

class StandInMenu {
  readonly items: StandInMenuItem[]

  constructor(items: StandInMenuItem[]) {
    this.items = items
  }

  static buildFromTemplate(template: Options[]): StandInMenu {
    return new StandInMenu(template.map(options => new StandInMenuItem(options)))
  }

  static setApplicationMenu(menu: StandInMenu | null): void {
    applicationMenu = menu
  }

  static getApplicationMenu(): StandInMenu | null {
    return applicationMenu
  }
}

export const Menu = StandInMenu as unknown as typeof Electron.Menu satisfies Partial<typeof Electron.Menu>
