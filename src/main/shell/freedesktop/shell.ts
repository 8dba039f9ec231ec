/** A desktop of the freedesktop kind, without Electron: the window is a browser's, tray and notifications are the desktop's own. */
import { existsSync } from 'node:fs'
import type { MakeShell } from '../shell.ts'
import { NotificationBus } from './notification-bus.ts'
import { openWindow } from './open-window.ts'
import { removeOldRedirects } from './redirect-file.ts'
import { watchSleep } from './sleep-watch.ts'
import { startCoreAtLogin } from './start-core-at-login.ts'
import { TrayBus } from './tray-bus.ts'

/** As the specification has it; what is in the environment wins. */
const SYSTEM_BUS = '/run/dbus/system_bus_socket'

export const freedesktopShell: MakeShell = ({ env, folder, display, onAction, onTray, onWake, log }) => {
  removeOldRedirects(folder)
  const address = () => display().DBUS_SESSION_BUS_ADDRESS
  const bus = new NotificationBus({ address, onAction, log })
  const tray = new TrayBus({ address, onClick: onTray, log })
  const systemBus = env.DBUS_SYSTEM_BUS_ADDRESS ?? (existsSync(SYSTEM_BUS) ? `unix:path=${SYSTEM_BUS}` : null)
  const sleep = systemBus === null ? null : watchSleep({ address: systemBus, onWake, log })
  return {
    openWindow: request => openWindow(request, { env, folder }),
    notify: notice => void bus.show(notice),
    get mayNotify() {
      return address() !== undefined
    },
    get mayHaveTray() {
      return address() !== undefined
    },
    showTray: view => tray.show(view),
    desktopChanged: () => tray.desktopChanged(),
    startAtLogin: isWanted => startCoreAtLogin(env, isWanted),
    close: () => {
      bus.close()
      tray.close()
      sleep?.close()
    },
  }
}
