/** What a person is told of sound from a host, wherever it is switched on. */
import { visible } from './visible.ts'

/** What switching it on gives the host. */
export const SOUND_GIVES = 'it can play sound on this computer; it cannot record, nor change anything here'

export function soundText({ name, playsSound }: { name: string; playsSound: boolean }): string {
  return playsSound
    ? `Apps begun on ${visible(name)} from now on are heard: ${SOUND_GIVES}`
    : `Nothing from ${visible(name)} is heard here`
}
