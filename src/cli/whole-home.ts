/** A guard for a push from the wrong place: someone's whole home folder, or what is around it, is hardly ever meant. */
import { realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { visible } from '../shared/visible.ts'
import { askYes, canAsk } from './ask.ts'
import type { Cli } from './cli.ts'
import { UsageError } from './errors.ts'

/**
 * True if the folder may be sent: it is no whole home, or the person says so.
 *
 * @throws {UsageError} if there is nobody to ask.
 */
export async function maySend(cli: Cli, folder: string): Promise<boolean> {
  const what = whatItIs(folder, cli.env.HOME || homedir())
  if (what === null) return true
  if (!canAsk(cli)) {
    throw new UsageError(
      `You stand in ${visible(folder)}, which is ${what}: a push would send all of it`,
      'cd to the folder you mean, or push without files: -n. If all of it is meant: --yes',
    )
  }
  return await askYes(cli, `You stand in ${visible(folder)}, which is ${what}. Send all of it?`)
}

/** Null for any other folder. Both are absolute; `folder` is without links, as the system tells it. */
export function whatItIs(folder: string, home: string): string | null {
  if (folder === '/') return 'the root of the file system'
  const real = realHome(home)
  if (folder === real) return 'your home folder'
  return real.startsWith(`${folder}/`) ? 'around your home folder' : null
}

function realHome(home: string): string {
  try {
    return realpathSync(home)
  } catch {
    return home // It is not there: then nobody stands in it.
  }
}
