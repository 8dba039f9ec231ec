/** A desktop of the freedesktop kind, without Electron: the window is a browser's. */
import type { Shell } from '../shell.ts'
import { type Desktop, openWindow } from './open-window.ts'
import { removeOldRedirects } from './redirect-file.ts'

export function freedesktopShell(desktop: Desktop): Shell {
  removeOldRedirects(desktop.folder)
  return { openWindow: request => openWindow(request, desktop) }
}
