/** `Tray` and `nativeImage`: kept, not drawn. A test finds those there are in `Tray.all`. */
import { EventEmitter } from 'node:events'
import type { Part } from './part.ts'

class StandInImage implements Part<Electron.NativeImage> {
  /** What it was made of, for screens of once and of twice as many pixels. */
  readonly buffers: Buffer[]

  constructor(buffer: Buffer) {
    this.buffers = [buffer]
  }

  addRepresentation({ buffer }: Electron.AddRepresentationOptions): void {
    if (buffer) this.buffers.push(buffer)
  }

  setTemplateImage(): void {
    // Means something on macOS only.
  }
}

export const nativeImage = {
  createFromBuffer: (buffer: Buffer) => new StandInImage(buffer) as unknown as Electron.NativeImage,
} satisfies Partial<typeof Electron.nativeImage>

class StandInTray extends EventEmitter implements Part<Electron.Tray> {
  static readonly all = new Set<StandInTray>()
  image: Electron.NativeImage | string
  toolTip = ''
  menu: Electron.Menu | null = null

  constructor(image: Electron.NativeImage | string) {
    super()
    this.image = image
    StandInTray.all.add(this)
  }

  setImage(image: Electron.NativeImage | string): void {
    this.image = image
  }

  setToolTip(toolTip: string): void {
    this.toolTip = toolTip
  }

  setContextMenu(menu: Electron.Menu | null): void {
    this.menu = menu
  }

  destroy(): void {
    StandInTray.all.delete(this)
  }
}
export const Tray = StandInTray as unknown as typeof Electron.Tray satisfies Partial<typeof Electron.Tray>
