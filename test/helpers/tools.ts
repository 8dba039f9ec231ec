/** A PATH for a machine that lacks some programs: a folder with a link to each of this machine's but these. */
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

const PLACES = ['/usr/local/bin', '/usr/bin', '/bin']

/** Makes `tools/` below `dir` and gives its path. */
export function toolsWithout(dir: string, missing: readonly string[]): string {
  const folder = join(dir, 'tools')
  mkdirSync(folder)
  // A name of a later place does not take that of an earlier one.
  const programs = new Map(
    PLACES.toReversed().flatMap(place => readdirSync(place).map(name => [name, join(place, name)] as const)),
  )
  for (const name of missing) programs.delete(name)
  for (const [name, path] of programs) symlinkSync(path, join(folder, name))
  return folder
}
