/** A desktop by Electron: the window is our own, in the process of the core, and speaks to it over ports. */
import { app, ipcMain, Notification, powerMonitor } from 'electron'
import type { WelcomeMessage } from '../../../shared/frames.ts'
import { VERSION } from '../../../shared/version.ts'
import { CONNECT_CHANNEL } from '../../../shared/window-bridge.ts'
import type { Api } from '../../api/api.ts'
import { PortSocket } from '../../api/port-socket.ts'
import { ApiSocket } from '../../api/websocket.ts'
import { NotificationBus } from '../freedesktop/notification-bus.ts'
import { startCoreAtLogin } from '../freedesktop/start-core-at-login.ts'
import type { Shell, ShellOptions } from '../shell.ts'
import { isPageFrame } from './page.ts'
import { ElectronTray } from './tray.ts'
import type { Window } from './window.ts'

/**
 * Whoever asks for the window at the core gets the one there is. On Linux notifications go over D-Bus, where they may have buttons;
 * elsewhere they are Electron's own, which open the window at the job.
 */
export function electronShell(
  window: Pick<Window, 'show'>,
  { env, display, onAction, onTray, onWake, log }: ShellOptions,
): Shell {
  const bus = new NotificationBus({ address: () => display().DBUS_SESSION_BUS_ADDRESS, onAction, log })
  // Its own way to end asks first, if something would be broken off.
  const tray = new ElectronTray(action => (action.type === 'quit' ? app.quit() : onTray(action)))
  powerMonitor.on('resume', onWake)
  return {
    openWindow: async ({ route }) => {
      window.show(`#${route}`)
      return { openedWith: 'Drover', isShown: true, problem: null }
    },
    notify: notice => {
      if (process.platform === 'linux') return void bus.show(notice)
      const { title, body } = notice
      const notification = new Notification({ title, body })
      notification.on('click', () => onAction('default', notice))
      notification.show()
    },
    get mayNotify() {
      return process.platform !== 'linux' || display().DBUS_SESSION_BUS_ADDRESS !== undefined
    },
    mayHaveTray: true,
    showTray: view => tray.show(view),
    desktopChanged: () => undefined,
    startAtLogin: isWanted => {
      if (process.platform === 'linux') startCoreAtLogin(env, isWanted)
      // From a clone it would be Electron that is started, without an app.
      else if (app.isPackaged) app.setLoginItemSettings({ openAtLogin: isWanted })
    },
    close: () => {
      powerMonitor.off('resume', onWake)
      bus.close()
      tray.close()
    },
  }
}

/** Serves the page's connections from here on. A port is handed over once, by our page, and is nobody else's after that. */
export function servePorts({ api, startedAt }: { api: Api; startedAt: number }): { close(): void } {
  const sockets = new Set<ApiSocket>()
  ipcMain.on(CONNECT_CHANNEL, ({ senderFrame, ports }) => {
    const [port, ...others] = ports
    for (const other of others) other.close()
    if (!port) return
    if (!isPageFrame(senderFrame)) {
      api.reportError?.(new Error('A frame that is not our page asked for the core'), CONNECT_CHANNEL)
      port.close()
      return
    }
    const carrier = new PortSocket(port)
    const welcome: WelcomeMessage = { type: 'welcome', version: VERSION, startedAt, role: 'owner' }
    carrier.send(JSON.stringify(welcome), () => undefined)
    const socket = new ApiSocket(api, carrier)
    sockets.add(socket)
    carrier.once('close', () => sockets.delete(socket))
  })
  return {
    close: () => {
      ipcMain.removeAllListeners(CONNECT_CHANNEL)
      for (const socket of sockets) socket.close()
    },
  }
}
