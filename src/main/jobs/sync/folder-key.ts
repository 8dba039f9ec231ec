/** Names of pristine copies on hosts. */
import { createHash } from 'node:crypto'
import { lastingFolder } from '../../../shared/drop.ts'

/** The copy of a folder (absolute path) of a computer: two computers that share a host never share a copy. */
export function folderKey(owner: string, folder: string): string {
  return createHash('sha256')
    .update(`${owner}\0${lastingFolder(folder)}`)
    .digest('hex')
    .slice(0, 32)
}
