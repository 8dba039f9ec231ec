/**
 * The menu. Keys that belong to a terminal (Ctrl with R, W, C, A, Q …) are bound to nothing but on macOS, where the menu has the Command
 * key for itself; the page does what Ctrl with C, V, X and A mean by itself.
 */
import { Menu, type MenuItemConstructorOptions } from 'electron'

const isMac = process.platform === 'darwin'
const PLACES = [
  ['Overview', '#/'],
  ['Jobs', '#/jobs'],
  ['Hosts', '#/hosts'],
  ['Settings', '#/settings'],
] as const

export function buildMenu({ show }: { show(hash: string): void }): Menu {
  const edit = (['undo', 'redo', 'cut', 'copy', 'paste', 'selectAll'] as const).map(
    (role): MenuItemConstructorOptions => ({ role, registerAccelerator: isMac }),
  )
  return Menu.buildFromTemplate([
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    { label: '&File', submenu: [bound('close', 'W'), ...(isMac ? [] : [{ type: 'separator' } as const, bound('quit', 'Q')])] },
    { label: '&Edit', submenu: edit },
    {
      label: '&View',
      submenu: [
        bound('reload', 'R'),
        { type: 'separator' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
        bound('toggleDevTools', 'I'),
      ],
    },
    {
      label: '&Go',
      submenu: PLACES.map(([label, hash], index) => ({
        label,
        accelerator: `CmdOrCtrl+${index + 1}`,
        click: () => show(hash),
      })),
    },
    { role: 'windowMenu' },
  ])
}

function bound(role: 'close' | 'quit' | 'reload' | 'toggleDevTools', key: string): MenuItemConstructorOptions {
  return isMac ? { role } : { role, accelerator: `Ctrl+Shift+${key}` }
}
