/** The tray's icon as panels read it over D-Bus (org.kde.StatusNotifierItem): its pictures, what is said of it, and clicks on it. */
import { pngPixels } from '../png-pixels.ts'
import { readTrayIcon } from '../tray-icons.ts'
import type { TrayAction, TrayIcon, TrayView } from '../tray-model.ts'
import type { BusObject, ServedObject } from './bus-object.ts'
import { MENU_PATH } from './dbus-menu.ts'

export const ITEM_PATH = '/StatusNotifierItem'
/** What panels take; a larger one than they need they make smaller. */
const SIZES = [16, 22, 24, 32, 48, 64] as const

type Pixmap = [width: number, height: number, argb: Buffer]
type Panel = 'dark' | 'light'
type Shown = Pick<TrayView, 'icon' | 'title' | 'text'> & { panel: Panel }

export class StatusItem {
  readonly #onClick: (action: TrayAction) => void
  readonly #pixmaps = new Map<string, Pixmap[]>()
  #shown: Shown = { icon: 'fine', title: 'Drover', text: '', panel: 'dark' }

  constructor(onClick: (action: TrayAction) => void) {
    this.#onClick = onClick
  }

  get object(): BusObject {
    const text = (value: () => string) => ({ signature: 's', value })
    const pixmap = (value: () => Pixmap[]) => ({ signature: 'a(iiay)', value })
    const open = { in: 'ii', out: '', run: () => void setImmediate(this.#onClick, { type: 'open', route: '/' }) }
    const nothing = (input: string) => ({ in: input, out: '', run: () => undefined })
    return {
      path: ITEM_PATH,
      interface: 'org.kde.StatusNotifierItem',
      properties: {
        Category: text(() => 'ApplicationStatus'),
        Id: text(() => 'drover'),
        Title: text(() => this.#shown.title),
        Status: text(() => statusOf(this.#shown.icon)),
        WindowId: { signature: 'i', value: () => 0 },
        IconName: text(() => ''),
        IconThemePath: text(() => ''),
        IconPixmap: pixmap(() => this.#pictures()),
        OverlayIconName: text(() => ''),
        OverlayIconPixmap: pixmap(() => []),
        AttentionIconName: text(() => ''),
        AttentionIconPixmap: pixmap(() => (this.#shown.icon === 'needs-you' ? this.#pictures() : [])),
        AttentionMovieName: text(() => ''),
        ToolTip: { signature: '(sa(iiay)ss)', value: () => ['', [], this.#shown.title, this.#shown.text] },
        ItemIsMenu: { signature: 'b', value: () => false },
        Menu: { signature: 'o', value: () => MENU_PATH },
      },
      methods: { Activate: open, SecondaryActivate: open, ContextMenu: nothing('ii'), Scroll: nothing('is') },
      signals: { NewTitle: '', NewIcon: '', NewAttentionIcon: '', NewOverlayIcon: '', NewToolTip: '', NewStatus: 's' },
    }
  }

  /** Tells panels what is different; `served` is null before it is on a bus. */
  update(next: Shown, served: ServedObject | null): void {
    const before = this.#shown
    this.#shown = next
    if (next.icon !== before.icon || next.panel !== before.panel) {
      served?.tell('NewIcon')
      if (next.icon === 'needs-you') served?.tell('NewAttentionIcon')
    }
    if (statusOf(next.icon) !== statusOf(before.icon)) served?.tell('NewStatus', statusOf(next.icon))
    if (next.title !== before.title) served?.tell('NewTitle')
    if (next.text !== before.text) served?.tell('NewToolTip')
  }

  #pictures(): Pixmap[] {
    const { icon, panel } = this.#shown
    const key = `${icon}/${panel}`
    const known = this.#pixmaps.get(key)
    if (known) return known
    const made = SIZES.map(size => argb(readTrayIcon(icon, panel, size)))
    this.#pixmaps.set(key, made)
    return made
  }
}

function statusOf(icon: TrayIcon): 'Active' | 'NeedsAttention' {
  return icon === 'needs-you' ? 'NeedsAttention' : 'Active'
}

/** In the order of the network, alpha first. */
function argb(png: Buffer): Pixmap {
  const { width, height, rgba } = pngPixels(png)
  const out = Buffer.alloc(rgba.length)
  for (let at = 0; at < rgba.length; at += 4) {
    rgba.copy(out, at + 1, at, at + 3)
    out[at] = rgba[at + 3] ?? 0
  }
  return [width, height, out]
}
