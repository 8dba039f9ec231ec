/** A desktop of the freedesktop kind, without Electron: the window is a browser's, notifications are the desktop's own. */
import type { MakeShell } from '../shell.ts'
import { NotificationBus } from './notification-bus.ts'
import { openWindow } from './open-window.ts'
import { removeOldRedirects } from './redirect-file.ts'

export const freedesktopShell: MakeShell = ({ env, folder, display, onAction, log }) => {
  removeOldRedirects(folder)
  const bus = new NotificationBus({ address: () => display().DBUS_SESSION_BUS_ADDRESS, onAction, log })
  return {
    openWindow: request => openWindow(request, { env, folder }),
    notify: notice => void bus.show(notice),
    close: () => bus.close(),
  }
}
