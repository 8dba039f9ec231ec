/** What `import … from 'electron'` gives under the stand-in: what the app uses, and no more. */
import { app } from './app.ts'
import { BrowserWindow, webContents } from './browser-window.ts'
import { dialog, Notification, nativeTheme, powerMonitor, screen, shell } from './desktop.ts'
import { ipcMain } from './ipc.ts'
import { Menu } from './menu.ts'
import { protocol } from './protocol.ts'
import { session } from './session.ts'
import { nativeImage, Tray } from './tray.ts'

export {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  Notification,
  nativeImage,
  nativeTheme,
  powerMonitor,
  protocol,
  screen,
  session,
  shell,
  Tray,
  webContents,
}
