/** The tray's icons as they stand on the disk: by state, for dark panels and for light ones, in all sizes. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { trayIconsUrl } from '../resources.ts'
import type { TrayIcon } from './tray-model.ts'

/** In pixels. A screen with twice as many takes the size twice as large. */
export const TRAY_SIZES = [16, 22, 24, 32, 44, 48, 64, 96] as const
export type TraySize = (typeof TRAY_SIZES)[number]

/** A PNG. @throws {Error} of the file system: it is part of the program. */
export function readTrayIcon(icon: TrayIcon, panel: 'dark' | 'light', size: TraySize): Buffer {
  return readFileSync(fileURLToPath(new URL(`${icon}/${panel}-${size}.png`, trayIconsUrl)))
}
