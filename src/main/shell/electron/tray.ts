/** The tray by Electron: the same icon and menu as over D-Bus, drawn by whichever system this is. */
import { Menu, type MenuItemConstructorOptions, type NativeImage, nativeImage, nativeTheme, Tray } from 'electron'
import { readTrayIcon } from '../tray-icons.ts'
import type { TrayAction, TrayItem, TrayView } from '../tray-model.ts'

const isMac = process.platform === 'darwin'

export class ElectronTray {
  readonly #onClick: (action: TrayAction) => void
  #tray: Tray | undefined
  #view: TrayView | null = null
  readonly #themeChanged = () => this.show(this.#view)

  constructor(onClick: (action: TrayAction) => void) {
    this.#onClick = onClick
    nativeTheme.on('updated', this.#themeChanged)
  }

  /** Null: there is none. On Linux a menu holds only when it is set anew. */
  show(view: TrayView | null): void {
    this.#view = view
    if (view === null) {
      this.#tray?.destroy()
      this.#tray = undefined
      return
    }
    const image = imageOf(view)
    if (this.#tray) this.#tray.setImage(image)
    else {
      this.#tray = new Tray(image)
      // Some panels tell of one click only; that and more is in the menu, too.
      this.#tray.on('click', () => this.#onClick({ type: 'open', route: '/' }))
    }
    this.#tray.setToolTip(`${view.title}: ${view.text}`)
    this.#tray.setContextMenu(Menu.buildFromTemplate(view.items.map(item => this.#optionsOf(item))))
  }

  close(): void {
    nativeTheme.off('updated', this.#themeChanged)
    this.show(null)
  }

  #optionsOf(item: TrayItem): MenuItemConstructorOptions {
    switch (item.kind) {
      case 'line':
        return { type: 'separator' }
      case 'text':
        return { id: item.id, label: labelOf(item.label), enabled: false }
      case 'action':
        return { id: item.id, label: labelOf(item.label), click: () => this.#onClick(item.action) }
      default:
        return { id: item.id, label: labelOf(item.label), submenu: item.items.map(child => this.#optionsOf(child)) }
    }
  }
}

/** Of 16 points where menus are in the bar at the top, else 22; each with one for screens of twice as many pixels. */
function imageOf({ icon, panel }: TrayView): NativeImage {
  const drawn = panel === 'auto' ? (nativeTheme.shouldUseDarkColors ? 'dark' : 'light') : panel
  const [once, twice] = process.platform === 'linux' ? ([22, 44] as const) : ([16, 32] as const)
  const image = nativeImage.createFromBuffer(readTrayIcon(icon, drawn, once), { scaleFactor: 1 })
  image.addRepresentation({ scaleFactor: 2, buffer: readTrayIcon(icon, drawn, twice) })
  // Then the bar draws it in its own colour. One that wants to be seen keeps its own.
  if (isMac) image.setTemplateImage(icon !== 'needs-you' && icon !== 'working')
  return image
}

/** One `&` would mark the letter after it as a key. */
function labelOf(text: string): string {
  return text.replaceAll('&', '&&')
}
