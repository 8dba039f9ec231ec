/** A desktop of the freedesktop kind, without Electron: the window is a browser's. */
import type { MakeShell } from '../shell.ts'
import { openWindow } from './open-window.ts'
import { removeOldRedirects } from './redirect-file.ts'

export const freedesktopShell: MakeShell = desktop => {
  removeOldRedirects(desktop.folder)
  return { openWindow: request => openWindow(request, desktop) }
}
