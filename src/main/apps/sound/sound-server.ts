/** Where the sound server of a desktop listens: PulseAudio, or PipeWire in its place. Only one on this computer is meant. */
import { join } from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import { answers } from '../../socket-answers.ts'
import type { Desktop } from '../desktop.ts'

/** Absolute. Null where the desktop names none; whether anybody is there is another question. */
export function soundServerOf({ PULSE_SERVER: named = '', XDG_RUNTIME_DIR: folder = '' }: Desktop): string | null {
  if (named === '') return folder.startsWith('/') ? join(folder, 'pulse/native') : null
  // Several may be named, each perhaps for one computer: `{id}unix:/path`.
  const paths = named.split(/\s+/).map(one => one.replace(/^\{[^}]*\}/, '').replace(/^unix:/, ''))
  return paths.find(path => path.startsWith('/')) ?? null
}

/** @throws {AppError} `NOT_FOUND` if nobody plays sound on this desktop. */
export async function requireSoundServer(desktop: Desktop): Promise<string> {
  const path = soundServerOf(desktop)
  if (path === null) {
    const where = desktop.PULSE_SERVER ? 'PULSE_SERVER names none of this computer' : 'XDG_RUNTIME_DIR is not set'
    throw new AppError('NOT_FOUND', `no PulseAudio or PipeWire here: ${where}`)
  }
  await answers(path).catch((cause: Error) => {
    throw new AppError('NOT_FOUND', `no PulseAudio or PipeWire here: nobody answers at ${path} (${cause.message})`, { cause })
  })
  return path
}
