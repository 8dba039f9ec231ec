/** Takes the pictures of the desktop: the tray's menu in a panel, and an app of a host in a window. */
import { join } from 'node:path'
import { type PanelDesktop, SCREEN } from '../../test/helpers/panel.ts'
import { waitFor } from '../../test/helpers/wait.ts'
import type { Flock } from './flock.ts'
import { shrinkPng } from './small-png.ts'
import { THEMES } from './window.ts'

const ICON = { x: SCREEN.width - 12, y: 16 }
/** In the menu, in its upper part. */
const IN_MENU = { x: ICON.x - 20, y: 100 }

export async function shootDesktop({ product, desktop }: Flock, folder: string): Promise<void> {
  for (const theme of THEMES) {
    await product.drover(['config', 'set', 'tray.panel', theme])
    await startPanel(desktop, theme)
    // A panel may not have read yet what it was told.
    await waitFor(
      async () => {
        await desktop.click(ICON.x, ICON.y, 3)
        if (await desktop.hasMenuAt(IN_MENU.x, IN_MENU.y)) return true
        await desktop.click(100, SCREEN.height - 50)
        return false
      },
      { what: 'the menu', timeoutMs: 20_000 },
    )
    const path = join(folder, `tray-${theme}.png`)
    await desktop.picture(path)
    shrinkPng(path)
    await desktop.click(100, SCREEN.height - 50)
    await desktop.killPanel()
  }
}

/** waybar, where there is much else to do, may miss an icon that is told of while it starts. */
async function startPanel(desktop: PanelDesktop, theme: 'dark' | 'light', tries = 3): Promise<void> {
  await desktop.startPanel(theme)
  try {
    await desktop.showsSomethingAt(ICON.x, ICON.y)
  } catch (error) {
    if (tries === 1) throw error
    await desktop.killPanel()
    await startPanel(desktop, theme, tries - 1)
  }
}
