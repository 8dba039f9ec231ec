/** What clients may say of sound. It stands in config.yaml. */
import type { Methods } from '../../shared/contract.ts'
import type { ConfigFile } from '../config/config-file.ts'
import { setSound } from '../config/rule-edits.ts'

export function soundMethods(config: ConfigFile): Pick<Methods, 'host.sound'> {
  return {
    'host.sound': async ({ name, playsSound }) => {
      await config.edit(document => setSound(document, name, playsSound))
      return null
    },
  }
}
