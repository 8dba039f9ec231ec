/** Where the window was, and how large: kept in a file of 0600, and corrected to the screens there are when it is opened again. */
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { makeFolder, replaceFile } from '../private-files.ts'

export type Area = { x: number; y: number; width: number; height: number }
/** Without a place the system finds one. */
export type Bounds = { width: number; height: number; x?: number; y?: number }
export type WindowState = { bounds: Bounds; isMaximized: boolean }

export const LEAST = { width: 640, height: 480 } as const
export const USUAL: WindowState = { bounds: { width: 1280, height: 800 }, isMaximized: false }
/** Of the window's top edge so much must be on a screen, or nobody could take hold of it. */
const GRIP = 80

const Length = z.int().min(-100_000).max(100_000)
const Size = z.int().min(1).max(100_000)
const StateFile = z.strictObject({
  bounds: z.strictObject({ x: Length, y: Length, width: Size, height: Size }),
  isMaximized: z.boolean(),
})

/** The usual state when there is no file, or none that we would have written: a window is no reason not to start. */
export function readWindowState(path: string): WindowState {
  try {
    return StateFile.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return USUAL
  }
}

/** @throws {AppError} if it cannot be written. */
export function writeWindowState(path: string, state: { bounds: Area; isMaximized: boolean }): void {
  makeFolder(dirname(path))
  replaceFile(path, `${JSON.stringify(StateFile.parse(state))}\n`)
}

/** `screens`: their parts that are free for windows, the main one first. */
export function fitToScreens({ bounds, isMaximized }: WindowState, screens: readonly Area[]): WindowState {
  const { x, y } = bounds
  const home = screens.find(area => x !== undefined && y !== undefined && isWithinReach({ ...bounds, x, y }, area))
  const area = home ?? screens[0]
  const width = Math.max(LEAST.width, Math.min(bounds.width, area?.width ?? bounds.width))
  const height = Math.max(LEAST.height, Math.min(bounds.height, area?.height ?? bounds.height))
  return { bounds: { width, height, ...(home && x !== undefined && y !== undefined && { x, y }) }, isMaximized }
}

function isWithinReach(window: Area, screen: Area): boolean {
  const seen = Math.min(window.x + window.width, screen.x + screen.width) - Math.max(window.x, screen.x)
  return seen >= GRIP && window.y >= screen.y && window.y <= screen.y + screen.height - GRIP
}
