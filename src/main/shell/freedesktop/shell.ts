/** A desktop of the freedesktop kind, without Electron: the window is a browser's, notifications are the desktop's own. */
import type { Display } from '../../../shared/contract.ts'
import type { Notice } from '../notice.ts'
import type { Shell } from '../shell.ts'
import { type NoticeAction, NotificationBus } from './notification-bus.ts'
import { type Desktop, openWindow } from './open-window.ts'
import { removeOldRedirects } from './redirect-file.ts'

export type FreedesktopOptions = Desktop & {
  /** Of the person's desktop, as far as it is known. */
  display(): Display
  onAction(action: NoticeAction, notice: Notice): void
  log(message: string, details: Record<string, string>): void
}

export function freedesktopShell({ display, onAction, log, ...desktop }: FreedesktopOptions): Shell {
  removeOldRedirects(desktop.folder)
  const bus = new NotificationBus({ address: () => display().DBUS_SESSION_BUS_ADDRESS, onAction, log })
  return {
    openWindow: request => openWindow(request, desktop),
    notify: notice => void bus.show(notice),
    close: () => bus.close(),
  }
}
