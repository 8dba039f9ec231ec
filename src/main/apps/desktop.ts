/** The desktop that an app is to show itself on: which variables of the caller's name it, and whether it is there at all. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import { answers } from '../socket-answers.ts'

export type Desktop = Readonly<Record<string, string>>

/** The socket of its Wayland compositor, absolute; null where it names none. */
export function waylandSocket(desktop: Desktop): string | null {
  const { WAYLAND_DISPLAY: name = '', XDG_RUNTIME_DIR: folder = '' } = desktop
  if (name.startsWith('/')) return name
  return name === '' || !folder.startsWith('/') ? null : join(folder, name)
}

/** @throws {AppError} `NOT_FOUND` if there is none, or nobody answers on it. */
export async function requireWayland(desktop: Desktop): Promise<string> {
  const socket = waylandSocket(desktop)
  if (socket === null) {
    const what = desktop.DISPLAY ? 'only X11 runs here, and apps of other hosts are drawn by Wayland' : 'there is no desktop here'
    throw new AppError(
      'NOT_FOUND',
      `No Wayland here: WAYLAND_DISPLAY is not set, so ${what}. Launch it on this machine with: --on local`,
    )
  }
  await answers(socket).catch((cause: Error) => {
    throw new AppError(
      'NOT_FOUND',
      `No Wayland here: nobody answers at ${socket} (${cause.message}). Is the desktop still there?`,
      {
        cause,
      },
    )
  })
  return socket
}

/** @throws {AppError} `NOT_FOUND` where an app of this machine could show nothing. */
export function requireDesktop(desktop: Desktop): void {
  const socket = waylandSocket(desktop)
  const isThere = socket !== null && statSync(socket, { throwIfNoEntry: false })?.isSocket() === true
  if (isThere || desktop.DISPLAY) return
  const hint = 'Type it in a terminal of the desktop, or set WAYLAND_DISPLAY and XDG_RUNTIME_DIR'
  throw new AppError('NOT_FOUND', `There is no desktop here to show it on. ${hint}; a program of the terminal runs with: --cli`)
}
