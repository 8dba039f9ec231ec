/** What a window may ask of the folders of the core's machine, which need not be the one that its browser runs on. */
import { homedir, hostname } from 'node:os'
import type { Methods } from '../../shared/contract.ts'
import { folderCommands } from '../jobs/folder/folder-commands.ts'
import { subFolders } from '../jobs/folder/sub-folders.ts'

export function folderMethods({ env }: { env: NodeJS.ProcessEnv }): Pick<Methods, 'folder.list' | 'folder.commands'> {
  return {
    'folder.list': async ({ path }) => {
      const folder = path ?? env.HOME ?? homedir()
      return { path: folder, machine: hostname(), ...(await subFolders(folder)) }
    },
    'folder.commands': async ({ folder }) => ({ commands: await folderCommands(folder) }),
  }
}
