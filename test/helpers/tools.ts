/** A PATH for a machine that lacks some programs: a folder with a link to each of this machine's but these. */
import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

const PLACES = ['/usr/local/bin', '/usr/bin', '/bin']

/** Makes `tools/` below `dir` and gives its path. */
export function toolsWithout(dir: string, missing: readonly string[]): string {
  const folder = join(dir, 'tools')
  mkdirSync(folder)
  for (const place of PLACES) {
    for (const name of readdirSync(place)) {
      if (!missing.includes(name) && !existsSync(join(folder, name))) symlinkSync(join(place, name), join(folder, name))
    }
  }
  return folder
}
