/** The text of a key's file. Anything may stand at a path: a pipe would be waited for without end, a device read without end. */
import { readFile, stat } from 'node:fs/promises'

/** The largest keys have some 20 kB. */
const MAX_BYTES = 1024 * 1024

/** @throws {Error} Node's own, or saying why this can be no key. */
export async function readKeyText(path: string): Promise<string> {
  const there = await stat(path)
  if (!there.isFile()) throw new Error('it is not a regular file')
  if (there.size > MAX_BYTES) throw new Error(`it has ${there.size} bytes, and no key is that big`)
  return await readFile(path, 'utf8')
}
