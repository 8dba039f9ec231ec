/** By which program a core without a window is started: from a clone, from a package, from an AppImage. */
import { CORE_FLAGS } from './node-flags.ts'

export type StartedFrom = {
  /** The program that we run on. */
  execPath: string
  isElectron: boolean
  env: Readonly<Record<string, string | undefined>>
  /** The core's file. */
  headless: string
}

export type CoreProgram = {
  file: string
  args: string[]
  /** What its environment must say besides. */
  env: Readonly<Record<string, string | undefined>>
}

export function coreProgram({ execPath, isElectron, env, headless }: StartedFrom): CoreProgram {
  const appImage = appImageOf({ execPath, env })
  // It is mounted for as long as the command runs that was started by it, and the core is to live on: it mounts it for itself.
  if (appImage !== null) return { file: appImage, args: ['core'], env: {} }
  return { file: execPath, args: [...CORE_FLAGS, headless], env: isElectron ? { ELECTRON_RUN_AS_NODE: '1' } : {} }
}

/** The AppImage that we run from; null for any other place. */
export function appImageOf({ execPath, env: { APPIMAGE, APPDIR } }: Pick<StartedFrom, 'execPath' | 'env'>): string | null {
  // A program that was started from somebody else's AppImage has these two as well.
  return APPIMAGE && APPDIR && execPath.startsWith(`${APPDIR}/`) ? APPIMAGE : null
}
